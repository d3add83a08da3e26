"""Intake's HTTP door: one window for every report, and the reporter's question. Each group is a module of its own."""

from typing import Any

from fastapi import FastAPI, Response

from doors import app as door
from doors.problems import Problem, response
from messaging.database import Database
from messaging.pace import Pulse
from services.intake import api_referrals, api_reports, api_timeline
from services.intake.desk import Desk
from services.intake.report import NotAccepted


def api(database: Database, desk: Desk, sent: Pulse) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao intake 受理", "One window for every report.", api_referrals.FILES)

    @app.exception_handler(NotAccepted)
    async def not_accepted(_: Any, error: NotAccepted) -> Response:  # noqa: ANN401 - the framework's signature
        return response(_problem(error))

    api_reports.routes(app, database, desk, sent)
    api_timeline.routes(app, database)
    api_referrals.routes(app, database, desk, sent)
    return app


def _problem(error: NotAccepted) -> Problem:
    zh = {"unknown-area": "区划代码不在名录中", "future": "时间在将来", "unknown-code": "存在未知代码"}.get(
        error.kind, ""
    )
    return Problem(422, error.kind, "The report cannot be accepted as it is.", zh=zh, fields=error.fields)
