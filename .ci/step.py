"""Runs a command quietly, and says what it is for and how long it takes.

python .ci/step.py "installing the package" pip install ...

Its output is shown only when it fails; the exit status is the command's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

TICK_SECONDS = 10.0
"""How often a long step says that it is still at it."""
SHOWN_BYTES = 8_000
"""How much of a failed command's output is shown: its end."""


def main(arguments: list[str]) -> int:
    """Run the command; its exit status."""
    what, *command = arguments
    say(f"  {what} ...")
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        try:
            status = run(command, output, started)
        except KeyboardInterrupt:
            say("  stopped")
            return 130
        except OSError as error:
            say(f"  {command[0]} can't be run: {error.strerror}")
            return 127
        if status:
            output.seek(0, 2)
            output.seek(max(0, output.tell() - SHOWN_BYTES))
            say(output.read().decode(errors="replace"))
    outcome = f"failed with status {status}" if status else "done"
    say(f"  {what}: {outcome} after {time.monotonic() - started:.0f} s")
    return status


def run(command: list[str], output: object, started: float) -> int:
    """Wait for the command, with a sign of life now and then."""
    with subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:  # type: ignore[call-overload]  # noqa: S603
        while True:
            try:
                return int(process.wait(TICK_SECONDS))
            except subprocess.TimeoutExpired:
                say(f"    {time.monotonic() - started:.0f} s ...")


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
