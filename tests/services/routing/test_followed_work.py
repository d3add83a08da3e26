"""Lines that followup tells are appended without the state, dense and once, wherever the incident goes meanwhile."""

import asyncio
from importlib import resources

import pytest

from messaging.inbox import Inbox, Reading
from schemas.actions import Accept, Escalate, Resolve, Return
from schemas.handoff import IncidentHandedOver
from schemas.topics import topics_read_by
from services.routing import store
from services.routing.app import LISTENS_TO
from services.routing.desk import Desk
from services.routing.handling import Request
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    RESPONDENT,
    a_centre,
    a_completed_revisit,
    a_record,
    a_resolved_incident,
    later,
    reported,
)
from tests.services.routing.ledgers import a_line, rows
from tests.services.routing.visits import a_plan_ended, a_round_done, a_round_planned, a_visit, counselling

pytestmark = pytest.mark.system
OTHER = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e99"
BEFORE = (a_line(), a_line(event="incident.resolved.v1"))
CLOSED = {"status": "closed", "closed_at": later(days=1)}
FIRST, SECOND = a_visit(), a_visit(RESPONDENT)
RELAPSE = {"outcome": "relapse", "reason": "reason/1:relapse"}


async def keep(database, *incidents):
    async with database.transaction() as tx:
        await store.save(tx, incidents, await database.now())


@pytest.fixture
async def database(new_database):
    database = await new_database()
    await keep(database, a_resolved_incident(history=BEFORE, lines=(2, 0, 0)))
    return database


def inbox(database, tier="village"):
    reading = Reading(topics_read_by("routing", tier), LISTENS_TO, Desk(a_centre(tier)).handle)
    return Inbox(database, reading, lambda: None)


def said(*events, begin=1, topic="village.followup"):
    return [a_record(one, at, key=one.incident_id, topic=topic) for at, one in enumerate(events, begin)]


async def written(database, incident=INCIDENT):
    async with database.connection() as connection:
        found = await connection.fetch(
            "select number, event from history where incident_id = $1 order by number", incident
        )
        whole = await store.whole(connection, incident)
    assert [row["number"] for row in found] == list(range(1, len(found) + 1))
    assert [one.event for one in whole.history] == [row["event"] for row in found]
    assert sum(whole.lines) == len(found)
    return [row["event"] for row in found][len(BEFORE) :]


async def waiting(database):
    async with database.connection() as connection:
        letters = await connection.fetch("select reason from dead_letter")
        held = await connection.fetchval("select count(*) from held")
    return [row["reason"] for row in letters], held


async def test_a_visit_is_a_line_however_often_it_is_delivered_and_the_state_stays_as_it_was(database):
    async with database.connection() as connection:
        before = await connection.fetchval("select state from incident")

    for _ in range(2):
        await inbox(database).apply(said(FIRST, counselling()))

    assert await written(database) == ["revisit.visited.v1", "counselling.recorded.v1"]
    async with database.connection() as connection:
        row = await connection.fetchrow("select state, told from incident")
    assert (row["state"], row["told"]) == (before, 2)


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
async def test_the_history_is_the_same_however_its_events_come_in_batches(database, cut):
    records = said(FIRST, SECOND, a_completed_revisit(), a_round_planned())

    for part in (records[:cut], records[cut:], records):
        await inbox(database).apply(part)

    assert await written(database) == [
        "revisit.visited.v1", "revisit.visited.v1", "incident.closed.v1", "round.planned.v1",
    ]  # fmt: skip


async def test_out_of_order_it_waits_for_what_came_before(database):
    first, second, done = said(FIRST, SECOND, a_completed_revisit())

    await inbox(database).apply([first, done])
    between = await written(database)
    await inbox(database).apply([second])

    assert between == ["revisit.visited.v1"]
    assert await written(database) == ["revisit.visited.v1", "revisit.visited.v1", "incident.closed.v1"]


async def test_a_rejected_neighbour_keeps_no_line_back_and_leaves_none(database):
    await keep(database, a_resolved_incident(incident_id=OTHER, history=BEFORE, lines=(2, 0, 0)))
    wrong = said(a_visit(incident_id=OTHER), a_completed_revisit(incident_id=OTHER, attempt=2), counselling(
        incident_id=OTHER
    ))  # fmt: skip

    for _ in range(2):
        await inbox(database).apply([*wrong, *said(FIRST)])

    assert await written(database) == ["revisit.visited.v1"]
    assert await written(database, OTHER) == ["revisit.visited.v1"]
    assert await waiting(database) == (["forbidden-transition"], 1)


async def test_of_an_incident_nobody_knows_it_is_a_dead_letter(database):
    for _ in range(2):
        await inbox(database).apply([*said(a_visit(incident_id=OTHER)), *said(FIRST)])

    assert await written(database) == ["revisit.visited.v1"]
    assert await waiting(database) == (["forbidden-transition"], 0)


