"""What leaves of the same errors by ours, by Sentry's EventScrubber, and by notebook-error-reporter 0.1.1.

Runs the cases of `tests/live/cases` with planted values, and looks for the values in what each would send, in clear and
in other encodings. Each peer does what it does by default: Sentry's client also reports local variables and lines of
source, which `EventScrubber` filters by the names of variables. To be run in an environment that has the libraries of
`tests/live/requirements.txt`, sentry-sdk and notebook-error-reporter; a library that is missing is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # the cases are not in the wheel

from jupyter_errreport.kernel.assemble import assemble
from jupyter_errreport.privacy.steps import finished
from tests.live.leaks import find_leaks
from tests.live.library import Case, library_files, read_library
from tests.live.values import fill, kind_of, make_values
from tests.privacy.scrubbing import CELL, failed, snapshot_of

KNOWN_TEXT = "O"
NAMES = ("ours", "notebook-error-reporter 0.1.1", "sentry-sdk, EventScrubber")


def error_of(source: str, namespace: dict[str, Any]) -> BaseException | None:
    """The error of a cell; None when it does not fail, is no Python, or ends the program."""
    error = failed(source, namespace)
    is_no_python = isinstance(error, SyntaxError) and error.filename == CELL
    return None if is_no_python or isinstance(error, (SystemExit, KeyboardInterrupt)) else error


def ours(error: BaseException, source: str, namespace: dict[str, Any]) -> tuple[str, str]:
    """What we send, and the message in it."""
    event = finished(assemble(snapshot_of(error, source, namespace), "code-only"))
    return json.dumps(event), event["error_message"]


def predecessors(error: BaseException, source: str) -> tuple[str, str]:
    """What notebook-error-reporter sends, by its own code."""
    from notebook_error_reporter.error_event._traceback import ErrorTraceback

    details = ErrorTraceback().get_details(error)
    return json.dumps({**details, "first_line": source.split("\n")[0]}), details["error_message"]


def sentrys(error: BaseException, _source: str) -> tuple[str, str]:
    """What Sentry's client sends with its scrubber and its default options."""
    from sentry_sdk.scrubber import EventScrubber
    from sentry_sdk.serializer import serialize
    from sentry_sdk.utils import event_from_exception

    try:
        event, _hint = event_from_exception((type(error), error, error.__traceback__), client_options=_sentry_options())
        EventScrubber().scrub_event(event)
        sent = json.dumps(serialize(event), default=str)
    except Exception:  # some local variable raises when it is looked into: then nothing is sent
        return "", ""
    return sent, event["exception"]["values"][-1]["value"] or ""


def _sentry_options() -> dict[str, Any]:
    from sentry_sdk.consts import DEFAULT_OPTIONS

    return dict(DEFAULT_OPTIONS)


def compare(case: Case, namespace: dict[str, Any], rng: random.Random, counts: dict[str, Counter[str]]) -> None:
    """Run one case and count, for each of the three, whether it leaked and which words it kept."""
    values = make_values(case.placeholders, rng)
    cell = fill(case.cell, values)
    namespace["value"] = lambda name: values[f"@{name}@"]
    if case.before:
        failed(fill(case.before, values), namespace)
    if case.setup and failed(fill(case.setup, values), namespace) is not None:
        return
    error = error_of(cell, namespace)
    if error is None or type(error).__name__ not in fill(case.error, values).split("|"):
        return
    told = dict(
        zip(NAMES, (ours(error, cell, namespace), predecessors(error, cell), sentrys(error, cell)), strict=True)
    )
    # Texts that messages have by themselves can't be told from the values that equal them.
    values = {placeholder: value for placeholder, value in values.items() if kind_of(placeholder)[0] != KNOWN_TEXT}
    for name, (sent, message) in told.items():
        counts[name]["cases"] += 1
        counts[name]["leaking"] += bool(find_leaks(sent, values))
        counts[name]["leaking message"] += bool(find_leaks(message, values))
        counts[name]["words"] += len(case.keep)
        counts[name]["kept"] += sum(words in message for words in case.keep)


def main() -> None:
    """Run the cases of the libraries that are there, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("library", nargs="*", help="only these")
    args = parser.parse_args()
    counts: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    libraries = []
    os.environ["MPLBACKEND"] = "agg"
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for path in library_files():
            library = read_library(path)
            namespace: dict[str, Any] = {"__name__": "__main__"}
            if args.library and library.name not in args.library:
                continue
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                if library.imports and failed(library.imports, namespace) is not None:
                    continue
                rng = random.Random(f"{args.seed} {library.name}")
                for case in library.cases:
                    compare(case, namespace, rng, counts)
            libraries.append(library.name)
    print("| the same errors | cases | leak a planted value | of these in the message | library's words kept |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, count in counts.items():
        share = f"{100 * count['kept'] / max(count['words'], 1):.0f} %"
        print(f"| {name} | {count['cases']} | {count['leaking']} | {count['leaking message']} | {share} |")
    print(f"\n{len(libraries)} libraries, seed {args.seed}: {', '.join(libraries)}.")


if __name__ == "__main__":
    main()
