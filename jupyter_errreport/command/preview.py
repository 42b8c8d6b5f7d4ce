"""`jupyter errreport preview`: what at most would leave for the errors that are saved in a notebook."""

import argparse
import sys
from typing import Dict, Iterator, List, NamedTuple, TextIO

from ..printable import printable
from ..privacy.messages.message import ANSI
from ..privacy.saved import PublicError, SavedError, scrub_saved
from ..privacy.steps import finished
from .notebook_file import read_notebook, whole


class Found(NamedTuple):
    """An error saved in a notebook, before and after."""

    cell: int
    """The cell's place among the code cells; the first is 1."""
    saved: SavedError
    public: PublicError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.description = (
        "Prints, for each error saved in a notebook, what at most would leave if it were reported, and what was removed"
        " (in a terminal only, so that it lands in no file or log). Nothing is sent."
    )
    parser.add_argument("notebook", metavar="NOTEBOOK.ipynb")


def run(args: argparse.Namespace) -> int:
    """Print the preview; the exit status."""
    try:
        found = list(saved_errors(args.notebook))
    except (OSError, ValueError) as problem:
        print(f"jupyter errreport preview: {args.notebook} can't be read as a notebook: {problem}", file=sys.stderr)
        return 1
    if not found:
        print(f"No errors are saved in {args.notebook}. Run it until one of its cells fails, save it, and try again.")
        return 0
    show(found, sys.stdout, with_removed=sys.stdout.isatty())
    if not sys.stdout.isatty():
        print("What was removed is shown in a terminal only.", file=sys.stderr)
    return 0


def saved_errors(path: str) -> Iterator[Found]:
    """The errors in the outputs of a notebook's cells, in order. Raises OSError or ValueError for no notebook."""
    notebook = read_notebook(path)
    cells = [whole(cell.get("source")) for cell in notebook.code_cells]
    for number, cell in enumerate(notebook.code_cells, 1):
        for output in cell.get("outputs") or []:
            if isinstance(output, dict) and output.get("output_type") == "error":
                saved = SavedError(
                    whole(output.get("ename")),
                    whole(output.get("evalue")),
                    whole(cell.get("source")),
                    [whole(line) for line in output.get("traceback") or []],
                    notebook.language,
                    cells,
                )
                yield Found(number, saved, finished(scrub_saved(saved)))


def show(found: List[Found], out: TextIO, with_removed: bool) -> None:
    """Write each error as it would leave; with `with_removed`, as it was too."""
    for error in found:
        first = next((line.strip() for line in error.saved.source.split("\n") if line.strip()), "")
        rows: List[Dict[str, str]] = [
            {"name": "error", "leaves": error.public.error_name, "was": error.saved.name},
            {"name": "message", "leaves": error.public.error_message, "was": ANSI.sub("", error.saved.message)},
            {"name": "first line", "leaves": error.public.first_line, "was": first},
        ]
        print(f"Code cell {error.cell}", file=out)
        for row in rows:
            print(f"  {row['name'] + ' leaves':<18} {printable(row['leaves'])}", file=out)
            if with_removed and row["was"].strip() != row["leaves"]:
                print(f"  {row['name'] + ' stays':<18} {printable(row['was'])}", file=out)
        print(file=out)
    plural = "" if len(found) == 1 else "s"
    print(f"{len(found)} error{plural}. Nothing was sent.", file=out)
    print(
        "A kernel sees the code that failed: it may keep more of a library's words, and hides more of yours.", file=out
    )
