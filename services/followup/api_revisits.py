"""Seeing revisits over HTTP: a list, and the present one of an incident."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field

from doors.areas import looked_in
from doors.document import told
from doors.gate import within
from doors.paging import token_of, untoken
from messaging.database import Database
from schemas.base import AreaCode
from services.followup import store
from services.followup.answers import IncidentId, RevisitView, problem, view_of
from services.followup.desk import Desk
from services.followup.explained import Explanation
from services.followup.refusal import Refused


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


def routes(app: FastAPI, database: Database, desk: Desk, areas: Mapping[str, object] | None) -> None:
    """Adds them to the door."""

    @app.get("/v1/revisits")
    async def revisits(wanted: Annotated[Filters, Query()]) -> RevisitPage:
        """Revisits of this tier, the longest resolved first; filters narrow, `after` pages."""
        area = looked_in(wanted.area, areas)
        page = store.Wanted(area, wanted.status, untoken(wanted.after), wanted.limit)
        async with database.connection() as connection:
            found = await store.page(connection, page)
        last = found[-1] if len(found) == wanted.limit else None
        return RevisitPage(
            revisits=tuple(view_of(one) for one in found),
            next=None if last is None else token_of(last.resolved_at, last.incident_id),
        )

    @app.get("/v1/revisits/{incident_id}", responses=told(404))
    async def revisit(incident_id: IncidentId) -> RevisitView:
        """The present revisit of one incident."""
        async with database.connection() as connection:
            found = await store.one(connection, incident_id, within())
        if found is None:
            raise problem(Refused("unknown-incident"))
        return view_of(found)

    @app.get("/v1/revisits/{incident_id}/deadlines", responses=told(404))
    async def deadlines(incident_id: IncidentId) -> Explanation:
        """Until when, and why: each round and each support plan step by step, in Chinese and English."""
        async with database.connection() as connection:
            found = await store.one(connection, incident_id, within())
        if found is None:
            raise problem(Refused("unknown-incident"))
        return desk.explain(found)
