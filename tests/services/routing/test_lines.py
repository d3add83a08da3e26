"""History as rows: dense, appended, whole again when an incident is handed over, and never written twice."""

import asyncio
import uuid
from importlib import resources

import pytest

from messaging.errors import LostRace
from schemas.actions import Accept, Assign, Escalate, Return
from schemas.base import tier_of
from schemas.handoff import ActionForwarded, IncidentHandedOver
from schemas.intake import IncidentReported
from services.routing import lines, store
from services.routing.desk import Desk
from services.routing.handling import Request
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    a_message,
    an_accepted_incident,
    an_incident,
    reported,
)

pytestmark = pytest.mark.system
UP, DOWN = Escalate(reason="reason/1:too-hard"), Return(reason="reason/1:wrong-tier")


async def handled(database, tier, *events):
    """What a tier says to a batch of messages."""
    topic = {True: "village.intake", False: "town.handoff" if tier == "village" else "village.handoff"}
    messages = [
        a_message(at, event=one, key=one.incident_id, topic=topic[isinstance(one, IncidentReported)])
        for at, one in enumerate(events, 1)
    ]
    async with database.transaction() as tx:
        outcome = await Desk(a_centre(tier)).handle(tx, messages, await database.now())
    assert not outcome.faults.rejected
    return [draft.event for draft in outcome.drafts]


async def done(database, tier, *actions):
    events = []
    for action in actions:
        async with database.transaction() as tx:
            _, said = await Desk(a_centre(tier)).act(tx, INCIDENT, Request(action, OFFICER, NOW), None)
        events += said
    async with database.connection() as connection:
        stored = await connection.fetch("select data from outbox where type = $1 order by id", GIVEN)
    return [IncidentHandedOver.model_validate_json(one["data"]) for one in stored][-1:]


GIVEN = "incident.handed-over.v1"


async def numbered(database, incident=INCIDENT):
    async with database.connection() as connection:
        rows = await connection.fetch(
            "select number, tier, event, rule from history where incident_id = $1 order by number", incident
        )
    return [tuple(row) for row in rows]


async def kept(database):
    async with database.connection() as connection:
        return await store.whole(connection, INCIDENT)


async def test_each_change_appends_its_lines_and_the_state_holds_none(new_database):
    database = await new_database()

    await handled(database, "village", reported())
    await done(database, "village", Accept(), Assign(assignee="o-7"))

    assert [(number, event) for number, _, event, _ in await numbered(database)] == [
        (1, "incident.opened.v1"),
        (2, "incident.accepted.v1"),
        (3, "incident.assigned.v1"),
    ]
    async with database.connection() as connection:
        assert "history" not in await connection.fetchval("select state from incident")
    assert [one.detail for one in (await kept(database)).history] == [None, None, "o-7"]


async def test_a_matter_that_goes_up_and_down_and_up_has_one_history_in_both_books(new_database):
    village, town = await new_database(), await new_database()

    await handled(village, "village", reported())
    for _ in range(2):
        await handled(town, "town", *await done(village, "village", Accept(), UP))
        await handled(village, "village", *await done(town, "town", Accept(), DOWN))

    here, there = await numbered(village), await numbered(town)
    assert [one[0] for one in here] == list(range(1, len(here) + 1))
    assert here[:-1] == there
    assert here[-1][1:3] == ("village", "incident.opened.v1")
    assert [one[1] for one in there].count("town") == 6


async def test_an_incident_that_leaves_in_the_batch_that_brought_it_carries_everything(new_database):
    village, town = await new_database(), await new_database()
    [*_, major] = await handled(village, "village", reported(severity="severity/1:major"))
    on = ActionForwarded(
        to_tier="town", from_tier="village", incident_id=INCIDENT, occurred_at=NOW, actor=OFFICER, action=UP
    )

    said = await handled(town, "town", major, on)

    [whole] = [one for one in said if isinstance(one, IncidentHandedOver)]
    told = [(at, one.tier, one.event) for at, one in enumerate(whole.history, 1)]
    assert told[:2] == [(1, "village", "incident.escalated.v1"), (2, "town", "incident.opened.v1")]
    assert told[-1][1:] == ("town", "incident.escalated.v1")
    assert [one[:3] for one in await numbered(town)] == told


async def test_the_whole_history_of_all_that_is_handed_over_is_read_with_one_query(new_database):
    database = await new_database()
    every = [str(uuid.uuid4()) for _ in range(20)]
    now = await database.now()
    async with database.transaction() as tx:
        late = [an_accepted_incident(incident_id=one, due_at=now) for one in every]
        await store.save(tx, late, now)
        for at, one in enumerate(every):
            await tx.execute(
                "insert into history select $1, 1, 'incident.opened.v1', 'village', now(), now(), $2, 'o'",
                one, f"r-{at}",
            )  # fmt: skip
        await tx.execute("""update incident set state = replace(state, '"lines":[0', '"lines":[1')""")
    asked = []

    async with database.transaction() as tx:
        tx.add_query_logger(lambda query: asked.append(query.query))
        fired = await Desk(a_centre()).fire(tx, 100)

    assert fired == 20
    assert len([one for one in asked if "from history" in one]) == 1
    async with database.connection() as connection:
        given = await connection.fetch("select key, data from outbox where type = $1", GIVEN)
    told = {row["key"]: IncidentHandedOver.model_validate_json(row["data"]).history for row in given}
    assert {one: lines_[0].actor.role for one, lines_ in told.items()} == {
        one: f"r-{at}" for at, one in enumerate(every)
    }
    assert {len(one) for one in told.values()} == {3}


async def test_of_two_consumers_that_write_the_same_line_one_has_lost_the_race(new_database):
    database = await new_database()
    await handled(database, "village", reported())
    async with database.connection() as connection:
        known = await store.one(connection, INCIDENT)
    fresh = (await kept(database)).history

    async with database.connection() as first, database.connection() as second:
        begun, late = first.transaction(), second.transaction()
        await begun.start()
        await late.start()
        await lines.append(first, [an_incident(history=fresh, lines=(2, 0, 0))])
        other = asyncio.create_task(lines.append(second, [an_incident(history=fresh, lines=(2, 0, 0))]))
        await asyncio.sleep(0.1)
        await begun.commit()
        with pytest.raises(LostRace):
            await other
        await late.rollback()

    assert known.lines == (1, 0, 0)
    assert [one[0] for one in await numbered(database)] == [1, 2]


async def test_states_that_held_their_history_are_taken_apart_by_the_migration(new_database):
    database = await new_database()
    await handled(database, "village", reported())
    migration = (resources.files("services.routing") / "migrations/004_history.sql").read_text("utf-8")
    before = await kept(database)
    async with database.transaction() as tx:
        old = store._ADAPTER.dump_json(before, exclude={"lines"}).decode()
        await tx.execute("update incident set state = $1", old)
        await tx.execute("drop table history")

        await tx.execute(migration)

    after = await kept(database)
    assert [one.event for one in after.history] == ["incident.opened.v1"]
    assert (after.lines, after.area, tier_of(after.area)) == ((1, 0, 0), before.area, "village")
    assert [one.model_copy(update={"rule": None}) for one in before.history] == list(after.history)
