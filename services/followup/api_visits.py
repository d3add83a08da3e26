"""Recording over HTTP what was done with the parties: visits, counselling, support; the same rules as inbound."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Header, Response
from pydantic import Field

from doors.closed import Closed
from doors.document import told
from doors.gate import within
from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.paging import moment_of
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.actions import Following, FollowingAction, Visit
from schemas.base import Actor, Moment
from schemas.codes import CodeList, GivenCode, completed
from schemas.offline import Basis
from services.followup import store
from services.followup.acts import Request
from services.followup.answers import IncidentId, RevisitView, problem, view_of
from services.followup.desk import Desk
from services.followup.refusal import Refused


class Recorded(Closed):
    """Who did it, and when: `occurred_at` may be in the past, when it was recorded without a network."""

    actor: Actor = Actor()
    occurred_at: Moment | None = None
    based_on: Basis = ()
    """What the caller saw, e.g. the party's `result` as null: if it is otherwise by now, 409 says so."""


class VisitRequest(Recorded):
    """What one party answered."""

    party: Annotated[str, Field(pattern=r"^p[0-9]{1,2}$")]
    means: GivenCode
    result: GivenCode


class FollowingRequest(Recorded):
    """Anything that followup decides on."""

    action: FollowingAction


@dataclass(frozen=True, slots=True)
class Recorder:
    """Carries out what is recorded over HTTP, once per idempotency key."""

    database: Database
    desk: Desk
    sent: Pulse

    async def record(
        self, incident_id: str, asked: Following, body: Recorded, key: str, trace: str | None
    ) -> Answer:
        """The answer: 201 with the revisit as it stands. Raises `Problem` when the rules say no."""
        # a request that says nothing of it is the same request as before one could
        fingerprint = digest(
            incident_id, body.model_dump_json(exclude=None if body.based_on else {"based_on"})
        )
        mine = within(f"revisit.{asked.action}")
        async with self.database.request() as tx:
            if mine is not None and not await store.holds(tx, incident_id, mine):
                raise problem(Refused("unknown-incident"))
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                at = moment_of(body.occurred_at, await tx.fetchval("select now()"))
                request = Request(asked, body.actor, at, body.based_on)
                try:
                    after, _ = await self.desk.act(tx, incident_id, request, begin(trace))
                except Refused as refusal:
                    raise problem(refusal) from None
                answer = Answer(201, view_of(after).model_dump(mode="json"))
                await remember(tx, key, fingerprint, answer)
        self.sent.beat()
        return answer


def routes(app: FastAPI, database: Database, desk: Desk, codes: dict[str, CodeList], sent: Pulse) -> None:
    """Adds them to the door."""
    recorder = Recorder(database, desk, sent)

    @app.post("/v1/revisits/{incident_id}/visits", status_code=201, responses=told(404, 409))
    async def visit(
        incident_id: IncidentId,
        body: VisitRequest,
        key: IdempotencyKey,
        response: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> RevisitView:
        """Records what a party answered: 201 with the revisit as it stands, 409 when the rules say no."""
        asked = completed(codes, Visit(party=body.party, means=body.means, result=body.result))
        answer = await recorder.record(incident_id, asked, body, key, traceparent)
        response.status_code = answer.status
        return RevisitView.model_validate(answer.body)

    @app.post("/v1/revisits/{incident_id}/actions", status_code=201, responses=told(404, 409))
    async def act(
        incident_id: IncidentId,
        body: FollowingRequest,
        key: IdempotencyKey,
        response: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> RevisitView:
        """Visits, counselling and support plans: 201 with the revisit as it stands, 409 when the rules say no."""
        asked = completed(codes, body.action, "action.")
        answer = await recorder.record(incident_id, asked, body, key, traceparent)
        response.status_code = answer.status
        return RevisitView.model_validate(answer.body)
