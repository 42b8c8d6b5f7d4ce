"""Code objects under another file and name than they were compiled with."""

from types import CodeType
from typing import Any

NO_CODE = compile("", "<told>", "exec")
"""Does nothing; stands for code that is not here."""


def code_named(code: Any, filename: str, name: str) -> CodeType:
    """The same code, said to stand in `filename` and to be called `name`."""
    if hasattr(code, "co_qualname"):
        qualified = code.co_qualname if name == code.co_name else name
        return code.replace(co_filename=filename, co_name=name, co_qualname=qualified)  # type: ignore[no-any-return]
    if hasattr(code, "replace"):
        return code.replace(co_filename=filename, co_name=name)  # type: ignore[no-any-return]
    return _made_on_37(code, filename, name)


def _made_on_37(code: Any, filename: str, name: str) -> CodeType:
    made: Any = CodeType
    counts = (code.co_argcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize, code.co_flags)
    parts = (code.co_code, code.co_consts, code.co_names, code.co_varnames, filename, name)
    places = (code.co_firstlineno, code.co_lnotab, code.co_freevars, code.co_cellvars)
    return made(*counts, *parts, *places)  # type: ignore[no-any-return]
