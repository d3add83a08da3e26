"""Routing's HTTP door: see incidents, act on them. Each group of endpoints is a module of its own."""

from fastapi import FastAPI

from doors import app as door
from messaging.database import Database
from messaging.pace import Pulse
from schemas.codes import CodeList
from services.routing import api_actions, api_incidents
from services.routing.desk import Desk


def api(database: Database, desk: Desk, codes: dict[str, CodeList], sent: Pulse) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao routing 分流", "Who owns an incident, and until when.")
    api_incidents.routes(app, database, desk)
    api_actions.routes(app, database, desk, codes, sent)
    return app
