"""Kernels that take turns: every one runs every cell once a round, and the order of the kernels is shuffled."""

from __future__ import annotations

import queue
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from variants import Variant

WARM_UP = 5
MOMENT = (0.02, 0.08)
"""How long a cell that waits is held back: the same for all kernels in a round. Our worker begins at 0.05 s."""

Times = dict[str, list[list[float]]]
"""For each cell, for each variant, the seconds of every round; infinity where the variant's patience was over."""


@dataclass(frozen=True)
class Cell:
    """One cell of a round."""

    name: str
    code: str
    """`{round}` in it becomes a word that is another one in each round."""
    status: str
    """What the reply must say."""
    waits: bool = False
    """Whether it is sent a moment after the one before it, and not at once."""
    nudged: bool = False
    """Whether the variant's `nudge` is run right before it, unmeasured."""


def measure(variants: Sequence[Variant], cells: Sequence[Cell], rounds: int, turn: float) -> Times:
    """The times of all cells. A kernel's turn has `turn` seconds of rest: what one does is not on another's bill."""
    times: Times = {cell.name: [[] for _ in variants] for cell in cells}
    shuffled = random.Random(1)
    for number in range(WARM_UP + rounds):
        moment = shuffled.uniform(*MOMENT)
        for index in shuffled.sample(range(len(variants)), len(variants)):
            variant = variants[index]
            if variant.rounds is not None and not WARM_UP <= number < WARM_UP + variant.rounds:
                continue
            for cell in cells:
                seconds = _seconds(variant, cell, number, moment)
                if number >= WARM_UP:
                    times[cell.name][index].append(seconds)
            if variant.rounds is not None:
                _free(variant)
            time.sleep(turn - moment)
    return times


def _seconds(variant: Variant, cell: Cell, number: int, moment: float) -> float:
    if cell.waits:
        time.sleep(moment)
    try:
        if cell.nudged:
            variant.kernel.run(variant.nudge, variant.patience, silent=True)
        run = variant.kernel.run(cell.code.replace("{round}", word(number)), variant.patience)
    except queue.Empty:
        return float("inf")
    if run.status != cell.status:
        raise RuntimeError(f"{variant.name}: {cell.name}: {run.status}")
    return run.seconds


def _free(variant: Variant) -> None:
    """Interrupt what a kernel that waits for ever is in, until it answers."""
    for _ in range(20):
        try:
            variant.kernel.run("", 0.5)
        except queue.Empty:
            variant.kernel.interrupt()
        else:
            return
    raise RuntimeError(f"{variant.name}: it can't be interrupted")


def word(number: int) -> str:
    """Another word for each number, without digits: errors that differ in digits alone are folded into one event."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))
