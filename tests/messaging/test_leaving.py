"""A process that is told to stop says so first, goes on answering for a while, and ends the connections it has."""

import asyncio
import contextlib

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from messaging import parting
from messaging.parting import Parting
from messaging.process import Process
from messaging.settings import ServiceSettings
from messaging.web import serve

DRAIN_S = 0.3


def a_process(drain_s=DRAIN_S, *, ready=True, **more):
    settings = ServiceSettings(
        TIER="village", postgres="postgresql://u:p@127.0.0.1:1/routing", drain_s=drain_s, **more
    )
    process = Process("routing", settings)
    process.health.set("started", ok=ready)
    return process


async def stopped(process, after):
    """Whether it stops, so long after it was asked."""
    await asyncio.sleep(after)
    return process._stop.is_set()


async def test_it_is_closed_and_not_ready_at_once_and_stops_when_others_have_heard_of_it():
    process = a_process()

    process.leave()

    assert (process.health.ready, process.health.closed) == (False, "stopping")
    assert (process.leaving, process._stop.is_set()) == (True, False)
    assert not await stopped(process, DRAIN_S / 2)
    assert await stopped(process, DRAIN_S)


async def test_told_twice_it_stops_at_once():
    process = a_process(60)

    process.leave()
    process.leave()

    assert await stopped(process, 0.01)


@pytest.mark.parametrize(("drain_s", "ready"), [(0.0, True), (60.0, False)])
async def test_it_stops_at_once_where_nothing_stands_before_it_or_nobody_sends_work_here(drain_s, ready):
    process = a_process(drain_s, ready=ready)

    process.leave()

    assert await stopped(process, 0.01)


async def test_its_door_has_as_many_connections_as_were_set(monkeypatch):
    given = []

    @contextlib.asynccontextmanager
    async def serve(*asked):
        given.append(asked[1:])
        yield 0

    monkeypatch.setattr("messaging.process.serve", serve)
    process = a_process(connections=7)
    process._loops.clear()
    process._stop.set()

    await process._work()

    assert given == [("127.0.0.1", 0, 7)]


async def test_its_answers_end_their_connections_once_it_leaves_and_not_before():
    leaving = False
    door = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))])

    async with serve(Parting(door, lambda: leaving), "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        before = await client.get(f"http://127.0.0.1:{port}/")
        leaving = True
        parting = await client.get(f"http://127.0.0.1:{port}/")
        after = await client.get(f"http://127.0.0.1:{port}/")

    assert "connection" not in before.headers
    assert [one.headers["connection"] for one in (parting, after)] == ["close", "close"]
    assert {one.text for one in (before, parting, after)} == {"here"}


async def test_who_still_sends_what_is_refused_already_reads_the_refusal():
    piece, pieces = b"x" * 65_536, 64
    head = b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (pieces * len(piece))

    async with serve(Parting(Starlette(), lambda: True), "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        for _ in range(pieces):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # so that it is told when the other side has closed
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.endswith(b"Not Found")


async def test_who_sends_without_an_end_what_is_refused_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(parting, "REST_S", 0.1)

    async with serve(Parting(Starlette(), lambda: True), "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()

    assert answer.endswith(b"Not Found")
