"""Reporting over HTTP: accepted once it is durable, and the same answer when the same request comes again."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel, Field

from doors.closed import Closed
from doors.document import told
from doors.gate import within
from doors.idempotency import Answer, IdempotencyKey, remember
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.base import AreaCode, IncidentId, Moment, Reference
from schemas.inbound import ReportSubmitted
from schemas.intake import IncidentReported
from services.intake.answers import check_yours
from services.intake.desk import HTTP, Arrival, Desk
from services.intake.items import Secret
from services.intake.known import under
from services.intake.repeated import earlier
from services.intake.report import Origin, Registry, is_entered, reported, triaged

Text = Annotated[str, Field(max_length=200)]
GivenCode = Annotated[str, Field(min_length=1, max_length=80)]


class PartyRequest(Closed):
    """Somebody in the matter. All but the role is personal data: it goes to the vault and nowhere else."""

    for_the_vault = frozenset({"name", "telephone", "address", "identity_number"})
    role: GivenCode = "reporter"
    name: Text | None = None
    telephone: Text | None = None
    address: Text | None = None
    identity_number: Text | None = None


class ReportRequest(Closed):
    """A report. Codes may be bare (`land`) or full (`category/1:land`)."""

    for_the_vault = frozenset({"description"})
    area: AreaCode
    category: GivenCode
    channel: GivenCode
    severity: GivenCode | None = None
    """As a person judges it; left out, it is what the policy's triage proposes."""
    people: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """How many people are concerned."""
    occurred_at: Moment | None = None
    """When it happened; now, unless given."""
    target_at: Moment | None = None
    """A deadline the source has promised already."""
    derived_from: IncidentId | None = None
    """The earlier incident it derives from (衍生)."""
    parties: Annotated[tuple[PartyRequest, ...], Field(max_length=20)] = ()
    description: Annotated[str, Field(max_length=8000)] | None = None
    """Free text; goes to the vault."""
    source_number: Reference | None = None
    """The number the source has for it, such as a court's case number: one matter each."""
    entered_by: Reference | None = None
    """Who entered it at the door: an opaque reference of staff, never of whoever reports."""


class Because(BaseModel):
    """A rule of the policy that sees this severity in a report."""

    rule: str
    because: str


class Triaged(BaseModel):
    """研判: the severity the policy's triage proposes, bare, with its reasons; without one it is ordinary."""

    severity: str
    reasons: tuple[Because, ...]


class Accepted(BaseModel):
    """The report is durable; this id names the incident for ever."""

    incident_id: str
    accepted_at: datetime
    severity: str | None = None
    """In full, as it was given, or as triage proposed it; null in answers from before there was triage."""
    proposed: Triaged | None = None


def routes(app: FastAPI, database: Database, desk: Desk, sent: Pulse) -> None:
    """Adds them to the door."""

    @app.post("/v1/reports", status_code=201, response_model=Accepted, responses=told(409, 410))
    async def report(
        body: ReportRequest,
        key: IdempotencyKey,
        out: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        """Accepts a report: 201 once it is durable, the same answer when the same request comes again."""
        if is_entered(desk.registry.codes, body, body.channel):
            within("report.enter")
        check_yours(body.area)
        vault = desk.vault
        fingerprints = [vault.fingerprint(one) for one in _as_noted(body)]
        async with database.request() as tx:
            answer = await earlier(tx, vault.ring, key, "incident_id", fingerprints)
            if answer is None:
                now: datetime = await tx.fetchval("select now()")
                incident = _checked(desk.registry, body, now)
                arrival = Arrival(incident, secret_of(body), body.description)
                keys = await desk.accept(tx, [arrival], now, begin(traceparent))
                accepted = Accepted(
                    incident_id=incident.incident_id,
                    accepted_at=now,
                    severity=incident.severity,
                    proposed=_triaged(desk.registry, body, now),
                )
                answer = Answer(201, accepted.model_dump(mode="json"))
                await remember(tx, key, under(keys.get(incident.incident_id), fingerprints[0]), answer)
        sent.beat()
        out.headers["Location"] = f"/v1/reports/{answer.body['incident_id']}"
        return answer.body

    _triage_route(app, database, desk)


def _triage_route(app: FastAPI, database: Database, desk: Desk) -> None:
    @app.post("/v1/triage")
    async def triage(body: ReportRequest) -> Triaged:
        """研判: what triage would propose for this report; nothing is stored."""
        check_yours(body.area)
        now = await database.now()
        _checked(desk.registry, body, now)
        return _triaged(desk.registry, body, now)


def _checked(registry: Registry, body: ReportRequest, now: datetime) -> IncidentReported:
    origin = Origin(str(uuid.uuid4()), HTTP, body.description)
    return reported(registry, origin, submitted_of(body, now), now)


def submitted_of(body: ReportRequest, now: datetime) -> ReportSubmitted:
    """The report without what belongs in the vault."""
    judged = {} if body.severity is None else {"severity": body.severity}
    return ReportSubmitted(
        area=body.area,
        category=body.category,
        channel=body.channel,
        **judged,
        people=body.people,
        occurred_at=body.occurred_at or now,
        parties=tuple(one.role for one in body.parties) or ("reporter",),
        target_at=body.target_at,
        derived_from=body.derived_from,
        source_number=body.source_number,
        entered_by=body.entered_by,
    )


def _triaged(registry: Registry, body: ReportRequest, now: datetime) -> Triaged:
    proposal = triaged(registry.policy, submitted_of(body, now), body.description)
    reasons = tuple(Because(rule=one.name, because=one.because) for one in proposal.rules)
    return Triaged(severity=proposal.severity, reasons=reasons)


def _as_noted(body: ReportRequest) -> tuple[bytes, bytes]:
    """A request as it is noted, and as the first release did, so that one sent again after an upgrade is known."""
    before = body.model_copy(update={"severity": body.severity or "ordinary"})
    first = before.model_dump_json(exclude={"people", "derived_from", "source_number", "entered_by"})
    return body.model_dump_json(exclude_unset=True).encode(), first.encode()


def secret_of(body: ReportRequest) -> Secret | None:
    """What only the vault may hold, by field; None when nothing personal was said."""
    people = {
        f"p{at}.{name}": fact
        for at, one in enumerate(body.parties, start=1)
        for name, fact in one.model_dump(exclude={"role"}, exclude_none=True).items()
    }
    told = {} if body.description is None else {"description": body.description}
    return people | told or None
