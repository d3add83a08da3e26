"""Intake's HTTP door: one window for every report, and the reporter's question "where is my matter?"."""

import json
import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from doors import app as door
from doors.idempotency import Answer, IdempotencyKey, earlier, remember
from doors.problems import Problem, response
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.base import AreaCode, Moment
from schemas.inbound import ReportSubmitted
from schemas.intake import IncidentReported
from services.intake import store
from services.intake.desk import Desk
from services.intake.report import NotAccepted, Registry, reported
from services.intake.timeline import View, view
from services.intake.vault import Vault

SOURCE = "/http"
Text = Annotated[str, Field(max_length=200)]
GivenCode = Annotated[str, Field(min_length=1, max_length=80)]


class Closed(BaseModel):
    """Base of requests: an unknown field is a misunderstanding, and is named."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PartyRequest(Closed):
    """Somebody in the matter. All but the role is personal data: it goes to the vault and nowhere else."""

    role: GivenCode = "reporter"
    name: Text | None = None
    telephone: Text | None = None
    address: Text | None = None
    identity_number: Text | None = None


class ReportRequest(Closed):
    """A report. Codes may be bare (`land`) or full (`category/1:land`)."""

    area: AreaCode
    category: GivenCode
    channel: GivenCode
    severity: GivenCode = "ordinary"
    occurred_at: Moment | None = None
    """When it happened; now, unless given."""
    target_at: Moment | None = None
    """A deadline the source has promised already."""
    parties: Annotated[tuple[PartyRequest, ...], Field(max_length=20)] = ()
    description: Annotated[str, Field(max_length=8000)] | None = None
    """Free text; goes to the vault."""


class Accepted(BaseModel):
    """The report is durable; this id names the incident for ever."""

    incident_id: str
    accepted_at: datetime


def api(database: Database, desk: Desk, registry: Registry, vault: Vault, sent: Pulse) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao intake 受理", "One window for every report.")

    @app.exception_handler(NotAccepted)
    async def not_accepted(_: Any, error: NotAccepted) -> Response:  # noqa: ANN401 - the framework's signature
        return response(_problem(error))

    @app.post("/v1/reports", status_code=201, response_model=Accepted)
    async def report(
        body: ReportRequest,
        key: IdempotencyKey,
        out: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        """Accepts a report: 201 once it is durable, the same answer when the same request comes again."""
        fingerprint = vault.fingerprint(body.model_dump_json().encode())
        async with database.transaction() as tx:
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                now: datetime = await tx.fetchval("select now()")
                incident = _checked(registry, body, now)
                await desk.accept(tx, incident, _secret(body), now, begin(traceparent))
                accepted = Accepted(incident_id=incident.incident_id, accepted_at=now)
                answer = Answer(201, accepted.model_dump(mode="json"))
                await remember(tx, key, fingerprint, answer)
        sent.beat()
        out.headers["Location"] = f"/v1/reports/{answer.body['incident_id']}"
        return answer.body

    @app.get("/v1/reports/{incident_id}")
    async def where(incident_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]) -> View:
        """Where the matter is: everything that happened to it, at whichever tier, and nothing personal."""
        async with database.connection() as connection:
            found = await store.report(connection, incident_id)
        if found is None:
            raise Problem(
                404, "unknown-report", "No such report was made at this tier.", zh="本级没有这份报告"
            )
        return view(*found)

    return app


def _problem(error: NotAccepted) -> Problem:
    zh = {"unknown-area": "区划代码不在名录中", "future": "时间在将来", "unknown-code": "存在未知代码"}.get(
        error.kind, ""
    )
    return Problem(422, error.kind, "The report cannot be accepted as it is.", zh=zh, fields=error.fields)


def _checked(registry: Registry, body: ReportRequest, now: datetime) -> IncidentReported:
    submitted = ReportSubmitted(
        area=body.area,
        category=body.category,
        channel=body.channel,
        severity=body.severity,
        occurred_at=body.occurred_at or now,
        parties=tuple(one.role for one in body.parties) or ("reporter",),
        target_at=body.target_at,
    )
    return reported(registry, str(uuid.uuid4()), SOURCE, submitted, now)


def _secret(body: ReportRequest) -> bytes | None:
    """What only the vault may hold, as JSON; None when nothing personal was said."""
    people = {
        f"p{at}": facts
        for at, one in enumerate(body.parties, start=1)
        if (facts := one.model_dump(exclude={"role"}, exclude_none=True))
    }
    if not people and body.description is None:
        return None
    return json.dumps({"people": people, "description": body.description}, ensure_ascii=False).encode()
