"""Routing's HTTP door: see incidents, act on them. Each group of endpoints is a module of its own."""

from collections.abc import Mapping

from fastapi import FastAPI

from doors import app as door
from messaging.database import Database
from messaging.pace import Pulse
from policy.load import Area
from schemas.codes import CodeList
from services.routing import api_actions, api_contacts, api_derived, api_incidents, api_ledger
from services.routing.desk import Desk
from services.routing.registry_csv import Known


def api(
    database: Database,
    desk: Desk,
    codes: dict[str, CodeList],
    sent: Pulse,
    areas: Mapping[str, Area] | None = None,
) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao routing 分流", "Who owns an incident, and until when.", api_contacts.FILES)
    known = Known(codes, areas)
    api_incidents.routes(app, database, desk, known)
    api_derived.routes(app, database)
    api_actions.routes(app, database, desk, codes, sent)
    api_contacts.routes(app, database, desk, known)
    api_ledger.routes(app, database, desk.centre, known)
    return app
