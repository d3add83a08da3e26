"""Operators see dead letters, send them back or discard them, always with a count, a reason and a record."""

import asyncio
import dataclasses

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from messaging import dead_letters, gravedigger
from messaging.dead_letters import WrongCount, shown
from messaging.errors import Unavailable
from tests.builders import an_inbound_record
from tests.messaging.office import Office, a_request
from tests.messaging.tiny import Tiny, a_reader, effects, letters, records, rows

pytestmark = pytest.mark.system


@pytest.fixture
async def office(new_database):
    database = await new_database()
    return Office(database, *await a_reader(database))


async def test_a_list_says_what_why_how_often_and_how_many_wait_behind(office):
    office.tiny.refused = {("a", 2)}

    await office.deliver(records("a", 1, 2, 3, 4))

    [row] = await office.open()
    assert (row.key, row.seq, row.kind, row.reason, row.detail) == (
        "a", 2, "rejected", "forbidden-transition", "tiny says no",
    )  # fmt: skip
    assert (row.seen, row.behind, row.status) == (2, 2, "open")


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (2, "the database: 3 more with status open, not shown; see them with --limit 5\n"),
        (5, ""),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
async def test_a_list_that_is_cut_says_how_many_more_there_are_and_how_to_see_them(office, limit, said, form):
    office.tiny.refused = {(key, 1) for key in "abcde"}
    for key in "abcde":
        await office.deliver(records(key, 1))

    arguments = ["dead-letters", "list", "--dsn", office.database._dsn, "--limit", str(limit), *form]
    found = await asyncio.to_thread(CliRunner().invoke, fengqiao, arguments)

    assert (found.exit_code, found.stderr) == (0, said)
    assert found.stdout.count("forbidden-transition") == limit


async def test_one_letter_shows_its_headers_and_audit_and_its_body_only_as_a_size(office):
    office.tiny.refused = {("a", 1)}
    await office.deliver(records("a", 1))
    await office.asked([1], a_request())

    async with office.database.connection() as connection:
        found, absent = await shown(connection, 1), await shown(connection, 99)

    assert dict(found["headers"])["ce_sequence"] == "1"
    assert found["size"] == len(records("a", 1)[0].value)
    assert [(one["action"], one["reason"], one["actor"]) for one in found["audit"]] == [
        ("redrive", "fixed in 1.2", "o-1")
    ]
    assert not {"value", "record"} & found.keys()
    assert absent is None


async def test_a_letter_sent_back_takes_effect_once_and_what_waited_follows(office):
    office.tiny.refused = {("a", 2)}
    await office.deliver(records("a", 1, 2, 3))
    office.tiny.refused = set()

    await office.asked([1], a_request())
    await office.deliver(records("a", 1, 2, 3))

    assert await effects(office.database) == {"a": [1, 2, 3]}
    assert await letters(office.database, "applied") == [("a", 2, "rejected", "forbidden-transition")]
    assert await rows(office.database, "select * from held") == []


async def test_a_letter_that_still_cannot_work_is_open_again(office):
    office.tiny.refused = {("a", 1)}
    await office.deliver(records("a", 1))

    await office.asked([1], a_request())

    [row] = await office.open()
    assert (row.id, row.seen) == (1, 3)


async def test_a_discarded_letter_is_passed_over_and_what_waited_follows(office):
    office.tiny.refused = {("a", 2)}
    await office.deliver(records("a", 1, 2, 3))

    await office.asked([1], a_request("discard"))
    await office.deliver(records("a", 1, 2, 3))

    assert await effects(office.database) == {"a": [1, 3]}
    assert await letters(office.database, "discarded") == [("a", 2, "rejected", "forbidden-transition")]
    assert await office.open() == []


class Faint(Tiny):
    """A handler that meets trouble at its next turn, once."""

    trouble = None

    async def __call__(self, tx, messages, now):
        if messages and self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        return await super().__call__(tx, messages, now)


