"""Activities over HTTP: patrols, sessions, surveys and deliberations, recorded once, counted by area and role."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from doors.closed import Closed
from doors.document import told
from doors.idempotency import Answer, IdempotencyKey, remember
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.base import Actor, AreaCode, Count, Minutes, Moment
from schemas.inbound import ActivitySubmitted
from services.intake.activity import recorded
from services.intake.answers import check_yours
from services.intake.api_reports import GivenCode
from services.intake.desk import HTTP, Arrival, Desk
from services.intake.items import Secret
from services.intake.known import under
from services.intake.repeated import earlier

PATH = "/v1/activities"


class ActivityRequest(Closed):
    """An activity. Codes may be bare (`patrol`) or full (`activity/1:patrol`)."""

    for_the_vault = frozenset({"note"})
    activity: GivenCode
    area: AreaCode
    role: GivenCode
    """In which role somebody did it: figures count roles, never persons."""
    actor: Actor = Actor()
    """Who did it, by reference: stays with this centre."""
    occurred_at: Moment | None = None
    """When it began; now, unless given."""
    minutes: Minutes = 0
    attendance: Count = 0
    """How many people came."""
    raised: Count = 0
    """Items raised for deliberation (议题)."""
    adopted: Count = 0
    """Items adopted (采纳)."""
    note: Annotated[str, Field(max_length=8000)] | None = None
    """Free text; goes to the vault."""


class Recorded(BaseModel):
    """The activity is durable, under this id."""

    activity_id: str
    recorded_at: datetime


def submitted_of(body: ActivityRequest, now: datetime) -> ActivitySubmitted:
    """The activity without what belongs in the vault."""
    given = body.model_dump(exclude={"id", "kind", "note", "occurred_at"})
    return ActivitySubmitted(**given, occurred_at=body.occurred_at or now)


def secret_of(body: ActivityRequest) -> Secret | None:
    """What only the vault may hold, by field."""
    return None if body.note is None else {"note": body.note}


def routes(app: FastAPI, database: Database, desk: Desk, sent: Pulse) -> None:
    """Adds them to the door."""

    @app.post(PATH, status_code=201, response_model=Recorded, responses=told(410))
    async def activity(
        body: ActivityRequest, key: IdempotencyKey, traceparent: Annotated[str | None, Header()] = None
    ) -> dict[str, Any]:
        """Records an activity: 201 once it is durable, the same answer when the same request comes again."""
        check_yours(body.area)
        fingerprint = desk.vault.fingerprint(b"activity" + body.model_dump_json(exclude_unset=True).encode())
        async with database.transaction() as tx:
            answer = await earlier(tx, desk.vault.ring, key, "activity_id", [fingerprint])
            if answer is None:
                now: datetime = await tx.fetchval("select now()")
                given = submitted_of(body, now)
                event = recorded(desk.registry, str(uuid.uuid4()), HTTP, given, now)
                arrival = Arrival(event, secret_of(body), actor=body.actor)
                keys = await desk.accept(tx, [arrival], now, begin(traceparent))
                made = Recorded(activity_id=event.activity_id, recorded_at=now)
                answer = Answer(201, made.model_dump(mode="json"))
                await remember(tx, key, under(keys.get(event.activity_id), fingerprint), answer)
        sent.beat()
        return answer.body
