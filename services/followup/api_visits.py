"""Recording visits over HTTP: what a party answered, by the same rules as on the inbound topic."""

from typing import Annotated

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.paging import moment_of
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.actions import Visit
from schemas.base import Actor, Moment
from schemas.codes import CodeList, GivenCode, completed
from services.followup.answers import IncidentId, RevisitView, problem, view_of
from services.followup.desk import Desk
from services.followup.refusal import Refused


class VisitRequest(BaseModel):
    """What one party answered; `occurred_at` may be in the past, when it was recorded without a network."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    party: Annotated[str, Field(pattern=r"^p[0-9]{1,2}$")]
    means: GivenCode
    result: GivenCode
    actor: Actor = Actor()
    occurred_at: Moment | None = None


def routes(app: FastAPI, database: Database, desk: Desk, codes: dict[str, CodeList], sent: Pulse) -> None:
    """Adds them to the door."""

    @app.post("/v1/revisits/{incident_id}/visits", status_code=201)
    async def visit(
        incident_id: IncidentId,
        body: VisitRequest,
        key: IdempotencyKey,
        response: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> RevisitView:
        """Records what a party answered: 201 with the revisit as it stands, 409 when the rules say no."""
        asked = completed(codes, Visit(party=body.party, means=body.means, result=body.result))
        fingerprint = digest(incident_id, body.model_dump_json())
        async with database.transaction() as tx:
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                now = await tx.fetchval("select now()")
                by = (body.actor, moment_of(body.occurred_at, now))
                try:
                    after, _ = await desk.visit(tx, incident_id, asked, by, begin(traceparent))
                except Refused as refusal:
                    raise problem(refusal) from None
                answer = Answer(201, view_of(after).model_dump(mode="json"))
                await remember(tx, key, fingerprint, answer)
        sent.beat()
        response.status_code = answer.status
        return RevisitView.model_validate(answer.body)
