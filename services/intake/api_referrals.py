"""对接 over HTTP: what sources declare eligible, and the referral ledger."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, Query, Response
from pydantic import BaseModel, Field

from doors.areas import looked_in
from doors.closed import Closed
from doors.document import told
from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.paging import moment_of
from doors.problems import Problem
from messaging.database import Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.base import Actor, AreaCode, Moment
from schemas.declarations import Count, EligibleDeclared, Month, Version
from services.intake import referral_store
from services.intake.answers import check_yours
from services.intake.api_reconciliation import Source, source_of
from services.intake.declarations import SENTENCES, NotRecorded, declaration_id_of
from services.intake.desk import Desk
from services.intake.referral_ledger import (
    Counts,
    Ledger,
    Rounding,
    children_of,
    eligible,
    line,
    months,
    total,
)
from services.intake.report import Registry

DECLARATIONS = "/v1/referrals/eligible"
MOST_MONTHS = 120


class EligibleRequest(Closed):
    """How many matters of a month a source could have sent here; a higher version corrects, a null count withdraws."""

    source: Source
    area: AreaCode
    month: Month
    count: Count | None
    version: Version = 1
    actor: Actor = Actor()
    occurred_at: Moment | None = None


class EligibleAnswer(BaseModel):
    """What counts now, and what it replaced."""

    declaration_id: str
    month: Month
    area: AreaCode
    count: int | None
    version: int
    replaces: int | None = None


_DECLARED: dict[int | str, dict[str, Any]] = {
    200: {"model": EligibleAnswer, "description": "It counted already"},
    **told(409),
}


class Period(Closed):
    """Which lines of the ledger, and how its rates are rounded: the rule is part of a rate."""

    source: Source
    first: Annotated[Month, Field(alias="from")]
    last: Annotated[Month, Field(alias="to")]
    area: AreaCode | None = None
    rounding: Literal["half-up", "truncate"] = "half-up"
    places: Annotated[int, Query(ge=0, le=4)] = 2


def routes(app: FastAPI, database: Database, desk: Desk, sent: Pulse) -> None:
    """Adds them."""
    _declarations(app, database, desk, sent)
    _ledger(app, database, desk.registry)


def _declarations(app: FastAPI, database: Database, desk: Desk, sent: Pulse) -> None:
    @app.post(DECLARATIONS, status_code=201, response_model=EligibleAnswer, responses=_DECLARED)
    async def declare(
        body: EligibleRequest,
        key: IdempotencyKey,
        response: Response,
        traceparent: Annotated[str | None, Header()] = None,
    ) -> dict[str, Any]:
        """Declares a month's eligible matters: 201 when that counts from now on, 200 when it did already."""
        check_yours(body.area)
        fingerprint = digest("eligible", body.model_dump_json())
        async with database.transaction() as tx:
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                now: datetime = await tx.fetchval("select now()")
                declared = _declared(body, now)
                try:
                    recorded = await desk.declare(tx, declared, now, begin(traceparent))
                except NotRecorded as no:
                    zh, en = SENTENCES[no.reason]
                    raise Problem(409, no.reason, en, zh=zh) from None
                answer = _answer(
                    declared, None if recorded is None else recorded.replaces, new=recorded is not None
                )
                await remember(tx, key, fingerprint, answer)
        sent.beat()
        response.status_code = answer.status
        return answer.body


def _ledger(app: FastAPI, database: Database, registry: Registry) -> None:
    children = children_of(registry.areas.values())

    @app.get("/v1/referrals/ledger")
    async def ledger(wanted: Annotated[Period, Query()]) -> Ledger:
        """The ledger of a source at this tier, by the month of the offer, with what every rate is made of."""
        source = source_of(registry, wanted.source)
        every = _months(wanted)
        area = looked_in(wanted.area, registry.areas)
        async with database.transaction() as tx:
            as_of: datetime = await tx.fetchval("select now()")
            counts = await referral_store.counts(tx, source, every, area)
            declared = await referral_store.declared(tx, [(source, month) for month in every])
        rounding = Rounding(rule=wanted.rounding, places=wanted.places)
        found = [
            (counts.get(month, Counts()), eligible(declared[source, month], area, children))
            for month in every
        ]
        return Ledger(
            source=source,
            area=area,
            time_zone=registry.policy.time_zone,
            as_of=as_of,
            lines=tuple(line(month, *one, rounding) for month, one in zip(every, found, strict=True)),
            total=total(found, rounding),
        )


def _declared(body: EligibleRequest, now: datetime) -> EligibleDeclared:
    given = body.model_dump(exclude={"occurred_at"})
    return EligibleDeclared(**given, occurred_at=moment_of(body.occurred_at, now))


def _answer(declared: EligibleDeclared, replaces: int | None, *, new: bool) -> Answer:
    body = EligibleAnswer(
        declaration_id=declaration_id_of(declared),
        replaces=replaces,
        **declared.model_dump(include={"month", "area", "count", "version"}),
    )
    return Answer(201 if new else 200, body.model_dump(mode="json"))


def _months(wanted: Period) -> list[str]:
    every = months(wanted.first, wanted.last)
    if not 0 < len(every) <= MOST_MONTHS:
        what = f"must be the first month or later, and {MOST_MONTHS} months at most"
        raise Problem(
            422, "invalid", "These months cannot be shown.", zh="月份范围无效", fields=[("to", what)]
        )
    return every
