"""Followup's HTTP door: which revisits are due, and what the parties answered."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import FastAPI, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from doors import app as door
from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.paging import moment_of, token_of, untoken
from doors.problems import Problem
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.actions import Visit
from schemas.base import Actor, AreaCode, Moment, Party
from schemas.codes import CodeList, GivenCode, completed
from services.followup import store
from services.followup.desk import Desk
from services.followup.revisit import Refused, Revisit

SENTENCES = {
    "unknown-incident": ("没有这个事件的回访", "No revisit of such an incident"),
    "no-revisit-due": ("本次回访已经完成", "This revisit is done"),
    "unknown-party": ("没有这一方当事人", "No such party in this matter"),
    "already-answered": ("该当事人已有回访结果", "This party has answered already"),
    "before-the-resolution": ("时间早于化解时间", "This cannot have happened before the resolution"),
}


class VisitRequest(BaseModel):
    """What one party answered; `occurred_at` may be in the past, when it was recorded without a network."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    party: Annotated[str, Field(pattern=r"^p[0-9]{1,2}$")]
    means: GivenCode
    result: GivenCode
    actor: Actor = Actor()
    occurred_at: Moment | None = None


class AnswerView(BaseModel):
    """One party: asked how often, and what it last answered; null while nobody has asked."""

    party: Party
    result: str | None
    calls: int


class RevisitView(BaseModel):
    """The revisit of one resolution."""

    incident_id: str
    area: str
    category: str
    severity: str
    attempt: int
    status: Literal["due", "done"]
    outcome: str | None
    resolved_at: datetime
    due_at: datetime | None
    overdue: bool
    answers: tuple[AnswerView, ...]


class RevisitPage(BaseModel):
    """A page of revisits; `next` asks for the one after, null at the end."""

    revisits: tuple[RevisitView, ...]
    next: str | None


class Filters(BaseModel):
    """What a list may be narrowed by."""

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    status: Literal["due", "done"] | None = None
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


def api(database: Database, desk: Desk, codes: dict[str, CodeList], sent: Pulse) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao followup 回访", "Whom to revisit, when, and whether the incident may close.")

    @app.get("/v1/revisits")
    async def revisits(wanted: Annotated[Filters, Query()]) -> RevisitPage:
        """Revisits of this tier, the longest resolved first; filters narrow, `after` pages."""
        page = store.Wanted(wanted.area, wanted.status, untoken(wanted.after), wanted.limit)
        async with database.connection() as connection:
            found = await store.page(connection, page)
        last = found[-1] if len(found) == wanted.limit else None
        return RevisitPage(
            revisits=tuple(_view(one) for one in found),
            next=None if last is None else token_of(last.resolved_at, last.incident_id),
        )

    @app.get("/v1/revisits/{incident_id}")
    async def revisit(incident_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]) -> RevisitView:
        """The present revisit of one incident."""
        async with database.connection() as connection:
            found = await store.one(connection, incident_id)
        if found is None:
            raise _problem(Refused("unknown-incident"))
        return _view(found)

    @app.post("/v1/revisits/{incident_id}/visits", status_code=201)
    async def visit(
        incident_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")],
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
                now: datetime = await tx.fetchval("select now()")
                by = (body.actor, moment_of(body.occurred_at, now))
                try:
                    after, _ = await desk.visit(tx, incident_id, asked, by, begin(traceparent))
                except Refused as refusal:
                    raise _problem(refusal) from None
                answer = Answer(201, _view(after).model_dump(mode="json"))
                await remember(tx, key, fingerprint, answer)
        sent.beat()
        response.status_code = answer.status
        return RevisitView.model_validate(answer.body)

    return app


def _view(revisit: Revisit) -> RevisitView:
    return RevisitView.model_validate(revisit, from_attributes=True)


def _problem(refusal: Refused) -> Problem:
    zh, en = SENTENCES[refusal.reason]
    return Problem(404 if refusal.reason == "unknown-incident" else 409, refusal.reason, en, zh=zh)
