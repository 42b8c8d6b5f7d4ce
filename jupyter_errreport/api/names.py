"""The names of a notebook: what an author says of them, and takes back."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import quote

from sqlalchemy import Connection

from ..store.events.filters import opens_notebook
from ..store.names.listing import list_names
from ..store.names.said import NamingError, Said, join_name, part_name
from ..store.naming import Naming
from .http.access import Access
from .http.problem import Problem
from .http.resource import Resource
from .notebooks import find, unknown_notebook
from .receiving.masked import masked_notebook

Saying = Callable[[Connection, str, str], Said]


class Names(Resource):
    """`notebooks/NAME/names`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}
    depth = 2

    async def get(self, name: str) -> None:
        """The names of a notebook besides its own, and how each is known."""
        notebook = (await find(self, name))["notebook"]
        self.answer(await self.read_db(lambda connection: list_names(connection, notebook)))


class OneName(Resource):
    """`notebooks/NAME/names/OTHER`."""

    access: ClassVar[dict[str, Access]] = {"put": "author", "delete": "author"}
    depth = 3

    async def put(self, name: str, other: str) -> None:
        """Say that a name is this notebook, for what came and what will come."""
        self.answer((await say(self, join_name, name, other))._asdict())

    async def delete(self, name: str, other: str) -> None:
        """Say that a name is this notebook no more: it is what it was before, else a notebook of its own."""
        self.answer((await say(self, part_name, name, other))._asdict())


class DecideNames(Resource):
    """`notebooks/NAME/decide`."""

    access: ClassVar[dict[str, Access]] = {"post": "author"}
    depth = 2

    async def post(self, name: str) -> None:
        """Do what the pressed button says; leads back to the notebook's page."""
        sayings: dict[str, Saying] = {"join": join_name, "part": part_name}
        saying = sayings.get(self.get_body_argument("action", ""))
        other = self.get_body_argument("name", "", strip=False).replace("\0", "\ufffd")
        await check_opened(self, name)
        if saying is None or not other.strip():
            raise Problem(400, "bad_action", "This form was not made here; nothing was changed.")
        said = await say(self, saying, name, other)
        self.service.listeners.tell()
        self.set_status(303)
        self.set_header("Location", f"../{quote(said.notebook if saying is join_name else said.was, safe='')}")
        self.finish()


async def say(resource: Resource, saying: Saying, name: str, other: str) -> Said:
    """What came of it. Raises `Problem` when that can't be said, or is about a notebook that is not the caller's."""
    notebook, called, scope = masked_notebook(name), masked_notebook(other), resource.notebook_scope

    def work(connection: Connection) -> Said:
        _check(connection, notebook, scope)
        _check(connection, called, scope)
        said = saying(connection, called, notebook)
        if not (opens_notebook(scope, said.notebook) and opens_notebook(scope, said.was)):
            raise unknown_notebook()  # and nothing of it is kept
        return said

    try:
        return await resource.write_db(work)
    except NamingError as error:
        if error.is_unknown:
            raise Problem(404, "unknown_name", str(error)) from error
        raise Problem(409, "bad_name", str(error)) from error


async def check_opened(resource: Resource, name: str) -> None:
    """Raise `Problem` when the caller's token is not for this notebook: then there is none."""
    notebook, scope = masked_notebook(name), resource.notebook_scope
    await resource.read_db(lambda connection: _check(connection, notebook, scope))


def _check(connection: Connection, name: str, scope: str | None) -> None:
    naming = Naming(connection, (name,))
    found: list[Any] = [naming.of_name(name)[0], naming.copied(name)]
    if not all(opens_notebook(scope, notebook) for notebook in found if notebook is not None):
        raise unknown_notebook()
