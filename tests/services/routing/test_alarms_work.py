"""What is overdue and stays is in the table of deadlines, fired once each time, and found where it was not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from messaging.pace import Pulse
from messaging.timer import Timer
from services.routing import deadlines_store, store
from services.routing.desk import Desk
from services.routing.missed import Missed
from services.routing.ties import Ties
from tests.builders import INCIDENT, NOW, a_centre, a_policy, an_accepted_incident
from tests.messaging.tiny import rows
from tests.services.routing.linked import LEAD

pytestmark = pytest.mark.system
COUNTY = a_centre("county", a_policy(missed={"again": "PT1H"}))
SAID = "select type, count(*) from outbox group by type order by type"
ROWS = "select step, due_at from deadline"


async def keep(database, **changes):
    """One matter of the county, stored."""
    now = await database.now()
    fields = {"tier": "county", "clock_from": now - timedelta(days=1), "due_at": now - timedelta(minutes=2)}
    async with database.transaction() as tx:
        await store.save(tx, [an_accepted_incident(**(fields | changes))], now)
    return now


async def fired(database, times=1):
    timer = Timer(database, Desk(COUNTY).fire, Pulse(1), 0.05)
    return [await timer.once() for _ in range(times)]


def a_day_ago(now, due_at):
    """A deadline that was missed then, and is said again at a moment."""
    then = now - timedelta(days=1)
    return Missed(deadline=then, said=1, said_at=then, passed=then, due_at=due_at)


def missed(now, **ago):
    return {
        "due_at": None,
        "due_step": None,
        "missed": a_day_ago(now, now - timedelta(**ago)),
    }


async def test_a_missed_deadline_leaves_a_next_one_that_is_fired_once_and_leaves_another(database):
    now = await keep(database)

    once = await fired(database, 2)
    [(step, first)] = await rows(database, ROWS)
    async with database.transaction() as tx:
        incident = await store.one(tx, INCIDENT)
        passed = replace(incident.missed, due_at=now - timedelta(seconds=5))
        await store.save(tx, [incident.changed(missed=passed)], now)
    again = await fired(database, 2)

    assert (once, again) == ([1, 0], [1, 0])
    assert await rows(database, SAID) == [("incident.overdue.v1", 1), ("incident.still-overdue.v1", 1)]
    [(next_step, second)] = await rows(database, ROWS)
    assert step == next_step == "alarm"
    assert first > now
    assert second > now


async def test_one_that_was_not_said_again_is_found_by_the_auditor(database):
    now = await database.now()
    await keep(database, **missed(now, minutes=10))

    async with database.connection() as connection:
        before = await deadlines_store.unraised(connection)
    await fired(database)
    async with database.connection() as connection:
        after = await deadlines_store.unraised(connection)

    assert (before, after) == (1, 0)


async def test_the_deadlines_over_http_tell_it(database, door):
    now = await database.now()
    await keep(database, tier="village", owner="village", **missed(now, hours=-1))

    answer = (await door.get(f"/v1/incidents/{INCIDENT}/deadlines")).json()

    assert (answer["due_at"], answer["why_not"]["reason"]) == (None, "overdue")
    assert [one["step"] for one in answer["waits"]] == ["alarm"]


OLDER = """
update incident set state = (state::jsonb - 'missed' - 'clock_from')::text;
delete from deadline;
"""
MIGRATION = (Path(store.__file__).parent / "migrations" / "009_still_overdue.sql").read_text()


@pytest.mark.parametrize("changes", [{}, {"status": "open", "accepted_at": None}], ids=["accepted", "open"])
async def test_what_an_earlier_release_has_said_once_and_forgotten_is_said_again(new_database, changes):
    database = await new_database("routing")
    now = await database.now()
    await keep(database, **missed(now, hours=-1), **changes)
    async with database.connection() as connection:
        await connection.execute(OLDER)
        await connection.execute(MIGRATION)

    times = await fired(database, 2)

    assert times == [1, 0]
    assert await rows(database, SAID) == [("incident.still-overdue.v1", 1)]
    [(step, due_at)] = await rows(database, ROWS)
    assert (step, due_at > now) == ("alarm", True)


@pytest.mark.parametrize(
    "resting",
    [{"suspended_at": NOW}, {"ties": Ties(lead=LEAD)}, {"backfill": True}, {"status": "resolved"}],
    ids=["suspended", "linked", "imported", "resolved"],
)
async def test_what_rests_gets_no_clock_by_the_migration(new_database, resting):
    database = await new_database("routing")
    await keep(database, due_at=None, due_step=None, **resting)
    async with database.connection() as connection:
        await connection.execute(OLDER)
        await connection.execute(MIGRATION)

    assert await rows(database, ROWS) == []
