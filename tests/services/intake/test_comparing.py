"""Comparing in the books: over HTTP and inbound, once, bounded, forgotten in time; a text leaves the vault nowhere."""

import json
import logging
import uuid
from datetime import timedelta

import httpx
import pytest

from messaging.envelope import Message, Record
from messaging.pace import Pulse
from schemas.duplicates import DuplicateProposed, IncidentLinked
from services.intake.api import api
from services.intake.comparing import LOOKED_AT, Forgetting
from services.intake.desk import Desk
from services.intake.vault import Vault
from tests.builders import (
    INCIDENT,
    MATTER,
    NOW,
    OFFICER,
    VILLAGE,
    a_message,
    a_policy,
    a_registry,
    a_report,
    later,
)
from tests.documented import Documented
from tests.services.intake.matters import MATTERS
from tests.services.routing.linked import LEAD

pytestmark = pytest.mark.system
KEY = bytes(range(32))
(TOLD, RETOLD), (ELSE, _) = MATTERS["land"][:2]
GRID = VILLAGE + "003"
MARK = "青石板桥头老槐树下"


def a_desk(**rules):
    registry = a_registry()
    return Desk(
        type(registry)(registry.tier, registry.areas, registry.codes, a_policy(duplicates=rules)), Vault(KEY)
    )


def a_door(database, desk):
    transport = Documented(api(database, desk, Pulse(1)))
    return httpx.AsyncClient(transport=transport, base_url="http://intake")


async def report(door, text, key=None, **changes):
    body = {"area": VILLAGE, "category": "land", "channel": "walk-in", "description": text} | changes
    answer = await door.post("/v1/reports", json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})
    assert answer.status_code == 201, answer.text
    return answer.json()["incident_id"]


async def proposals(database):
    """What was proposed: incident → candidates."""
    rows = await fetched(
        database, "select key, data from outbox where type = 'duplicate.proposed.v1' order by id"
    )
    return {key: [one["lead"] for one in json.loads(data)["candidates"]] for key, data in rows}


async def fetched(database, statement, *arguments):
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(statement, *arguments)]


def submitted(name, **changes):
    """A report of another system, as the inbox hands it over."""
    event = a_report(**({"area": GRID, "occurred_at": NOW} | changes))
    record = Record("village.inbound", 0, 0, b"any", (), b"{}")
    return Message(record, None, 0, name, "/partner", event.type, None, None, None, event)


async def handled(database, desk, messages):
    async with database.transaction() as tx:
        return await desk.handle(tx, messages, later(minutes=1))


async def test_the_same_matter_at_two_doors_is_proposed_and_another_one_is_not(new_database):
    database = await new_database("intake")
    async with a_door(database, a_desk()) as door:
        first = await report(door, TOLD)
        await report(door, ELSE, channel="hotline")
        second = await report(door, RETOLD, channel="hotline")

    assert await proposals(database) == {second: [first]}
    [(data,)] = await fetched(database, "select data from outbox where type = 'duplicate.proposed.v1'")
    event = DuplicateProposed.model_validate_json(data)
    assert event.candidates[0].grounds == ("ground/1:text", "ground/1:time", "ground/1:channel")
    assert event.rule == "default/2 duplicates"


async def test_the_same_request_again_proposes_nothing_more(new_database):
    database = await new_database("intake")
    async with a_door(database, a_desk()) as door:
        await report(door, TOLD)
        again = [await report(door, RETOLD, key="k-1") for _ in range(2)]

    assert again[0] == again[1]
    assert len(await proposals(database)) == 1
    assert await fetched(database, "select count(*) from comparable") == [(2,)]


async def test_other_systems_reports_are_compared_by_their_circumstances_once_however_often_they_come(
    new_database,
):
    database = await new_database("intake")
    batch = [
        submitted("r-1"), submitted("r-2", channel="hotline"), submitted("r-3", channel="hotline", area=VILLAGE),
        submitted("r-4", channel="hotline", category="family"), submitted("r-5", channel="police", backfill=True),
    ]  # fmt: skip

    first = await handled(database, a_desk(), batch)
    again = await handled(database, a_desk(), batch)

    said = [draft.event for draft in first.drafts if isinstance(draft.event, DuplicateProposed)]
    assert [len(one.candidates) for one in said] == [1]
    assert said[0].candidates[0].score == 3
    assert again.drafts == []
    assert await fetched(database, "select count(*) from comparable") == [(3,)]


@pytest.mark.parametrize(
    "rules", [{"propose": False}, {"threshold": 4}, {"categories": {"land": {"propose": False}}}]
)
async def test_where_the_policy_wants_none_nothing_is_asked_or_kept(new_database, rules):
    database = await new_database("intake")

    outcome = await handled(
        database, a_desk(**rules), [submitted("r-1"), submitted("r-2", channel="hotline")]
    )

    assert len(outcome.drafts) == 2
    assert await fetched(database, "select count(*) from comparable") == [(0,)]


