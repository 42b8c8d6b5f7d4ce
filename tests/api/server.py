"""The resources on a real Tornado server in a thread, with a guard that lets everybody do everything."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import requests
from errreport_collector.guards.rates import LimitedRates
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from jupyter_errreport.api import Access, Method, Service, routes
from jupyter_errreport.event import EventMessageType
from jupyter_errreport.store import Database
from jupyter_errreport.store.quotas import Quotas

PREFIX = "/some/where/"


class OpenHandler(RequestHandler):
    """What a server brings: nothing but what the resources ask for. Headers say where from, and for which notebooks."""

    notebook_scope: str | None = None

    @property
    def service(self) -> Service:
        return self.settings["service"]

    @property
    def client_address(self) -> str:
        return self.request.headers.get("X-Test-Address", "192.0.2.1")

    def prepare(self) -> None:
        self.notebook_scope = self.request.headers.get("X-Test-Scope")

    async def may(self, access: Access) -> bool:
        return True


class ApiServer:
    """Starts with the object; `service` may be changed between requests."""

    def __init__(self, place: str | Path) -> None:
        self.stored: list[EventMessageType] = []
        self.asked: list[Access] = []
        self.logged: list[str] = []
        self.database = Database(place)
        self.database.start()
        self.service = Service(self.database, on_stored=self.stored.extend, title="Test errors", version="0")
        self.service.quotas = Quotas(LimitedRates())
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        self.database.close()

    def call(self, what: Callable[[], None]) -> None:
        """Have it done on the server's event loop."""
        self._loop.call_soon_threadsafe(what)

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=10, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return requests.post(self.url + path, json=json, timeout=10, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return requests.patch(self.url + path, json=json, timeout=10, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return requests.put(self.url + path, json=json, timeout=10, **more)

    def delete(self, path: str, **more: Any) -> requests.Response:
        return requests.delete(self.url + path, timeout=10, **more)

    def _log(self, handler: RequestHandler) -> None:
        self.logged.append(str(handler.request.uri))

    def _guard(self, access: Access, method: Method) -> Method:
        def guarded(*args: Any) -> Awaitable[None] | None:
            self.asked.append(access)
            return method(*args)

        return guarded

    async def _serve(self) -> None:
        handlers: list[Any] = [(PREFIX + pattern, handler) for pattern, handler in routes(OpenHandler, self._guard)]
        server = HTTPServer(Application(handlers, service=self.service, log_function=self._log))
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        self.port = sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{PREFIX}"
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._ended.wait()
        server.stop()
        await server.close_all_connections()
