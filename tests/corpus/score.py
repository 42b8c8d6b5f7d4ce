"""Scores a privacy scrubber, or a grouping, against the labelled errors in errors.jsonl; README.md says how."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from pathlib import Path
from typing import Any

SENT = ("id", "language", "ename", "evalue", "source", "traceback")
SHORT = re.compile(r"[-+]?[\d.,]{1,6}|\w{1,4}")
Record = dict[str, Any]


def read_lines(text: str) -> list[Record]:
    """The JSON objects of a JSON-lines text; a line that is none becomes an empty object."""

    def read(line: str) -> Record:
        try:
            row = json.loads(line)
        except ValueError:
            return {}
        return row if isinstance(row, dict) else {}

    return [read(line) for line in text.split("\n") if line.strip()]


def squeeze(text: object) -> str:
    """The text with every run of white space as one blank; None is the empty text."""
    return " ".join(str(text or "").split())


def contains(text: str, value: str) -> bool:
    """Whether the value stands in the text, in any case; a short number or word must stand alone."""
    pattern = rf"(?<![\w.]){re.escape(value)}(?!\w|\.\d)" if SHORT.fullmatch(value) else re.escape(value)
    return re.search(pattern, text, re.IGNORECASE) is not None


def leaks(record: Record, texts: Iterable[str]) -> list[str]:
    """The data of the record that stand in one of the texts, other than inside something that may be kept."""
    kept = [squeeze(piece) for piece in record["keep"] + record["first_line_keep"]]
    words = {word for piece in kept for word in re.findall(r"\w+", piece)}
    found = []
    for value in filter(lambda v: len(v) >= 3, map(squeeze, record["data"])):
        low = value.casefold()
        covers = {p for p in kept if low in p.casefold()} | {
            w for w in words if low in w.casefold() and low != w.casefold()
        }
        for text in texts:
            if contains(
                reduce(lambda t, cover: t.replace(cover, " "), sorted(covers, key=len, reverse=True), text), value
            ):
                found.append(value)
                break
    return found


def score_record(record: Record, answer: Record) -> Record:
    """What leaked and what is missing of one record."""
    message, line = squeeze(answer.get("error_message")), squeeze(answer.get("first_line"))
    return {
        "id": record["id"],
        "ename": record["ename"],
        "error_message": message,
        "first_line": line,
        "leaked": leaks(record, (message, line)),
        "keep": len(record["keep"]),
        "line_keep": len(record["first_line_keep"]),
        "lost": [k for k in record["keep"] if squeeze(k) not in message],
        "line_lost": [k for k in record["first_line_keep"] if squeeze(k) not in line],
    }


def score_scrubber(records: list[Record], command: list[str], details: str | None) -> None:
    """Runs the scrubber over all records; prints the figures and the ten worst records."""
    sent = "".join(json.dumps({k: r[k] for k in SENT}) + "\n" for r in records)
    try:
        done = subprocess.run(command, input=sent, capture_output=True, encoding="utf-8", errors="replace")
    except OSError as error:
        print(f"could not run {command[0]}: {error}")
        return
    answers = read_lines(done.stdout)
    if done.returncode or len(answers) != len(records):
        said = f"exit status {done.returncode}, {len(answers)} answers to {len(records)} records"
        print(f"warning: {said} {done.stderr[-300:]}")
    scores = [score_record(r, a) for r, a in zip(records, answers + [{}] * (len(records) - len(answers)))]
    leaky = [s for s in scores if s["leaked"]]
    private = sum(any(len(d) >= 3 for d in r["data"]) for r in records)
    pieces = sum(len(s["leaked"]) for s in leaky)
    print(f"leaking: {len(leaky)} of {len(records)} records ({private} have something to leak), {pieces} pieces")
    for name, total, lost in (("message", "keep", "lost"), ("first line", "line_keep", "line_lost")):
        all_pieces = sum(s[total] for s in scores)
        kept = all_pieces - sum(len(s[lost]) for s in scores)
        print(f"kept of the {name}: {kept} of {all_pieces} pieces ({kept / max(all_pieces, 1):.1%})")
    for s in sorted(scores, key=lambda s: (-len(s["leaked"]), -len(s["lost"] + s["line_lost"])))[:10]:
        print(f"  {s['id']} {s['ename']}: leaked {s['leaked'][:3]}, lost {(s['lost'] + s['line_lost'])[:3]}"[:180])
    if details:
        Path(details).write_text(json.dumps(scores, ensure_ascii=False, indent=1), encoding="utf-8")


def score_groups(records: list[Record], path: str) -> None:
    """Prints pairwise precision, recall and F1 of a grouping against the labels."""

    def pairs(names: Iterable[object]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(names).values())

    given = {row.get("id"): str(row.get("group")) for row in read_lines(Path(path).read_text(encoding="utf-8"))}
    both = [(given[r["id"]], r["group"]) for r in records if r["id"] in given]
    right, made, labelled = pairs(both), pairs(g for g, _ in both), pairs(t for _, t in both)
    precision, recall = right / made if made else 1.0, right / labelled if labelled else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    print(f"records: {len(both)} of {len(records)}; pairs: {right} right, {made} made, {labelled} labelled")
    print(f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write what leaked and what was lost, record by record")
    parser.add_argument("--groups", metavar="FILE", help='score this grouping: JSON lines with "id" and "group"')
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the scrubber (default: jupyter errreport scrub)")
    args = parser.parse_args()
    records = read_lines(Path(__file__).with_name("errors.jsonl").read_text(encoding="utf-8"))
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if args.groups:
        score_groups(records, args.groups)
    else:
        score_scrubber(records, command or ["jupyter", "errreport", "scrub"], args.json)


if __name__ == "__main__":
    main()
