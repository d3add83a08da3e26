"""Intake's HTTP door: one window for every report, and the reporter's question. Each group is a module of its own."""

from fastapi import FastAPI, Request, Response

from doors import app as door
from doors.problems import response
from messaging.database import Database
from messaging.pace import Pulse
from services.intake import (
    api_activities,
    api_batches,
    api_reconciliation,
    api_referrals,
    api_reports,
    api_timeline,
)
from services.intake.answers import Thing, problem_of
from services.intake.desk import Desk
from services.intake.report import NotAccepted

TAKES: dict[str, Thing] = {api_activities.PATH: "activity", api_referrals.DECLARATIONS: "declaration"}
"""What an address takes, where that is no report."""


def api(database: Database, desk: Desk, sent: Pulse) -> FastAPI:
    """The application."""
    files = api_reconciliation.FILES | {api_batches.PATH: api_batches.ALLOWED}
    app = door.create("Fengqiao intake 受理", "One window for every report.", files)

    @app.exception_handler(NotAccepted)
    async def not_accepted(asked: Request, error: NotAccepted) -> Response:
        return response(problem_of(error, TAKES.get(asked.scope["route"].path, "report")))

    api_reports.routes(app, database, desk, sent)
    api_activities.routes(app, database, desk, sent)
    api_batches.routes(app, database, desk, sent)
    api_timeline.routes(app, database)
    api_referrals.routes(app, database, desk, sent)
    api_reconciliation.routes(app, database, desk.registry)
    return app
