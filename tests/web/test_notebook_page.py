import re
from pathlib import Path

from sqlalchemy import Connection

from jupyter_errreport.event import EventMessageType, new_event_id, rfc3339
from jupyter_errreport.store import Database
from jupyter_errreport.store.errors.insert import insert_errors
from jupyter_errreport.store.published.sources import PublishedCell, publish_source
from jupyter_errreport.web.notebook import notebook_page

PUBLISHED = [PublishedCell("import csv", "a" * 32, "import csv"), PublishedCell("rows[9]", "b" * 32, "rows[<int>]")]


def failing(cell_hash: str, first_line: str, number: int) -> EventMessageType:
    """An error of one reader in one cell."""
    return {
        "event_id": new_event_id(),
        "timestamp": rfc3339(0),
        "error_name": "IndexError",
        "error_message": "list index out of range",
        "traceback": [],
        "first_line": first_line,
        "execution_count": number,
        "notebook": "n",
        "session": "s",
        "kind": "cell",
        "chain": [],
        "count": 1,
        "cell_hash": cell_hash,
        "language": "python",
        "fingerprint": "f" * 32,
    }


def test_cells_stand_in_their_order_and_lead_only_where_somebody_failed(tmp_path: Path) -> None:
    database = Database(tmp_path / "errors.sqlite")
    database.start()

    def fill(connection: Connection) -> None:
        publish_source(connection, "n", [*PUBLISHED, PublishedCell("rows[8]", "d" * 32, "rows[<int>]")], "python")
        sent = [
            failing("b" * 32, "rows[<int>]", 2),
            failing("c" * 32, "print(rows[<int>])", 2),
            failing("d" * 32, "x", 3),
        ]
        insert_errors(connection, sent, None, 90)

    try:
        database.write(fill).result()
        page = database.read(lambda connection: notebook_page(connection, "n", None)).result()
    finally:
        database.close()
    assert page is not None
    assert [(cell["label"], cell["changed"]) for cell in page["cells"]] == [("2", False), ("2", True), ("3", False)]
    led = re.findall(r'href="#([^"]+)"', page["strip"])
    assert led == [cell["anchor"] for cell in page["cells"]]
    assert "Cell 1: nobody failed here" in page["strip"]
