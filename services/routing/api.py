"""Routing's HTTP door: see incidents, act on them. Each group of endpoints is a module of its own."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from doors import app as door
from doors.problems import Problem, response
from messaging.database import Database
from messaging.pace import Pulse
from policy.load import Area
from schemas.codes import CodeList
from services.routing import api_actions, api_contacts, api_derived, api_incidents, api_ledger
from services.routing.desk import Desk
from services.routing.registry_csv import Known
from services.routing.versions import PolicyNotAtHand


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
    app.exception_handler(PolicyNotAtHand)(_not_at_hand)
    api_incidents.routes(app, database, desk, known)
    api_derived.routes(app, database)
    api_actions.routes(app, database, desk, codes, sent)
    api_contacts.routes(app, database, desk, known)
    api_ledger.routes(app, database, desk.centre, known)
    return app


async def _not_at_hand(_: Request, missing: PolicyNotAtHand) -> JSONResponse:
    """Nothing is wrong with the request: it can be done as soon as the file is back."""
    detail = (
        f"The policy it began with, {missing.version}, is not at hand: its file is to be put back. Try again."
    )
    zh = f"该事件所依据的规则版本 {missing.version} 不在本地，须先放回该文件，请稍后重试"
    return response(Problem(503, missing.reason, detail, zh=zh))
