"""Whatever the database is doing when it goes, a caller is answered, may ask again, and has one effect."""

import asyncio
from collections import Counter
from itertools import count

import asyncpg
import httpx
import pytest

from messaging.database import Database
from services.routing import store
from tests.documented import Documented
from tests.outages.doors import ASKED, EVERY, SAID, act, application, escalate, kept, one
from tests.outages.wire import FULL, SHUTTING_DOWN, STARTING_UP, Way, Wire

pytestmark = pytest.mark.system


class House:
    """One service's door behind a wire, and its database as an auditor sees it, by another way."""

    def __init__(self, service, wire, database, books):
        self.wire, self.database, self.books = wire, database, books
        transport = Documented(application(service, database), raise_app_exceptions=False)
        self.counting = ""
        self.client = httpx.AsyncClient(transport=transport, base_url="http://door")

    async def opened(self):
        """Both ways are open."""
        await self.database.connect()
        await self.books.connect()
        async with self.books.connection() as connection:
            names = await connection.fetch(
                "select tablename from pg_tables where schemaname = current_schema()"
            )
        self.counting = "select " + ", ".join(f"(select count(*) from {name}) as {name}" for (name,) in names)
        return self

    async def rows(self):
        """How many rows each table has."""
        async with self.books.connection() as connection:
            return dict(await connection.fetchrow(self.counting))

    async def asked_until_answered(self, ask):
        """What a patient caller does."""
        async with asyncio.timeout(10):
            while (answer := await ask.put(self.client)).status_code == 503:  # noqa: ASYNC110 - as callers do
                await asyncio.sleep(0.01)
        assert answer.status_code == ask.status, answer.text

    async def hurt(self, ask, at, way, *, anew=False):
        """The answer to a request whose connection breaks at the `at`-th thing said; None if it had less to say.

        `anew`, it must be connected first.
        """
        if anew:
            await self.database._pool.expire_connections()
        self.wire.breaks(at, way)
        try:
            answer = await ask.put(self.client)
        except AssertionError:  # the transport's own, on an answer without an end
            answer = WITHOUT_END
        broken = self.wire.broken
        self.wire.mended()
        return answer if broken else None


WITHOUT_END = httpx.Response(200, headers={"content-disposition": "attachment"})
"""A file that breaks off, as its reader sees."""


def told_to_come_again(answer):
    """Whether nothing is wrong with the request, and somebody who asked knows it."""
    return answer.status_code == 503 and "retry-after" in answer.headers


def proper(ask, answer):
    """Whether somebody who asked knows what to do next; who changes something is always answered to the end."""
    if answer is WITHOUT_END:
        return ask.method == "GET"
    return answer.status_code < 500 or told_to_come_again(answer)


