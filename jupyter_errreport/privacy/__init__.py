"""What may leave a kernel: code may, data may not.

Everything here turns the raw facts of a snapshot into text that may be sent. Standard library only, Python 3.7 syntax;
first lines of other languages take Pygments, where it is there, for which only a Jupyter server asks.
"""

from .evidence import CellSources, CodeOfKernel, evidence_of
from .frames import public_filename, public_frame, public_function, public_traceback
from .line.first_line import FIRST_LINE_LIMIT, Around, public_first_line
from .line.parsing import is_python
from .messages.message import WITHHELD, Evidence, public_message
from .names import public_cell_id, public_name, public_notebook
from .registry import load_registered, register_pattern, register_template
from .shapes.code_patterns import hide_in_code
from .shapes.patterns import hide_in_message, hide_in_notebook_name, hide_patterns
from .sources.provenance import Sources

__all__ = [
    "FIRST_LINE_LIMIT",
    "WITHHELD",
    "Around",
    "CellSources",
    "CodeOfKernel",
    "Evidence",
    "Sources",
    "evidence_of",
    "hide_in_code",
    "hide_in_message",
    "hide_in_notebook_name",
    "hide_patterns",
    "is_python",
    "load_registered",
    "public_cell_id",
    "public_filename",
    "public_first_line",
    "public_frame",
    "public_function",
    "public_message",
    "public_name",
    "public_notebook",
    "public_traceback",
    "register_pattern",
    "register_template",
]
