"""The two servers that have the pages, each with the errors of a small course."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import quote

import requests
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page

from jupyter_errreport.source import cell_hash

COURSE = "course/week 1?"
"""A notebook whose name has what an address would take for something else."""
CELLS = ("# Read the table\nrows = open(path)", "# Make numbers\nfloat(rows[0])", "# The mean\nmean(rows)")
SERIOUS = ("serious", "critical")


class Site:
    """A server's pages, and its REST interface for those who fill them."""

    def __init__(self, root: str, token: str) -> None:
        self.root, self._token = root, token
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Any:
        """The JSON of an address."""
        return self._request("GET", path)

    def post(self, path: str, body: Any) -> Any:
        """What the server answers, which must be a success."""
        return self._request("POST", path, json=body)

    def publish(self, notebook: str, cells: tuple[str, ...]) -> None:
        """The author's cells of a notebook."""
        body = {"cells": [{"source": source} for source in cells], "release": "1.0"}
        self._request("PUT", f"notebooks/{quote(notebook, safe='')}/source", json=body)

    def fail(self, name: str, cell: int = 2, session: str | None = None, **more: Any) -> str:
        """One reader's error; the id of its group."""
        source = CELLS[cell - 1]
        event = {
            "error_name": name,
            "error_message": "could not convert string to float",
            "notebook": COURSE,
            "execution_count": cell,
            "first_line": source.splitlines()[0],
            "cell_hash": cell_hash(source),
            "release": "1.0",
            "traceback": [{"filename": "<cell>", "fun_name": "<module>", "lineno": 2}],
            "session": session,
        }
        (answer,) = self.post("errors", [event | more])
        return str(answer["group"])

    def session(self, notebook: str = COURSE) -> str:
        """A reader begins; the public id that the errors of this reader have."""
        sent = {"notebook": notebook, "uuid": uuid.uuid4().hex, "good_cells": 3, "release": "1.0"}
        return str(self.post("sessions", sent)["session"])

    def log_in(self, page: Page) -> None:
        """By the link that each of the servers prints."""
        page.goto(f"{self.root}?token={self._token}")
        button = page.get_by_role("button", name="Log in")
        if button.count():  # the collector's
            button.click()

    def _request(self, method: str, path: str, **more: Any) -> Any:
        answer = self._http.request(method, self.root + path, timeout=60, **more)
        answer.raise_for_status()
        return json.loads(answer.text) if answer.text else None


class Reader:
    """A browser's window with somebody logged in, and what the browser complained about."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.problems: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", lambda message: self.problems.append(f"{self.page.url}: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        site.log_in(self.page)

    def go(self, path: str) -> Page:
        self.page.goto(self.site.root + path)
        return self.page


def fill(site: Site) -> str:
    """Ten readers, of whom four fail, two of them in the same way; the id of that group."""
    site.publish(COURSE, CELLS)
    readers = [site.session() for _ in range(10)]
    group = site.fail("ValueError", session=readers[0])
    site.fail("ValueError", session=readers[1], first_line="# Make numbers, changed", cell_hash="0" * 16)
    site.fail("FileNotFoundError", 1, readers[2], error_message="no such file", chain=[{"error_name": "OSError"}])
    site.fail("StatisticsError", 3, readers[3], error_message="mean requires at least one data point", count=3)
    return group


def serious_violations(page: Page, *parts: str) -> list[str]:
    """What axe-core finds on the page, or in these parts of it, that would keep somebody from using it."""
    page.evaluate(AXE_SCRIPT)
    there = [part for part in parts if page.locator(part).count()]
    where = "there.length ? {include: there.map(part => [part])} : document"
    run = f"there => axe.run({where}, {{resultTypes: ['violations']}})"
    return [
        f"{item['id']}: {node['target']}: {node['failureSummary']}"
        for item in page.evaluate(run, there)["violations"]
        if item["impact"] in SERIOUS
        for node in item["nodes"]
    ]
