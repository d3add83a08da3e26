"""A refusal is said once, however often it is delivered or sent back, and through whatever crash."""

import dataclasses

import pytest

from messaging.dead_letters import Request, ask
from messaging.gravedigger import Gravedigger
from messaging.inbox import Inbox
from policy.load import Area
from services.intake.report import incident_id_of
from tests.messaging.mortal import Mortal
from tests.messaging.tiny import rows, until_applied
from tests.services.intake.house import House
from tests.services.intake.refused import KINDS, NEW_VILLAGE, PLAIN, deliver, refusals, sent

pytestmark = pytest.mark.system


async def operator(house, action="redrive", count=1):
    """Asks for the open letters to be dealt with, and waits."""
    async with house.database.transaction() as tx:
        ids = [row["id"] for row in await tx.fetch("select id from dead_letter where status = 'open'")]
        await ask(tx, ids, Request(action, count, "looked at", "o-1"))
    digger = Gravedigger(house.database, house.inbox, house.reading)
    for _ in range(2):
        await digger.once()


def with_a_new_village(house):
    registry = house.desk.registry
    village = Area(NEW_VILLAGE, "village", "新村", "620522101")
    house.desk.registry = dataclasses.replace(registry, areas={**registry.areas, NEW_VILLAGE: village})


async def test_a_name_used_again_for_something_else_is_told_so_each_time_it_is_something_else(house):
    await deliver(house, sent("r-1", PLAIN))
    await deliver(
        house, sent("r-1", PLAIN | {"category": "land"}), sent("r-1", PLAIN | {"category": "labour"})
    )

    told = [(one["id"], one["reason"], one["errors"]) for one in await refusals(house)]
    field = {
        "field": "id", "problem": "was used before, for something else", "problem_zh": "已用于其他内容",
    }  # fmt: skip
    assert told == [("r-1", "id-reused", [field])] * 2
    assert await house.letters() == ["id-reused"] * 2
    assert len(await house.said("incident.reported.v1")) == 1


async def test_what_is_sent_mended_under_its_name_is_let_in(house):
    await deliver(house, sent("r-1", PLAIN | {"category": "gossip"}))
    await deliver(house, sent("r-1", PLAIN | {"category": "rumour"}))
    await deliver(house, sent("r-1", PLAIN))

    assert [one["reason"] for one in await refusals(house)] == ["unknown-code"] * 2
    [(key, _)] = await house.said("incident.reported.v1")
    assert key == incident_id_of("/hotline", "r-1")


async def test_sent_back_unmended_it_is_refused_again_and_said_no_second_time(house):
    await deliver(house, KINDS["unknown-area area"], KINDS["not-json body"])

    await operator(house, count=2)
    await operator(house, count=2)

    assert [one["reason"] for one in await refusals(house)] == ["unknown-area", "not-json"]
    assert await rows(house.database, "select status, seen from dead_letter") == [("open", 4)] * 2


async def test_sent_back_after_mending_it_takes_effect_once(house):
    await deliver(house, sent("r-1", PLAIN | {"area": NEW_VILLAGE}))
    with_a_new_village(house)

    await operator(house)
    await deliver(house, sent("r-1", PLAIN | {"area": NEW_VILLAGE}))

    assert [one["reason"] for one in await refusals(house)] == ["unknown-area"]
    [(key, reported)] = await house.said("incident.reported.v1")
    assert (key, reported["area"]) == (incident_id_of("/hotline", "r-1"), NEW_VILLAGE)
    assert await rows(house.database, "select status from dead_letter") == [("applied",)]


async def test_sent_back_and_refused_for_something_else_it_is_said_once_more(house):
    await deliver(house, sent("r-1", PLAIN | {"area": NEW_VILLAGE, "category": "gossip"}))
    with_a_new_village(house)

    for _ in range(2):
        await operator(house)

    assert [one["reason"] for one in await refusals(house)] == ["unknown-area", "unknown-code"]
    assert await rows(house.database, "select reason, seen from dead_letter") == [("unknown-code", 4)]


async def test_a_discarded_letter_that_comes_again_is_a_letter_again_and_said_no_second_time(house):
    await deliver(house, KINDS["future occurred_at"])
    await operator(house, "discard")
    await deliver(house, KINDS["future occurred_at"])

    assert len(await refusals(house)) == 1
    assert await house.letters() == ["future", "future"]


async def test_beside_a_bug_each_refusal_is_said_once(house):
    apply = house.desk.handle

    async def buggy(tx, messages, now):
        if any(one.id == "bug" for one in messages):
            raise ZeroDivisionError
        return await apply(tx, messages, now)

    reading = dataclasses.replace(house.reading, handler=buggy)
    house.inbox = Inbox(house.database, reading, lambda: None)
    batch = [*KINDS.values(), sent("bug", PLAIN), sent("r-1", PLAIN)]
    await deliver(house, *batch)

    assert len(await refusals(house)) == len(KINDS)
    assert sorted(await house.letters()) == sorted([*(one.split()[0] for one in KINDS), "ZeroDivisionError"])
    assert len(await house.said("incident.reported.v1")) == 1


@pytest.fixture
async def mortal(new_dsn):
    database = Mortal(await new_dsn("intake"))
    await database.connect()
    yield database
    await database.close()


LEFT = {
    "letters": "select identity, kind, reason, detail, status from dead_letter order by 1",
    "refusals": "select digest from refusal order by 1",
    "reports": "select incident_id from report order by 1",
    "outbox": "select key, seq, type, data::text from outbox where type = 'incident.reported.v1' order by id",
    "told": "select key, seq, type from outbox where type = 'submission.refused.v1' order by key, seq",
}


async def ran(database, fatal=None):
    """Two batches, each delivered twice, on an empty database; what is left."""
    async with database.connection() as connection:
        await connection.execute(
            """
            truncate dead_letter, dead_letter_audit, refusal, report, submission, comparable, offer, sequence, outbox,
                unsent
            """
        )
    database.steps, database.fatal = 0, fatal
    inbox = House(database).inbox
    for batch in (
        [KINDS["unknown-area area"], sent("r-1", PLAIN), KINDS["not-json body"]],
        [KINDS["unknown-code category"]],
    ):
        for _ in range(2):
            await until_applied(inbox, batch)
    return {name: await rows(database, query) for name, query in LEFT.items()}


async def test_a_crash_at_any_step_leaves_each_letter_and_each_refusal_once(mortal):
    undisturbed = await ran(mortal)
    steps = mortal.steps

    differing = [fatal for fatal in range(1, steps + 1) if await ran(mortal, fatal) != undisturbed]

    assert steps > 15
    assert differing == []
    assert [len(undisturbed[name]) for name in ("letters", "told", "reports")] == [3, 3, 1]
