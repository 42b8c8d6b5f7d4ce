"""What is known of an error only by what was told of it, and not by the exception itself."""

from types import TracebackType
from typing import Optional

from .modules import module_of

TEXT_TAKEN = 4_000


def said_before_exit(error: BaseException, traceback: Optional[TracebackType]) -> Optional[str]:
    """What argparse printed before it left: of its SystemExit only the status is known. None for all else."""
    if not issubclass(type(error), SystemExit) or traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    if frame.f_code.co_name != "exit" or module_of(frame) != "argparse":
        return None
    message = frame.f_locals.get("message")
    return message[:TEXT_TAKEN].strip() if type(message) is str else None
