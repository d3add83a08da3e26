"""Acting on incidents over HTTP: the same rules and refusals as on the inbound topic."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel

from doors.closed import Closed
from doors.document import told
from doors.gate import within
from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.paging import moment_of
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.actions import HandlingAction
from schemas.base import Actor, Event, Moment, Tier
from schemas.codes import CodeList, completed
from schemas.handoff import ActionForwarded
from schemas.mediation import SessionCalled
from schemas.offline import Basis
from schemas.whistles import WhistleBlown
from services.routing import store
from services.routing.answers import IncidentId, problem
from services.routing.desk import Desk
from services.routing.handling import Request
from services.routing.incident import Incident, Status
from services.routing.refusal import Refused


class ActionRequest(Closed):
    """What somebody does to an incident; `occurred_at` may be in the past, when it was recorded without a network."""

    action: HandlingAction
    actor: Actor = Actor()
    occurred_at: Moment | None = None
    based_on: Basis = ()
    """What the caller saw, e.g. `status` as `open`: if it is otherwise by now, 409 says so and nothing is done."""


class ActionAnswer(BaseModel):
    """What became of it: done here, or forwarded to the tier that owns the incident now."""

    incident_id: str
    status: Status
    owner: Tier
    forwarded_to: Tier | None = None
    events: tuple[str, ...]
    began: str | None = None
    """What began with it and is named by a number: `whistle:1`, `session:2`."""


ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": ActionAnswer, "description": "On its way to the tier that owns the incident now"},
    **told(404, 409),
}


def routes(app: FastAPI, database: Database, desk: Desk, codes: dict[str, CodeList], sent: Pulse) -> None:
    """Adds them to the door."""

    @app.post(
        "/v1/incidents/{incident_id}/actions", status_code=201, response_model=ActionAnswer, responses=ANSWERS
    )
    async def act(
        incident_id: IncidentId,
        body: ActionRequest,
        key: IdempotencyKey,
        response: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        """Does something to an incident: 201 when it is done, 202 when it is on its way to the owner, 409 refused."""
        mine = within(f"incident.{body.action.action}")
        action = completed(codes, body.action, "action.")
        fingerprint = digest(incident_id, body.model_dump_json())
        async with database.request() as tx:
            if mine is not None and not await store.holds(tx, incident_id, mine):
                raise problem(Refused("unknown-incident"))
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                now = await tx.fetchval("select now()")
                request = Request(
                    action, body.actor, moment_of(body.occurred_at, now), based_on=body.based_on
                )
                try:
                    after, events = await desk.act(tx, incident_id, request, begin(traceparent), mine)
                except Refused as refusal:
                    raise problem(refusal) from None
                answer = _answer(after, events)
                await remember(tx, key, fingerprint, answer)
        sent.beat()
        response.status_code = answer.status
        return answer.body


def _answer(after: Incident, events: Sequence[Event]) -> Answer:
    forwarded = next((one.to_tier for one in events if isinstance(one, ActionForwarded)), None)
    body = ActionAnswer(
        incident_id=after.incident_id,
        status=after.status,
        owner=after.owner,
        forwarded_to=forwarded,
        events=tuple(one.type for one in events),
        began=next(filter(None, map(_began, events)), None),
    )
    return Answer(202 if forwarded else 201, body.model_dump(mode="json"))


def _began(event: Event) -> str | None:
    match event:
        case WhistleBlown():
            return f"whistle:{event.whistle}"
        case SessionCalled():
            return f"session:{event.session}"
        case _:
            return None
