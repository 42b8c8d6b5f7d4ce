"""What may leave a kernel: code may, data may not.

Everything here turns the raw facts of a snapshot into text that may be sent. Standard library only, Python 3.7 syntax.
"""

from .first_line import public_first_line
from .frames import public_filename, public_function, public_traceback
from .message import WITHHELD, public_message
from .names import public_cell_id, public_name, public_notebook
from .patterns import hide_patterns

__all__ = [
    "WITHHELD",
    "hide_patterns",
    "public_cell_id",
    "public_filename",
    "public_first_line",
    "public_function",
    "public_message",
    "public_name",
    "public_notebook",
    "public_traceback",
]
