"""Numbers as people read them."""

THIN = "\u202f"
"""A narrow space at which no line breaks: between groups of digits, and before the percent sign."""


def grouped(number: float) -> str:
    """`12345` as `12 345`."""
    return f"{number:,.0f}".replace(",", THIN)


def percent(share: float) -> str:
    """A share from 0 to 1 as whole percent: `100 %` and `0 %` only where it is exactly that."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        return f"> 99{THIN}%"
    if whole == 0 and share > 0:
        return f"< 1{THIN}%"
    return f"{whole}{THIN}%"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 session`, `2 sessions`."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"
