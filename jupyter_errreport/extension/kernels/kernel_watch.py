"""Watches the kernels of a Jupyter server, for what no hook in them can report.

A kernel that dies can say nothing, and kernels of other languages and environments have no hook. What is recorded here
is stored and passed on like what a hook sends; so are the sessions, which are counted for all kernels.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Coroutine
from typing import Any

from jupyter_core.utils import ensure_async
from sqlalchemy import Connection as SqlConnection
from tornado.ioloop import PeriodicCallback
from tornado.web import HTTPError

from ...api import Service
from ...api.receiving.receive import store
from ...delivery.choices import Choices
from ...delivery.destination import COLLECTOR
from ...event import EventMessageType
from ...forwarding.forwarding import key_named
from ...opt_out import forbidden_by
from ...privacy import public_notebook
from ...store import StoreError
from ...store.sessions import open_session, replace_session
from ..connection import Connection, Hook
from .deaths import is_readers_doing
from .kernel_events import event_of_death, event_of_error
from .kernel_session import KernelSession
from .watched_kernel import RunningCell, ShownError, WatchedKernel

INTERVAL = 500
"""Milliseconds between two looks at which kernels there are, and whether they live."""
ACTIONS_SCHEMA = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
"""The events by which newer Jupyter servers tell of kernels that are started and stopped."""
AT_ONCE = 50
"""Errors that may be in work; a kernel that shows more is not kept up with."""
START_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Seconds before each look at a kernel of which an event says that it was started."""
SESSION_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds to wait for the session of a kernel that has none yet."""
RETRIES = (2.0, 10.0, 60.0)
"""Seconds before an error is stored again that the database did not take."""


class KernelWatch:
    """From `start` to `close`. Lives on the event loop, and leaves it for whatever takes time."""

    def __init__(self, serverapp: Any, service: Service, connection: Connection, log: logging.Logger) -> None:
        self._kernels = serverapp.kernel_manager
        self._sessions = serverapp.session_manager
        self._specs = serverapp.kernel_spec_manager
        self._service = service
        self._connection = connection
        self._log = log
        self._watched: dict[str, WatchedKernel | None] = {}
        """By the kernel's id; None for one that can't be watched."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._events: Any = getattr(serverapp, "event_logger", None)
        self._choices = Choices()
        self._callback = PeriodicCallback(self._look, INTERVAL)

    def start(self) -> None:
        """Begin with the kernels that there are."""
        self._callback.start()
        if hasattr(self._events, "add_listener"):
            self._events.add_listener(schema_id=ACTIONS_SCHEMA, listener=self._acted)

    async def close(self, timeout: float) -> None:
        """Stop watching; what was seen is stored, for `timeout` seconds at most."""
        self._callback.stop()
        with contextlib.suppress(AttributeError, KeyError):  # an older server, without these events
            self._events.remove_listener(schema_id=ACTIONS_SCHEMA, listener=self._acted)
        for kernel_id in list(self._watched):
            self._leave(kernel_id)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout)

    async def _acted(self, **event: Any) -> None:
        """A kernel was started, by programs perhaps, which lose no time until their first cell.

        The event comes a moment before the kernel is on the server's list.
        """
        for pause in START_PAUSES:
            await asyncio.sleep(pause)
            self._look()

    def _look(self) -> None:
        """Watch kernels that are new or have moved to other ports, leave those that are gone, and see who has died."""
        there = set(self._kernels.list_kernel_ids())
        for kernel_id in set(self._watched) - there:
            self._leave(kernel_id)
        for kernel_id in there:
            try:
                self._look_at(kernel_id, self._kernels.get_kernel(kernel_id))
            except Exception as error:  # a kernel manager of another kind, such as a gateway's
                self._log.debug("jupyter_errreport: kernel %s can't be watched (%r).", kernel_id, error)
                self._watched[kernel_id] = None

    def _look_at(self, kernel_id: str, kernel: Any) -> None:
        watched = self._watched.get(kernel_id)
        if kernel_id in self._watched and watched is None:
            return
        if watched is not None and watched.port != kernel.iopub_port:
            watched.look()
            watched.close()
            watched = None
        if watched is None:
            # Not started yet (only then there is a restarter to be told by), or not on this machine.
            if not kernel.ready.done() or not kernel.has_kernel or not kernel.iopub_port:
                return
            watched = self._watched[kernel_id] = WatchedKernel(kernel, self._error, self._death)
        watched.look()
        self._keep_sessions(watched)

    def _leave(self, kernel_id: str) -> None:
        watched = self._watched.pop(kernel_id)
        if watched is not None:
            watched.close()
            self._do(self._part(watched))

    # -- the sessions -------------------------------------------------------------------------------------------------

    def _keep_sessions(self, watched: WatchedKernel) -> None:
        """Have kept what is new of the sessions of a kernel."""
        due = watched.due_sessions(last=False)
        if due:
            self._do(self._keep(watched, due))

    async def _part(self, watched: WatchedKernel) -> None:
        """Keep what there is to keep of a kernel that is gone, and forget what it had announced."""
        due = watched.due_sessions(last=True)
        try:
            if due:
                await self._keep(watched, due)
        finally:
            self._connection.forget(watched.kernel.connection_file)

    async def _keep(self, watched: WatchedKernel, due: list[KernelSession]) -> None:
        """Open sessions, or tell their counts, unless the reader keeps them back."""
        hook = await self._hook(watched, due)
        if self._is_forbidden(watched) or (hook is not None and hook.reporting != "on"):
            return
        notebook = (hook.notebook if hook else "") or await self._notebook(watched)
        told_by_kernel = {key_named(COLLECTOR, address) for address in (hook.collectors if hook else ())}
        pass_on_to = [key for key in self._service.pass_on_to if key not in told_by_kernel]
        rows = [(session.id, session.kept_as, session.good, session.failed) for session in due]

        def work(connection: SqlConnection) -> None:
            for session, kept_as, good, failed in rows:
                if kept_as not in ("", session):
                    replace_session(connection, kept_as, session)
                open_session(connection, session, notebook, "", None, good, failed, None, pass_on_to)

        await asyncio.wrap_future(self._service.database.write(work))
        self._service.on_counted()
        for session in due:
            session.kept_as = session.id

    async def _hook(self, watched: WatchedKernel, of: list[KernelSession]) -> Hook | None:
        """What the hook in a kernel has announced; these lives of the kernel are named by it. None without a hook."""
        hook = await asyncio.to_thread(self._connection.hook_of, watched.kernel.connection_file)
        if hook is not None:
            for session in of:
                watched.name(session, hook.session)
        return hook

    # -- what a kernel has shown --------------------------------------------------------------------------------------

    def _error(self, watched: WatchedKernel, error: ShownError) -> None:
        """The hook reports the errors of its kernel itself, or keeps still because the reader wants that."""
        has_hook = self._connection.has_hook(watched.kernel.connection_file)
        if has_hook or is_readers_doing(error.name) or self._is_forbidden(watched):
            return
        language = self._language(watched)
        self._do(self._report(watched, watched.session, lambda: event_of_error(error, language)))

    def _death(self, watched: WatchedKernel, cause: str, cell: RunningCell) -> None:
        if not self._is_forbidden(watched):
            language = self._language(watched)
            self._do(self._report(watched, watched.session, lambda: event_of_death(cause, cell, language)))

    async def _report(
        self, watched: WatchedKernel, session: KernelSession, make: Callable[[], EventMessageType]
    ) -> None:
        """Make the event on another thread, complete it, and store it, unless the reader keeps it back."""
        hook = await self._hook(watched, [session])
        if hook is not None and hook.reporting != "on":
            return
        notebook = (hook.notebook if hook else "") or await self._notebook(watched)
        event = await asyncio.to_thread(make)
        event["session"], event["notebook"] = session.id, notebook
        for pause in (*RETRIES, None):
            try:
                await store(self._service, [event])
                return
            except StoreError as error:
                if pause is None:
                    self._log.error("jupyter_errreport: an error of a kernel was not stored: %s", error)
                    return
                await asyncio.sleep(pause)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= AT_ONCE:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._log.error("jupyter_errreport: an error of a kernel was not recorded.", exc_info=task.exception())

    # -- what the server knows of a kernel ----------------------------------------------------------------------------

    async def _notebook(self, watched: WatchedKernel) -> str:
        """The file's name of the notebook that the kernel runs; what it was before if nobody knows any more.

        A server notes the session only after the kernel has started, and some kernels are dead by then.
        """
        for pause in (*SESSION_PAUSES, None):
            try:
                model = await ensure_async(self._sessions.get_session(kernel_id=watched.kernel.kernel_id))
                watched.notebook = str(model["path"] or model["name"])
            except (HTTPError, KeyError):
                pass
            if watched.notebook or pause is None:
                break
            await asyncio.sleep(pause)
        return public_notebook(watched.notebook)

    def _spec(self, watched: WatchedKernel) -> Any:
        try:
            return self._specs.get_kernel_spec(watched.kernel.kernel_name)
        except KeyError:  # uninstalled since
            return None

    def _language(self, watched: WatchedKernel) -> str:
        return getattr(self._spec(watched), "language", "") or "unknown"

    def _is_forbidden(self, watched: WatchedKernel) -> bool:
        """Whether the environment of the server or of the kernel turns reporting off, or the user did so for good."""
        self._choices.refresh()
        environment = {**os.environ, **(getattr(self._spec(watched), "env", None) or {})}
        return bool(forbidden_by(environment)) or self._choices.always_off