async def test_a_relapse_found_later_follows_the_visits_and_what_comes_after_it_is_counted_on(new_database):
    database = await new_database()
    await keep(database, a_resolved_incident(history=BEFORE, lines=(2, 0, 0), **CLOSED))
    records = said(FIRST, a_round_done(), a_round_done(**RELAPSE, round=3), a_plan_ended())

    for _ in range(2):
        for record in records:
            await inbox(database).apply([record])

    assert await written(database) == [
        "revisit.visited.v1", "round.completed.v1", "round.completed.v1", "incident.reopened.v1",
        "support-plan.ended.v1",
    ]  # fmt: skip


async def act(database, tier, *actions):
    for action in actions:
        async with database.transaction() as tx:
            await Desk(a_centre(tier)).act(tx, INCIDENT, Request(action, OFFICER, NOW), None)
    async with database.connection() as connection:
        given = await connection.fetch(
            "select data from outbox where type = $1 order by id", IncidentHandedOver.type
        )
    return [IncidentHandedOver.model_validate_json(one["data"]) for one in given]


async def test_lines_travel_with_the_incident_and_those_told_after_it_left_are_no_news_when_it_is_back(
    new_database,
):
    village, town = await new_database(), await new_database()
    resolve = Resolve(method="method/1:mediation", outcome="outcome/1:success", agreement=True)
    await inbox(village).apply(said(reported(), topic="village.intake"))
    await act(village, "village", Accept(), resolve)
    await inbox(village).apply(said(FIRST))
    relapse = a_completed_revisit(**RELAPSE, resolved_at=NOW)
    await inbox(village).apply(said(relapse, begin=2))
    up = await act(village, "village", Escalate(reason="reason/1:too-hard"))

    await inbox(town, "town").apply(said(*up, topic="village.handoff"))
    await inbox(village).apply(said(counselling(), begin=3))
    down = await act(town, "town", Accept(), Return(reason="reason/1:wrong-tier"))
    await inbox(village).apply(said(*down, topic="town.handoff"))
    up = await act(village, "village", Accept(), Escalate(reason="reason/1:too-hard"))
    await inbox(town, "town").apply(said(*up[1:], begin=2, topic="village.handoff"))

    async with village.connection() as one, town.connection() as other:
        here, there = await store.whole(one, INCIDENT), await store.whole(other, INCIDENT)
    own = [one.event for one in here.history if one.tier == "village"]
    assert own == [one.event for one in there.history if one.tier == "village"]
    assert own.count("revisit.visited.v1") == own.count("counselling.recorded.v1") == 1
    assert own.index("incident.escalated.v1") < own.index("counselling.recorded.v1")
    assert sum(there.lines) == len(there.history)


async def test_somebody_acts_while_a_visit_is_told_and_both_lines_have_their_number(database):
    async with database.transaction() as tx:
        await tx.execute("select from incident for update")
        telling = asyncio.create_task(inbox(database).apply(said(FIRST)))
        await asyncio.sleep(0.2)
        [incident] = (await store.load(tx, [INCIDENT])).values()
        more = incident.changed(history=(a_line(),), lines=(3, 0, 0))
        await store.save(tx, [more], await database.now())
    await telling

    assert await written(database) == ["incident.opened.v1", "revisit.visited.v1"]


async def test_the_ledger_and_the_sheet_tell_of_the_visits_in_both_languages(database, door):
    await inbox(database).apply(said(FIRST, SECOND, a_completed_revisit()))

    found = await rows(door)
    sheet = (await door.get(f"/v1/incidents/{INCIDENT}/sheet")).text
    whole = (await door.get(f"/v1/incidents/{INCIDENT}")).json()

    assert [one["事项 what happened"] for one in found[2:]] == [
        "回访 Revisited",
        "回访 Revisited",
        "销号 Closed",
    ]
    assert "入户走访 Home visit 满意 Satisfied" in found[2]["说明 detail"]
    assert found[2]["说明 detail"].startswith("p1 ")
    assert found[4]["说明 detail"] == "满意 satisfied"
    assert sheet.count("回访 ") == 2
    assert "入户走访" in sheet
    assert whole["history"][2]["recorded_at"] == NOW.isoformat().replace("+00:00", "Z")


async def test_a_database_from_before_lines_were_told_goes_on_where_it_stands(database):
    migration = (resources.files("services.routing") / "migrations/011_told.sql").read_text("utf-8")
    async with database.transaction() as tx:
        await tx.execute("alter table incident drop column told")
        await tx.execute(migration)

    await inbox(database).apply(said(FIRST))

    assert await written(database) == ["revisit.visited.v1"]
