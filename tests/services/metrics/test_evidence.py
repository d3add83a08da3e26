"""Which incidents stand behind a flag is kept once, however often it is delivered, and found by area and day."""

import uuid
from datetime import timedelta

import pytest

from messaging.inbox import Inbox, Reading
from schemas.routing import IncidentResolved
from schemas.topics import TOPICS
from services.metrics.desk import Desk
from services.metrics.evidence import Place, behind
from services.metrics.facts import LISTENS_TO
from services.metrics.hearing import Hearing
from tests.builders import REPORTED_AT, a_record, resolved
from tests.services.metrics.counted import ZONE

pytestmark = pytest.mark.system
MONTH = ("2026-09-01", "2026-09-30")


def settled(minutes, **changes) -> IncidentResolved:
    by_one = {"incident_id": str(uuid.uuid4()), "same_hand": True}
    return resolved(occurred_at=REPORTED_AT + timedelta(minutes=minutes), **by_one | changes)


async def counted(database, *events):
    """Delivers each twice, as a redelivery does."""
    desk = Desk("village", ZONE, Hearing(database))
    inbox = Inbox(database, Reading((TOPICS["village.routing"],), LISTENS_TO, desk.count), lambda: None)
    records = [a_record(one, key=one.incident_id, topic="village.routing") for one in events]
    await inbox.apply(records)
    await inbox.apply(records)


async def found(database, area, kind="one_hand.resolved", limit=10, days=MONTH):
    async with database.connection() as connection:
        place = Place(area, kind, *days)
        return (await behind(connection, [place], limit))[place]


async def test_what_is_delivered_twice_is_kept_once_with_its_times(new_database):
    database, event = await new_database("metrics"), settled(3)

    await counted(database, event)

    [kept] = await found(database, event.area)
    assert kept == (event.incident_id, event.reported_at, event.occurred_at)


async def test_the_quickest_come_first_and_no_more_than_asked(new_database):
    database = await new_database("metrics")
    events = [settled(minutes) for minutes in (50, 2, 9)]

    await counted(database, *events)

    kept = await found(database, "620522", limit=2)
    assert [one.incident_id for one in kept] == [events[1].incident_id, events[2].incident_id]


async def test_another_area_month_or_kind_has_others(new_database):
    database = await new_database("metrics")
    await counted(database, settled(3), settled(3, same_hand=False))

    assert len(await found(database, "620522101")) == 1
    assert await found(database, "620522102") == []
    assert await found(database, "620522101", kind="closed_undone") == []
    assert await found(database, "620522101", days=("2026-10-01", "2026-10-31")) == []