async def test_a_flood_from_one_place_costs_a_bounded_look(new_database):
    database = await new_database("intake")
    desk = a_desk()
    await handled(database, desk, [submitted(f"r-{at}") for at in range(500)])

    outcome = await handled(
        database, desk, [submitted(f"h-{at}", channel="hotline") for at in range(LOOKED_AT)]
    )

    said = [draft.event for draft in outcome.drafts if isinstance(draft.event, DuplicateProposed)]
    assert len(said) == LOOKED_AT
    assert all(len(one.candidates) <= 3 for one in said)


async def test_what_is_too_old_to_be_compared_is_forgotten(new_database):
    database = await new_database("intake")
    await handled(database, a_desk(), [submitted("r-1"), submitted("r-2")])
    async with database.connection() as connection:
        await connection.execute(
            """
            update comparable set recorded_at = now() - case
                when incident_id = (select min(incident_id) from comparable) then interval '30 days'
                else interval '20 days' end
            """
        )

    forgotten = await Forgetting(database, a_policy()).once()

    assert forgotten == 1
    assert await fetched(database, "select count(*) from comparable") == [(1,)]


async def test_under_another_vault_key_what_was_told_before_says_nothing(new_database):
    database = await new_database("intake")
    async with a_door(database, a_desk()) as door:
        await report(door, TOLD)
    desk = Desk(a_registry(), Vault(bytes(32)))
    async with a_door(database, desk) as door:
        await report(door, RETOLD, channel="hotline")

    assert await proposals(database) == {}


async def test_a_text_is_in_no_table_no_event_and_no_log(new_database, caplog):
    database = await new_database("intake")
    caplog.set_level(logging.DEBUG)
    async with a_door(database, a_desk()) as door:
        for channel in ("walk-in", "hotline"):
            await report(door, f"{MARK}的排水沟被堵了，一下雨水就倒灌到院子里", channel=channel)

    assert len(await proposals(database)) == 1
    pieces = [MARK[at : at + 2] for at in range(len(MARK) - 1)]
    tables = await fetched(
        database, "select table_name from information_schema.tables where table_schema = 'public'"
    )
    assert {("vault",), ("outbox",), ("comparable",), ("answered",)} <= set(tables)
    for (table,) in tables:
        for row in await fetched(database, f'select * from "{table}"'):
            for value in row:
                stored = value if isinstance(value, bytes) else str(value).encode()
                for coding in ("utf-8", "gb18030", "utf-16-le", "unicode_escape"):
                    assert not any(piece.encode(coding) in stored for piece in pieces), (table, coding)
    assert not any(piece in caplog.text for piece in pieces)


async def test_of_two_equal_texts_nothing_stored_is_equal(new_database):
    database = await new_database("intake")
    async with a_door(database, a_desk()) as door:
        for channel in ("walk-in", "hotline"):
            await report(door, TOLD, channel=channel)

    rows = await fetched(database, "select nonce, sketch, length(sketch) from comparable")

    assert len({row[0] for row in rows}) == len({row[1] for row in rows}) == 2
    assert len({row[2] for row in rows}) == 1


async def test_the_reporter_of_a_duplicate_sees_what_becomes_of_the_lead(new_database):
    database = await new_database("intake")
    desk = a_desk()
    async with a_door(database, desk) as door:
        mine = await report(door, TOLD)
        linked = IncidentLinked(
            **(MATTER | {"incident_id": mine}), occurred_at=NOW, actor=OFFICER, lead=LEAD, step="accept"
        )  # fmt: skip
        accepted = a_message(3, key=LEAD, topic="village.routing")
        accepted.type, accepted.recorded_at = "incident.accepted.v1", later(minutes=5)
        batch = [
            a_message(1, key=mine, event=linked, topic="village.routing"), accepted,
            a_message(1, key=INCIDENT, topic="village.routing"),
        ]  # fmt: skip
        async with database.transaction() as tx:
            await desk.handle(tx, batch, NOW)
        seen = (await door.get(f"/v1/reports/{mine}")).json()

    assert [(one["type"], one["of_lead"]) for one in seen["timeline"]] == [
        ("incident.linked.v1", False), ("incident.accepted.v1", True),
    ]  # fmt: skip
    assert seen["linked"] is True
    assert LEAD not in json.dumps(seen)
    assert await fetched(database, "select count(*) from timeline where incident_id = $1", INCIDENT) == [(0,)]


async def test_it_is_forgotten_no_sooner_than_it_is_of_use():
    rules = a_policy(duplicates={"window": "P2D", "categories": {"land": {"window": "P20D"}}}).duplicates

    assert max(one.window for one in (rules, *rules.by_category.values())) == timedelta(days=20)