async def hurried(dsn):
    """No commit waits for the disk: here it is the connection that dies, never the machine."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(f'alter database "{dsn.rpartition("/")[2]}" set synchronous_commit = off')
    await connection.close()


@pytest.fixture
async def house(new_dsn):
    """Makes a house: `await house("routing")`."""
    opened = []

    async def make(service, **settings):
        dsn = await new_dsn(service)
        await hurried(dsn)
        wire = await Wire(dsn).__aenter__()
        database, books = Database(wire.dsn, name="door", **settings), Database(dsn, name="books")
        opened.append(await House(service, wire, database, books).opened())
        return opened[-1]

    yield make
    for each in opened:
        await each.client.aclose()
        await each.database.close()
        await each.books.close()
        await each.wire.__aexit__()


async def broken_everywhere(house, prepare, way, **how):
    """A request broken at each thing it says, and then asked again: what was wrong, and how often it was broken."""
    wrong, usual = [], None
    for at in count():
        ask, before = await prepare(house.books), await house.rows()
        answer = await house.hurt(ask, at, way, **how) if at else None
        await house.asked_until_answered(ask)
        left = Counter(await house.rows())
        left.subtract(before)
        usual = usual or left
        if left != usual or not (answer is None or proper(ask, answer)):
            wrong.append((prepare.__name__, at, answer and answer.status_code, +left))
        if at and answer is None:
            return wrong, at - 1
    return wrong, 0


async def found_wrong(house, service, prepared):
    """What went wrong with all of these, once each was broken at several places in each of its ways."""
    there = await house(service)
    found = [
        await broken_everywhere(there, prepare, way) for prepare, ways in prepared.items() for way in ways
    ]
    assert min(breaks for _, breaks in found) >= 2
    return [each for wrong, _ in found for each in wrong]


@pytest.mark.parametrize("service", SAID)
async def test_wherever_a_connection_breaks_whoever_says_something_is_answered_and_heard_once(house, service):
    assert await found_wrong(house, service, SAID[service]) == []


@pytest.mark.parametrize("service", ASKED)
async def test_wherever_a_connection_breaks_whoever_asks_is_answered_or_sees_a_file_without_an_end(
    house, service
):
    assert await found_wrong(house, service, ASKED[service]) == []


async def test_wherever_connecting_breaks_whoever_asks_is_told_to_come_again(house):
    there = await house("routing")

    found = [await broken_everywhere(there, one, way, anew=True) for way in EVERY]

    assert [each for wrong, _ in found for each in wrong] == []
    assert min(breaks for _, breaks in found) > 5


async def test_whoever_comes_while_the_database_lets_nobody_in_is_told_to_come_again(house):
    there = await house("routing")

    for said in (STARTING_UP, SHUTTING_DOWN, FULL):
        ask, there.wire.refusing = await escalate(there.books), said
        there.wire.cut()
        assert told_to_come_again(await ask.put(there.client)), said
        there.wire.mended()
        await there.asked_until_answered(ask)

    assert (await there.rows())["answered"] == 3


async def test_whoever_waits_for_a_frozen_database_is_told_to_come_again_and_is_heard_once(house):
    there = await house("routing", patience=0.1)

    for at in (1, 2, 3, 6, 10):
        ask = await escalate(there.books)
        assert told_to_come_again(await there.hurt(ask, at, Way.FROZEN))
        await there.asked_until_answered(ask)

    assert (await there.rows())["answered"] == 5


async def test_whoever_waits_too_long_for_a_connection_is_told_to_come_again(house):
    there = await house("routing", patience=0.1, max_size=1)
    ask = await one(there.books)

    async with there.database.connection():
        refused = await ask.put(there.client)
    await there.asked_until_answered(ask)

    assert told_to_come_again(refused)


FAILS = """
    create or replace function fails() returns trigger language plpgsql as
    $$ begin raise exception using errcode = '{}'; end $$;
    create or replace trigger fails before insert on outbox for each statement execute function fails()
"""


PASSING = ("40P01", "40001", "55P03", "57014", "25006", "53100", "53200", "58030")
"""Deadlock, serialization, lock, time, standby, disk, memory, input and output."""


async def test_whatever_the_database_cannot_do_now_whoever_wants_it_is_told_to_come_again(house):
    there = await house("routing")

    for code in PASSING:
        ask = await escalate(there.books)
        await executed(there, FAILS.format(code))
        assert told_to_come_again(await ask.put(there.client)), code
        await executed(there, "drop trigger fails on outbox")
        await there.asked_until_answered(ask)

    assert (await there.rows())["answered"] == len(PASSING)


async def test_whoever_wants_what_is_in_other_hands_is_told_to_come_again(house):
    there = await house("routing")
    lead, linked = await kept(there.books), await kept(there.books)
    await there.asked_until_answered(act(linked, "link", lead=lead.rpartition("/")[2]))
    ask = act(lead, "resolve", method="mediation", outcome="success", agreement=True)

    async with there.books.transaction() as tx:
        await store.load(tx, [linked.rpartition("/")[2]])
        refused = await ask.put(there.client)
    await there.asked_until_answered(ask)

    assert told_to_come_again(refused)


async def executed(house, statement):
    """Changes the database by the other way."""
    async with house.books.connection() as connection:
        await connection.execute(statement)
