"""Why a kernel's process ended, in words, and which ends its reader wanted."""

import signal
from typing import Any

_WORDS = {
    "SIGKILL": "killed by the system, probably out of memory",
    "SIGSEGV": "segmentation fault",
    "SIGABRT": "aborted by its own code",
    "SIGBUS": "bus error",
    "SIGILL": "illegal instruction",
    "SIGFPE": "arithmetic error in compiled code",
}
UNKNOWN_CAUSE = "ended, for a reason that is not known here"
_READERS_DOING = ("KeyboardInterrupt", "SystemExit", "CancelledError", "InterruptException", "interrupt")
_SHELL_OFFSET = 128
"""What a shell between us and the kernel adds to the number of the signal."""


def is_readers_doing(name: str) -> bool:
    """Whether an error of this name is how a kernel shows that its reader stopped it."""
    return name in _READERS_DOING


def process_of(kernel: Any) -> Any:
    """The process of a kernel manager's kernel, as `subprocess` has it; None when it is not on this machine."""
    return getattr(getattr(kernel, "provisioner", None), "process", None)


def cause_of_death(status: int) -> str:
    """What `status`, the return code of a process, says in words; empty for one that ended by itself and in peace."""
    if status == 0:
        return ""
    number = -status if status < 0 else status - _SHELL_OFFSET
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"exit status {status}"
    return _WORDS.get(name, f"ended by {name}")
