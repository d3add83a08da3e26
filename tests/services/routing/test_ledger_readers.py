"""A ledger on a real connection: who reads slowly, goes away, or is left with half a file, and who comes meanwhile."""

import asyncio
import uuid

import httpx
import pytest

from doors import download
from messaging.errors import Unavailable
from messaging.web import serve
from services.routing import export, ledger_store
from services.routing.export import INCOMPLETE
from services.routing.ledger import Wanted
from tests.builders import INCIDENT, NOW
from tests.messaging.wire import until
from tests.services.routing.ledgers import PERIOD, a_line, a_zone, application, keep, with_lines

pytestmark = pytest.mark.system


@pytest.fixture
async def long(database):
    """A ledger larger than all buffers on the way, also when it is compressed."""
    await keep(database, with_lines(a_line(), incident_id=INCIDENT))
    async with database.transaction() as tx:
        await tx.execute(
            """
            insert into incident select (jsonb_populate_record(i, jsonb_build_object('incident_id', md5(n::text)))).*
            from incident i, generate_series(1, 2500) as n
            """
        )
        await tx.execute(
            """
            insert into history
            select md5(n::text), k, event, tier, occurred_at, recorded_at, role, md5(n * k || ref), detail,
                md5(ref || k)
            from history, generate_series(1, 2500) as n, generate_series(1, 100) as k
            """
        )
    return database


@pytest.fixture
async def served(long):
    async with serve(application(long), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/v1/ledger"


async def running(database):
    async with database.connection() as connection:
        return await connection.fetchval(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend'
                and state <> 'idle' and pid <> pg_backend_pid()
            """
        )


async def begun(url, kind):
    """A reader that has taken the first piece and then takes no more."""
    client = httpx.AsyncClient(timeout=20)
    request = client.build_request("GET", url, params=PERIOD | {"format": kind})
    answer = await client.send(request, stream=True)
    pieces = answer.aiter_raw()
    await anext(pieces)
    return client, pieces


async def idle(database):
    return await running(database) == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_who_goes_away_ends_the_query(long, served, kind):
    client, _ = await begun(served, kind)
    assert await running(long) == 1

    await client.aclose()

    await until(lambda: idle(long))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_who_takes_nothing_is_given_up_and_sees_that_the_file_is_short(long, served, kind, monkeypatch):
    monkeypatch.setattr(download, "STALL_S", 0.5)

    client, pieces = await begun(served, kind)
    await until(lambda: idle(long))

    with pytest.raises(httpx.RemoteProtocolError):
        async for _ in pieces:
            pass
    await client.aclose()


async def test_a_ledger_that_takes_too_long_says_that_it_is_short_and_ends_without_its_end(
    long, served, monkeypatch
):
    monkeypatch.setattr(ledger_store, "LONGEST_S", 5.0)

    client, pieces = await begun(served, "csv")
    await until(lambda: idle(long))
    taken = b""
    with pytest.raises(httpx.RemoteProtocolError):
        async for piece in pieces:
            taken += piece

    assert taken.endswith(INCOMPLETE.encode())
    await client.aclose()


async def test_a_workbook_whose_rows_broke_off_is_no_workbook(long, served, monkeypatch):
    monkeypatch.setattr(ledger_store, "LONGEST_S", 1.5)

    async with httpx.AsyncClient(timeout=20) as client:
        with pytest.raises((httpx.RemoteProtocolError, AssertionError)):
            answer = await client.get(served, params=PERIOD | {"format": "xlsx"})
            assert answer.status_code == 200

    await until(lambda: idle(long))


async def test_a_workbook_that_cannot_be_written_is_told(long, monkeypatch):
    monkeypatch.setattr(export.sys, "executable", "/bin/false")
    ledger = export.Ledger(long, Wanted(NOW.date(), NOW.date(), None, a_zone()), {})

    with pytest.raises(Unavailable):
        async for _ in ledger.pieces("xlsx"):
            pass


async def test_the_door_answers_others_meanwhile(long, served):
    client, _ = await begun(served, "xlsx")

    async with httpx.AsyncClient(timeout=5) as other:
        answers = await asyncio.gather(
            *(other.get(served.replace("ledger", f"incidents/{uuid.uuid4()}")) for _ in range(20))
        )

    assert {one.status_code for one in answers} == {404}
    await client.aclose()
    await until(lambda: idle(long))
