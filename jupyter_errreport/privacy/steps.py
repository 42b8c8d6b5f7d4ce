"""Running what can pause without pauses."""

from typing import Generator, TypeVar

Result = TypeVar("Result")


def finished(steps: "Generator[None, None, Result]") -> Result:
    """What a generator that pauses returns in the end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
