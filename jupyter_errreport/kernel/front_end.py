"""Asks the reader through the front end, where that knows how: the panel in JupyterLab and Notebook 7 does.

kernel -> front end   {"type": "consent", "state": "asked", "receivers": ["errors.example.org"], "waiting": 3}
front end -> kernel   {"type": "consent", "answer": "yes"}, or {"type": "state"} to be told again
"""

from typing import Any, Callable, Dict, List, Optional

from ..contract import FRONT_END_TARGET
from .faults import Faults


class FrontEnd:
    """One comm of a kernel, opened when there is something to ask. A front end that doesn't know it closes it."""

    def __init__(self, shell: Any, faults: Faults, answer: Callable[[bool], None]) -> None:
        self._shell = shell
        self._faults = faults
        self._answer = answer
        self._comm: Any = None
        self._told: Optional[Dict[str, Any]] = None

    def tell(self, state: str, receivers: List[str], waiting: int) -> None:
        """How it stands with the reader's consent; opens the comm when it stands at a question. From any thread."""
        data = {"type": "consent", "state": state, "receivers": receivers, "waiting": waiting}
        if data == self._told:
            return
        if self._comm is not None:
            self._told = data
            self._comm.send(data)
        elif state == "asked" and getattr(self._shell, "kernel", None) is not None:
            from ipykernel.comm import Comm  # only in a kernel, and only where somebody is to be asked

            self._told = data
            self._comm = Comm(target_name=FRONT_END_TARGET, data=data)  # type: ignore[no-untyped-call]
            self._comm.on_msg(self._heard)

    def _heard(self, message: Dict[str, Any]) -> None:
        with self._faults:
            data = message["content"]["data"]
            if data.get("type") == "state":
                self._comm.send(self._told)
            elif data.get("type") == "consent" and data.get("answer") in ("yes", "no"):
                self._answer(data["answer"] == "yes")
