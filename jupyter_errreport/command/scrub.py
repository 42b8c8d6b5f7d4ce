"""`jupyter errreport scrub`: what at most would leave of saved errors, for programs."""

import argparse
import json
import sys
from typing import Any, Dict, Iterator, TextIO

from ..privacy.saved import SavedError, scrub_saved
from ..privacy.steps import finished


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Reads JSON lines with ename, evalue, source, traceback and language; writes, in the same order, JSON lines"
        " with error_message, first_line and fingerprint: what at most would be sent. A line that can't be read is"
        ' answered with {"error": ...} in its place, and the exit status is 1.'
    )


def run(args: argparse.Namespace) -> int:
    """Answer every line of standard input on standard output; the exit status."""
    status = 0
    for answer in answers(sys.stdin):
        status = 1 if "error" in answer else status
        print(json.dumps(answer), flush=True)  # in ASCII: it may be a terminal that shows it
    return status


def answers(lines: TextIO) -> Iterator[Dict[str, Any]]:
    """The answer to each line that is not blank."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                error = read_error(json.loads(line))
            except ValueError as problem:
                yield {"error": f"line {number}: {problem}"}
                continue
            public = finished(scrub_saved(error))
            yield {
                "error_message": public.error_message,
                "first_line": public.first_line,
                "fingerprint": public.fingerprint,
            }


def read_error(row: Any) -> SavedError:
    """The error that a JSON object describes; raises ValueError, in words, for one that does not."""
    if not isinstance(row, dict):
        raise ValueError("a JSON object is expected, with ename, evalue, source, traceback and language")
    texts = {}
    for name in ("ename", "evalue", "source", "language"):
        value = row.get(name) or ""
        # nbformat allows a text as a list of its lines.
        value = "".join(value) if isinstance(value, list) and all(isinstance(part, str) for part in value) else value
        if not isinstance(value, str):
            raise ValueError(f"{name} must be text")
        texts[name] = value
    traceback = row.get("traceback") or []
    traceback = traceback.split("\n") if isinstance(traceback, str) else traceback
    if not isinstance(traceback, list) or not all(isinstance(part, str) for part in traceback):
        raise ValueError("traceback must be a list of lines")
    return SavedError(texts["ename"], texts["evalue"], texts["source"], traceback, texts["language"] or "python")
