"""Seeing incidents over HTTP: a list, one with its whole history, and until when it must be done."""

from datetime import datetime
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict

from doors.areas import looked_in
from doors.document import told
from doors.gate import within
from doors.paging import token_of, untoken
from messaging.database import Database
from schemas.base import AreaCode, Party, Reference, Tier
from schemas.codes import CodeList, complete
from schemas.duplicates import Candidate, Duplicate
from schemas.referrals import Offer
from schemas.routing import Entry
from schemas.supervision import Listing
from services.routing import store
from services.routing.answers import IncidentId, problem
from services.routing.away import Away
from services.routing.desk import Desk
from services.routing.explained import Explanation
from services.routing.incident import Status
from services.routing.refusal import Refused
from services.routing.registry_csv import Known
from services.routing.sessions import Session
from services.routing.whistles import Whistle


class AssignmentView(BaseModel):
    """Whether the assignee has answered: in which role, until when, and the how many-th they are."""

    role: str | None
    assigned_at: datetime | None
    asked: int
    answer_by: datetime | None
    taken_at: datetime | None


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
    assignment: AssignmentView | None
    policy: str
    backfill: bool
    parties: tuple[Party, ...]
    derived_from: str | None
    leader: str | None
    listing: Listing | None
    away: Away | None
    """What is with a department or a body."""
    offer: Offer | None
    """Which body sent it here."""
    linked: bool
    """Whether it rests, because its lead is handled for it."""
    proposed: bool
    """Whether a person should look if it is a duplicate."""


class TiesView(BaseModel):
    """The lead it is or was handled with, those linked to it, and the earlier reports that may be the same matter."""

    lead: str | None
    linked_at: datetime | None
    duplicates: tuple[Duplicate, ...]
    proposals: tuple[Candidate, ...]


class IncidentWhole(IncidentView):
    """An incident with everything that happened to it, in order."""

    ties: TiesView
    history: tuple[Entry, ...]
    whistles: tuple[Whistle, ...]
    sessions: tuple[Session, ...]


class IncidentPage(BaseModel):
    """A page of incidents; `next` asks for the one after, null at the end."""

    incidents: tuple[IncidentView, ...]
    next: str | None


class Filters(BaseModel):
    """What a list may be narrowed by. Codes may be bare (`land`) or full (`category/1:land`)."""

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    status: Status | None = None
    severity: str | None = None
    category: str | None = None
    listed: bool | None = None
    leader: Reference | None = None
    proposed: bool | None = None
    assignee: Reference | None = None
    """Who has it in hand."""
    after: str | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 50

    def page(self, codes: dict[str, CodeList]) -> store.Wanted:
        """The filters as the store takes them. Raises `Problem` for a broken token, `UnknownCodes`."""
        given = self.model_dump(include={"severity", "category"}, exclude_none=True)
        full = self.model_dump(exclude={"after"}) | complete(codes, given, "query.")
        return store.Wanted(**full, after=untoken(self.after))


def routes(app: FastAPI, database: Database, desk: Desk, known: Known) -> None:
    """Adds them to the door."""

    @app.get("/v1/incidents")
    async def incidents(wanted: Annotated[Filters, Query()]) -> IncidentPage:
        """Incidents of this tier, newest first; filters narrow, `after` pages."""
        area = looked_in(wanted.area, known.areas)
        page = wanted.model_copy(update={"area": area}).page(known.codes)
        async with database.connection() as connection:
            found = await store.page(connection, page)
        last = found[-1] if len(found) == wanted.limit else None
        return IncidentPage(
            incidents=tuple(IncidentView.model_validate(one, from_attributes=True) for one in found),
            next=None if last is None else token_of(last.reported_at, last.incident_id),
        )

    @app.get("/v1/incidents/{incident_id}", responses=told(404))
    async def incident(incident_id: IncidentId) -> IncidentWhole:
        """One incident with its whole history."""
        async with database.connection() as connection:
            found = await store.whole(connection, incident_id, within())
        if found is None:
            raise problem(Refused("unknown-incident"))
        return IncidentWhole.model_validate(found, from_attributes=True)

    @app.get("/v1/incidents/{incident_id}/deadlines", responses=told(404))
    async def deadlines(incident_id: IncidentId) -> Explanation:
        """Until when, and why: the present clock step by step, in Chinese and English."""
        async with database.connection() as connection:
            found = await store.one(connection, incident_id, within())
        if found is None:
            raise problem(Refused("unknown-incident"))
        return desk.explain(found)
