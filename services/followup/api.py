"""Followup's HTTP door: which revisits are due, and what the parties answered. Each group is a module of its own."""

from collections.abc import Mapping

from fastapi import FastAPI

from doors import app as door
from messaging.database import Database
from messaging.pace import Pulse
from schemas.codes import CodeList
from services.followup import api_revisits, api_visits
from services.followup.desk import Desk


def api(
    database: Database,
    desk: Desk,
    codes: dict[str, CodeList],
    sent: Pulse,
    areas: Mapping[str, object] | None = None,
) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao followup 回访", "Whom to revisit, when, and whether the incident may close.")
    api_revisits.routes(app, database, desk, areas)
    api_visits.routes(app, database, desk, codes, sent)
    return app
