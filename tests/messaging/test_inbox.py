"""On a real database: each event takes effect once, and one that cannot stops only its own stream."""

import dataclasses

import pytest

from messaging.budget import IN_A_ROW
from messaging.errors import Unavailable
from tests.builders import an_inbound_record
from tests.messaging.tiny import Tiny, a_reader, effects, everything, letters, records, rows

pytestmark = pytest.mark.system


def broken(key, seq):
    """A record whose body cannot be read but whose place can."""
    return [dataclasses.replace(one, value=b"{") for one in records(key, seq)]


async def test_a_batch_delivered_twice_takes_effect_once(new_database):
    inbox, _, _ = await a_reader(database := await new_database())
    batch = records("a", 1, 2, 3) + records("b", 1)

    await inbox.apply(batch)
    once = await everything(database)
    await inbox.apply(batch)

    assert await effects(database) == {"a": [1, 2, 3], "b": [1]}
    assert await everything(database) == once
    said = [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
    assert [row[:3] for row in once["outbox"]] == [("village.routing", *one) for one in said]


async def test_a_batch_within_a_batch_takes_effect_once(new_database):
    inbox, _, _ = await a_reader(database := await new_database())

    await inbox.apply(records("a", 2, 1, 2, 1, 3, 2))

    assert await effects(database) == {"a": [1, 2, 3]}


async def test_a_type_that_is_passed_over_moves_the_guard(new_database):
    inbox, _, _ = await a_reader(database := await new_database())
    passed = [dataclasses.replace(one, headers=_typed(one, b"action.received.v1")) for one in records("a", 1)]

    for batch in (passed, records("a", 2), passed):
        await inbox.apply(batch)

    assert await effects(database) == {"a": [2]}
    assert await letters(database) == []


def _typed(record, kind):
    return tuple((name, kind if name == "ce_type" else value) for name, value in record.headers)


async def test_what_comes_early_is_held_and_applied_in_its_turn(new_database):
    inbox, _, _ = await a_reader(database := await new_database())

    for _ in range(2):
        await inbox.apply(records("a", 3, 4, 1))
    early = await letters(database)
    await inbox.apply(records("a", 2))
    at_once = await effects(database)
    await inbox.apply(records("a", 2))  # which would bring along what was left behind

    assert early == [("a", 2, "gap", "sequence-gap")]
    assert at_once == await effects(database) == {"a": [1, 2, 3, 4]}
    assert await letters(database) == []
    assert await letters(database, "applied") == early
    assert await rows(database, "select * from held") == []


@pytest.mark.parametrize("kind", ["refused", "unreadable"])
async def test_a_rejected_event_blocks_only_its_stream(new_database, kind):
    inbox, tiny, _ = await a_reader(database := await new_database())
    tiny.refused = {("a", 2)} if kind == "refused" else set()
    second = records("a", 2) if kind == "refused" else broken("a", 2)
    batch = records("a", 1) + second + records("a", 3) + records("b", 1, 2)

    for _ in range(2):
        await inbox.apply(batch)
    await inbox.apply(records("b", 3) + records("a", 4))

    assert await effects(database) == {"a": [1], "b": [1, 2, 3]}
    [letter] = await letters(database)
    assert letter[:3] == ("a", 2, "rejected")
    assert await rows(database, "select seq from held order by 1") == [(3,), (4,)]
    assert await rows(database, "select last_seq, waiting from guard where key = 'a'") == [(1, True)]


async def test_an_untrusted_record_blocks_nobody_however_bad_it_is(new_database):
    inbox, _, _ = await a_reader(database := await new_database())
    bad = [an_inbound_record(None), an_inbound_record(b"{"), an_inbound_record(b"\xff", ce_id=b"\0")]

    for _ in range(2):
        await inbox.apply(bad + records("a", 1))

    assert await effects(database) == {"a": [1]}
    assert {letter[3] for letter in await letters(database)} == {"null-value", "not-json", "wrong-schema"}
    assert await rows(database, "select distinct seen from dead_letter") == [(2,)]
    assert not inbox.budget.spent


async def test_the_same_bad_bytes_twice_in_a_batch_are_one_dead_letter_that_came_twice(new_database):
    inbox, _, _ = await a_reader(database := await new_database())
    twice = [an_inbound_record(b"{"), an_inbound_record(b"{")]

    await inbox.apply(twice)
    await inbox.apply(twice[:1])

    assert await rows(database, "select seen from dead_letter") == [(3,)]


async def test_one_poisonous_event_of_many_is_found_alone(new_database):
    inbox, tiny, _ = await a_reader(database := await new_database())
    tiny.buggy = {("k17", 2)}
    batch = [one for at in range(30) for one in records(f"k{at}", 1, 2, 3)]

    for _ in range(2):
        await inbox.apply(batch)

    assert await letters(database) == [("k17", 2, "bug", "ZeroDivisionError")]
    assert await effects(database) == {f"k{at}": [1] if at == 17 else [1, 2, 3] for at in range(30)}
    assert await rows(database, "select key, seq from held") == [("k17", 3)]


async def test_a_bug_that_passes_leaves_no_trace(new_database):
    inbox, tiny, _ = await a_reader(database := await new_database())

    class Once(Tiny):
        async def __call__(self, tx, messages, now):
            outcome = await tiny(tx, messages, now)
            if tiny.calls == 1:
                raise ZeroDivisionError
            return outcome

    inbox, _, _ = await a_reader(database, Once())
    for _ in range(2):
        await inbox.apply(records("a", 1))

    assert await effects(database) == {"a": [1]}
    assert await letters(database) == []


async def test_a_poisonous_event_that_waited_is_found_alone_as_well(new_database):
    inbox, tiny, _ = await a_reader(database := await new_database())
    tiny.buggy = {("a", 2)}
    await inbox.apply(records("a", 2))

    for _ in range(2):
        await inbox.apply(records("a", 1))

    assert await effects(database) == {"a": [1]}
    assert [letter[:3] for letter in await letters(database)] == [("a", 2, "bug")]


@pytest.mark.parametrize("outage", [Unavailable("down"), ConnectionResetError(), TimeoutError()])
async def test_an_outage_changes_nothing_and_blames_nobody(new_database, outage):
    database = await new_database()
    tiny, away = Tiny(), [True]

    async def handler(tx, messages, now):
        outcome = await tiny(tx, messages, now)
        if away[0]:
            raise outage
        return outcome

    inbox, _, _ = await a_reader(database, handler)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await inbox.apply(records("a", 1))
    during = await everything(database)
    away[0] = False
    for _ in range(2):
        await inbox.apply(records("a", 1))

    assert not any(during.values())
    assert await effects(database) == {"a": [1]}
    assert await letters(database) == []


async def test_ten_unreadable_events_of_our_own_in_a_row_spend_the_budget(new_database):
    inbox, _, _ = await a_reader(await new_database())

    for at in range(IN_A_ROW):
        assert not inbox.budget.spent
        await inbox.apply(broken(f"k{at}", 1))

    assert inbox.budget.spent


async def test_a_value_of_a_message_is_never_logged(new_database, caplog):
    inbox, tiny, _ = await a_reader(await new_database())
    tiny.refused, tiny.buggy = {("a", 1)}, {("b", 1)}
    secret = b'{"area": "hunter2"}'

    await inbox.apply([dataclasses.replace(one, value=secret) for one in records("c", 1)])
    await inbox.apply(records("a", 1) + records("b", 1))

    assert "dead letter: wrong-schema" in caplog.text
    assert "hunter2" not in caplog.text + str([vars(one) for one in caplog.records])


@pytest.mark.parametrize("batch", [records("a", 1, 2), records("a", 2, 1)], ids=["usual", "judged"])
async def test_whatever_a_batch_does_finds_its_rows_by_their_keys(new_database, batch):
    asked = []

    class Curious(Tiny):
        async def __call__(self, tx, messages, now):
            asked.append(await tx.fetchval("show enable_seqscan"))
            return await super().__call__(tx, messages, now)

    inbox, _, _ = await a_reader(await new_database(), Curious())
    await inbox.apply(batch)

    assert set(asked) == {"off"}
