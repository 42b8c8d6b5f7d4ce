"""Real errors from public notebooks: no labelled value leaves, and most of the libraries' words stay.

`python tests/corpus/score.py` prints the figures; what is asserted here is that they do not get worse.
"""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_errreport.command.scrub import read_error
from jupyter_errreport.privacy.saved import scrub_saved
from jupyter_errreport.privacy.steps import finished
from tests.corpus.score import Path, read_lines, score_record

MESSAGE_KEPT, LINE_KEPT = 0.9, 0.97


@pytest.fixture(scope="module")
def scores() -> list[dict[str, Any]]:
    file = Path(__file__).parent.parent / "corpus" / "errors.jsonl"
    found = []
    for record in read_lines(file.read_text(encoding="utf-8")):
        public = finished(scrub_saved(read_error(record)))
        answer = {"error_message": public.error_message, "first_line": public.first_line}
        found.append(score_record(record, answer))
    assert len(found) == 300
    return found


def test_nothing_leaks(scores: list[dict[str, Any]]) -> None:
    assert [(score["id"], score["leaked"]) for score in scores if score["leaked"]] == []


@pytest.mark.parametrize(
    ("total", "lost", "least"), [("keep", "lost", MESSAGE_KEPT), ("line_keep", "line_lost", LINE_KEPT)]
)
def test_the_libraries_words_stay(scores: list[dict[str, Any]], total: str, lost: str, least: float) -> None:
    pieces = sum(score[total] for score in scores)
    kept = pieces - sum(len(score[lost]) for score in scores)
    assert kept / pieces >= least
