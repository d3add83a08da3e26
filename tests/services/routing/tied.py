"""A matter and its lead in the books of the village: what is done to either, and what is written of both."""

from datetime import timedelta

from services.routing import store
from services.routing.desk import Desk
from services.routing.handling import Request
from tests.builders import INCIDENT, OFFICER, a_centre
from tests.messaging.tiny import rows
from tests.services.routing.linked import LEAD, a_lead, waiting


async def kept(database, *incidents):
    """Incidents in the books, with their clocks running from now on."""
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, incidents, now)


def running(incident, now):
    """In handling, with a day left from now on."""
    due_at = now + timedelta(days=1)
    return incident(due_at=due_at, handle_by=due_at, clock_from=now, due_step="handle", status="accepted")


async def with_both(database):
    """The database, with a matter and its lead in handling since now."""
    now = await database.now()
    await kept(database, running(waiting, now), running(a_lead, now))
    return database


async def act(database, incident_id, action, desk=None):
    async with database.transaction() as tx:
        request = Request(action, OFFICER, await tx.fetchval("select now()"))
        return await (desk or Desk(a_centre())).act(tx, incident_id, request, None)


async def states(database):
    async with database.connection() as connection:
        found = [await store.one(connection, one) for one in (INCIDENT, LEAD)]
    return [(one.status, one.ties.lead, [each.incident_id for each in one.ties.duplicates]) for one in found]


async def said(database):
    return await rows(database, "select key, type from outbox order by id")
