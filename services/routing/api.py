"""Routing's HTTP door: see incidents, act on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict

from doors import app as door
from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.paging import moment_of, token_of, untoken
from doors.problems import Problem
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.actions import HandlingAction
from schemas.base import Actor, AreaCode, Event, Moment, Party, Tier
from schemas.codes import CodeList, completed
from schemas.routing import ActionForwarded, Entry
from services.routing import store
from services.routing.desk import Desk
from services.routing.explained import Explanation
from services.routing.handling import Request
from services.routing.incident import Incident, Status
from services.routing.refusal import SENTENCES, Refused

IncidentId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]


class ActionRequest(BaseModel):
    """What somebody does to an incident; `occurred_at` may be in the past, when it was recorded without a network."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    action: HandlingAction
    actor: Actor = Actor()
    occurred_at: Moment | None = None


class ActionAnswer(BaseModel):
    """What became of it: done here, or forwarded to the tier that owns the incident now."""

    incident_id: str
    status: Status
    owner: Tier
    forwarded_to: Tier | None = None
    events: tuple[str, ...]


class IncidentView(BaseModel):
    """An incident as a list shows it."""

    incident_id: str
    area: str
    category: str
    channel: str
    severity: str
    tier: Tier
    owner: Tier
    status: Status
    attempt: int
    reported_at: datetime
    opened_at: datetime | None
    accepted_at: datetime | None
    resolved_at: datetime | None
    due_at: datetime | None
    due_step: str | None
    provisional: bool
    suspended_at: datetime | None
    target_at: datetime | None
    on_time: bool | None
    assignee: str | None
    policy: str
    backfill: bool
    parties: tuple[Party, ...]


class IncidentWhole(IncidentView):
    """An incident with everything that happened to it, in order."""

    history: tuple[Entry, ...]


class IncidentPage(BaseModel):
    """A page of incidents; `next` asks for the one after, null at the end."""

    incidents: tuple[IncidentView, ...]
    next: str | None


def api(database: Database, desk: Desk, codes: dict[str, CodeList], sent: Pulse) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao routing 分流", "Who owns an incident, and until when.")

    @app.get("/v1/incidents")
    async def incidents(wanted: Annotated[Filters, Query()]) -> IncidentPage:
        """Incidents of this tier, newest first; filters narrow, `after` pages."""
        async with database.connection() as connection:
            found = await store.page(connection, wanted.page())
        last = found[-1] if len(found) == wanted.limit else None
        return IncidentPage(
            incidents=tuple(IncidentView.model_validate(one, from_attributes=True) for one in found),
            next=None if last is None else token_of(last.reported_at, last.incident_id),
        )

    @app.get("/v1/incidents/{incident_id}")
    async def incident(incident_id: IncidentId) -> IncidentWhole:
        """One incident with its whole history."""
        async with database.connection() as connection:
            found = await store.one(connection, incident_id)
        if found is None:
            raise _problem(Refused("unknown-incident"))
        return IncidentWhole.model_validate(found, from_attributes=True)

    @app.get("/v1/incidents/{incident_id}/deadlines")
    async def deadlines(incident_id: IncidentId) -> Explanation:
        """Until when, and why: the present clock step by step, in Chinese and English."""
        async with database.connection() as connection:
            found = await store.one(connection, incident_id)
        if found is None:
            raise _problem(Refused("unknown-incident"))
        return desk.explain(found)

    @app.post("/v1/incidents/{incident_id}/actions", status_code=201, response_model=ActionAnswer)
    async def act(
        incident_id: IncidentId,
        body: ActionRequest,
        key: IdempotencyKey,
        response: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        """Does something to an incident: 201 when it is done, 202 when it is on its way to the owner, 409 refused."""
        action = completed(codes, body.action, "action.")
        fingerprint = digest(incident_id, body.model_dump_json())
        async with database.transaction() as tx:
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                now: datetime = await tx.fetchval("select now()")
                request = Request(action, body.actor, moment_of(body.occurred_at, now))
                try:
                    after, events = await desk.act(tx, incident_id, request, begin(traceparent))
                except Refused as refusal:
                    raise _problem(refusal) from None
                answer = _answer(after, events)
                await remember(tx, key, fingerprint, answer)
        sent.beat()
        response.status_code = answer.status
        return answer.body

    return app


class Filters(BaseModel):
    """What a list may be narrowed by."""

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    status: Status | None = None
    severity: str | None = None
    category: str | None = None
    after: str | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 50

    def page(self) -> store.Wanted:
        """The filters as the store takes them. Raises `Problem` for a broken token."""
        return store.Wanted(
            self.area, self.status, self.severity, self.category, untoken(self.after), self.limit
        )


def _problem(refusal: Refused) -> Problem:
    zh, en = SENTENCES[refusal.reason]
    status: Literal[404, 409] = 404 if refusal.reason == "unknown-incident" else 409
    return Problem(status, refusal.reason, en, zh=zh)


def _answer(after: Incident, events: Sequence[Event]) -> Answer:
    forwarded = next((one.to_tier for one in events if isinstance(one, ActionForwarded)), None)
    body = ActionAnswer(
        incident_id=after.incident_id,
        status=after.status,
        owner=after.owner,
        forwarded_to=forwarded,
        events=tuple(one.type for one in events),
    )
    return Answer(202 if forwarded else 201, body.model_dump(mode="json"))
