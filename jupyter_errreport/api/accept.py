"""Whether a caller wants a page or data."""


def prefers_html(accept: str) -> bool:
    """True when `Accept` names text/html and does not like JSON better. `*/*` alone (curl, requests) means data."""
    likes = {"text/html": -1.0, "application/json": 0.0}
    for part in accept[:1_000].split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if kind in likes:
            likes[kind] = max(likes[kind], quality)
    return likes["text/html"] > 0 and likes["text/html"] >= likes["application/json"]