async def test_what_waited_behind_a_discarded_letter_follows_although_the_database_goes_away_in_between(
    new_database,
):
    database = await new_database()
    office = Office(database, *await a_reader(database, Faint()))
    office.tiny.refused = {("a", 2)}
    await office.deliver(records("a", 1, 2, 3))

    office.tiny.trouble = Unavailable("away")
    with pytest.raises(Unavailable):
        await office.asked([1], a_request("discard"))
    await office.digger.once()

    assert await effects(database) == {"a": [1, 3]}
    assert await letters(database, "discarded") == [("a", 2, "rejected", "forbidden-transition")]


@pytest.mark.parametrize("action", ["redrive", "discard"])
async def test_a_bug_while_a_request_is_carried_out_leaves_the_letter_open_and_the_service_alive(
    office, action
):
    office.tiny.refused = {("a", 1)}
    await office.deliver(records("a", 1, 2))

    office.inbox.apply = _stumbles
    await office.asked([1], a_request(action))

    assert [row.status for row in await office.open()] == ["open"]


async def _stumbles(*_batch):
    raise ZeroDivisionError


async def test_a_letter_is_tried_again_once_however_many_replicas_look(office):
    office.tiny.refused = {("a", 1)}
    await office.deliver(records("a", 1))
    async with office.database.transaction() as tx:
        await dead_letters.ask(tx, [1], a_request())
    before = office.tiny.calls

    done = await asyncio.gather(*(office.digger.once() for _ in range(3)))

    assert (sum(done), office.tiny.calls - before) == (1, 1)
    assert [row.status for row in await office.open()] == ["open"]


async def test_trying_many_letters_again_in_vain_does_not_stop_the_reader(office):
    office.tiny.refused = {(f"bad-{at}", 1) for at in range(12)}
    for at in range(12):
        await office.deliver(records(f"bad-{at}", 1) + records(f"good-{at}", 1))

    await office.asked([row.id for row in await office.open()], a_request(count=12))

    assert len(await office.open()) == 12
    assert not office.inbox.budget.spent


async def test_undecided_letters_and_what_waits_behind_them_are_counted(office):
    office.tiny.refused = {("a", 2), ("b", 1)}
    await office.deliver(records("a", 1, 2, 3, 4) + records("b", 1))

    await office.asked([row.id for row in await office.open() if row.key == "b"], a_request("discard"))

    async with office.database.connection() as connection:
        assert await dead_letters.undecided(connection) == (1, 2)


async def test_a_lost_event_can_be_given_up(office):
    await office.deliver(records("a", 1, 3))

    await office.asked([1], a_request("discard"))

    assert await effects(office.database) == {"a": [1, 3]}
    assert await office.open() == []


async def test_of_two_letters_in_a_stream_the_earlier_one_comes_first(office):
    broken = [dataclasses.replace(one, value=b"{") for one in records("a", 1, 2)]
    await office.deliver(broken)

    await office.asked([2], a_request("discard"))
    early = await letters(office.database)
    await office.asked([1, 2], a_request("discard", count=2))
    await office.deliver(records("a", 3))

    assert [letter[1] for letter in early] == [1, 2]
    assert await effects(office.database) == {"a": [3]}


async def test_behind_a_lost_event_that_was_given_up_the_next_lost_one_is_told(office):
    await office.deliver(records("a", 1, 4))

    await office.asked([1], a_request("discard"))

    assert [(row.kind, row.seq) for row in await office.open()] == [("gap", 3)]


async def test_an_untrusted_letter_sent_back_takes_effect(office):
    await office.deliver([an_inbound_record(b"{")])

    await office.asked([1], a_request())

    assert [row.seen for row in await office.open()] == [3]


@pytest.mark.parametrize(
    ("ids", "changes", "error"),
    [
        ([1], {"count": 2}, WrongCount),
        ([1, 2], {"count": 1}, WrongCount),
        ([99], {"count": 1}, WrongCount),
        ([1], {"reason": "  "}, ValueError),
    ],
)
async def test_a_wrong_count_or_no_reason_changes_nothing(office, ids, changes, error):
    office.tiny.refused = {("a", 1), ("b", 1)}
    await office.deliver(records("a", 1) + records("b", 1))

    with pytest.raises(error):
        await office.asked(ids, a_request(**changes))

    assert len(await office.open()) == 2
    assert await rows(office.database, "select * from dead_letter_audit") == []


def test_operators_wait_about_a_second():
    assert gravedigger.POLL_S <= 1.0
