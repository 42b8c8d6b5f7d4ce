"""The alerts: what people were told or will be, over which channels, and a button to try those."""

import asyncio
from typing import Any, ClassVar

from sqlalchemy import Connection

from jupyter_errreport.api import Access, Resource
from jupyter_errreport.api.http.query import read_filters, read_number
from jupyter_errreport.contract import PAGE_LIMIT, PAGE_SIZE
from jupyter_errreport.store.groups.groups import groups_by_id
from jupyter_errreport.store.outbox.alerts import list_alerts
from jupyter_errreport.web.alert_rows import alert_row

from .running import Running

SHOWN = ("alert_id", "created_at", "kind", "group_id", "notebook", "details")


class Alerts(Resource):
    """`alerts`."""

    access: ClassVar[dict[str, Access]] = {"get": "read"}

    async def get(self) -> None:
        """The channels and the newest alerts, as JSON or as a page."""
        read_filters(self, (), ("limit", "format"))
        limit, scope = read_number(self, "limit", PAGE_SIZE, 1, PAGE_LIMIT), self.notebook_scope
        running: Running = self.settings["running"]

        def work(connection: Connection) -> dict[str, Any]:
            alerts = list_alerts(connection, limit, scope=scope)
            groups = groups_by_id(connection, [alert["group_id"] for alert in alerts if alert["group_id"]], scope)
            return {
                "channels": running.alerting.status(connection) if scope is None else [],
                "alerts": [alert_row(alert, groups.get(alert["group_id"])) for alert in alerts],
            }

        found = await self.read_db(work)
        self.set_header("Vary", "Accept")
        if self.wants_page:
            self.answer_page("alerts.html", **found, may_test=await self.may("admin"), xsrf=self.xsrf_token.decode())
        else:
            alerts = [{name: alert[name] for name in SHOWN} for alert in found["alerts"]]
            self.answer({**found, "alerts": alerts})


class TestAlerts(Resource):
    """`alerts/test`."""

    access: ClassVar[dict[str, Access]] = {"post": "admin"}
    depth = 1

    async def post(self) -> None:
        """Send a test message over every channel; tells of each whether it went."""
        running: Running = self.settings["running"]
        results = await asyncio.to_thread(running.alerting.test)
        if self.wants_page:
            self.answer_page("alerts_test.html", results=results)
        else:
            self.answer(results)
