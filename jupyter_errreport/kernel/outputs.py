"""Shows something below a cell that may have ended already, from any thread, as output of a thread is shown."""

from typing import Any, Dict, Optional

Place = Dict[str, Any]
"""The header of the request to run a cell."""
TOPIC = b"display_data"


def place_of_output(shell: Any) -> Optional[Place]:
    """Where the output of the cell goes that runs now; None when nobody knows.

    Asked on the thread that runs the cell: ipykernel 7 keeps it for each thread and task apart.
    """
    if getattr(shell, "kernel", None) is None:  # in a terminal there is one place, and each cell comes by once
        return {"msg_id": f"cell {shell.execution_count}"}
    get_parent = getattr(shell, "get_parent", None)
    parent = get_parent() if get_parent is not None else None
    header = parent.get("header") if isinstance(parent, dict) else None
    return header if isinstance(header, dict) and header.get("msg_id") else None


def show(shell: Any, place: Place, text: str, html: str, name: str, again: bool = False) -> None:
    """Show a text there under a name of its own, or in place of what has the name already if it is shown `again`.

    A front end that renders no HTML has the text; where the shell is a terminal's, it is printed.
    """
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        print(text, flush=True)  # noqa: T201 - IPython's prompt lets threads print above it
        return
    kind = "update_display_data" if again else "display_data"
    content = {"data": {"text/plain": text, "text/html": html}, "metadata": {}, "transient": {"display_id": name}}
    # Not by `display_pub`, which would ask what runs now. The socket may be used from any thread.
    kernel.session.send(kernel.iopub_socket, kind, content, parent=place, ident=TOPIC)
