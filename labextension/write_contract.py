"""Writes `src/contract.ts`: what the panel shares with the server, from the package's `contract.py` and `event.py`.

The build does it; by hand: `python labextension/write_contract.py`.
"""

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TARGET = HERE / "src" / "contract.ts"

CONSTANTS = ("COMMENT_LIMIT", "DECISION_LIMIT", "PAGE_LIMIT", "COUNTLESS", "ERROR_SCHEMA", "FRONT_END_TARGET")
WORDS = {
    "KINDS": "Kind",
    "EVENT_STATUSES": "EventStatus",
    "GROUP_STATUSES": "GroupStatus",
    "EVENT_FIELDS": "EventField",
}
LISTED = {"kind": "Kind", "received_at": "string", "group": "string", "comments": "{ at: string; text: string }[]"}
"""What is of another type in lists than in an event that travels, or is in lists only."""


def text() -> str:
    """What the file must hold."""
    if str(HERE.parent) not in sys.path:
        sys.path.insert(0, str(HERE.parent))
    from jupyter_errreport import contract
    from jupyter_errreport.event import EventMessageType

    lines = [
        "/** Written by the build from contract.py and event.py of the package (write_contract.py): change those. */",
        "",
    ]
    lines += [f"export const {name} = {_literal(getattr(contract, name))};" for name in CONSTANTS]
    for name, kind in WORDS.items():
        words = "".join(f"\n  {_literal(word)}," for word in getattr(contract, name)).rstrip(",")
        lines += ["", f"export const {name} = [{words}\n] as const;", f"export type {kind} = (typeof {name})[number];"]
    lines += [
        "",
        "/** One error, as `GET errors` lists it: null is what was not given. */",
        "export interface IError {",
    ]
    kinds = EventMessageType.__annotations__
    for name in contract.LISTED_FIELDS:
        kind = LISTED.get(name) or _kind(kinds[name])
        lines.append(f"  {name}: {kind}{' | null' if name in contract.OPTIONAL_FIELDS else ''};")
    return "\n".join([*lines, "}", ""])


def write() -> None:
    """Write the file, unless it is as it must be."""
    wanted = text()
    if not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != wanted:
        TARGET.write_bytes(wanted.encode())


def _literal(value: Any) -> str:
    return "'" + value + "'" if isinstance(value, str) else json.dumps(value)


def _kind(kind: Any) -> str:
    """A type of an event's field in TypeScript."""
    if kind in (str, int):
        return "string" if kind is str else "number"
    inside = getattr(kind, "__args__", None)
    if inside:
        return f"{_kind(inside[0])}[]"
    return "{ " + "; ".join(f"{name}: {_kind(part)}" for name, part in kind.__annotations__.items()) + " }"


if __name__ == "__main__":
    write()
