"""A door that closes cuts nobody off: who has come is answered, who asks for nothing is let go, nobody else comes."""

import asyncio
import os
import sys

import pytest

from messaging import bounded, web
from messaging.web import serve
from tests.messaging.stopping import Crowd, a_door

CLIENTS = 60
QUESTION = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
PATIENCE_S = 30


async def answering(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.wide
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a moment is left")
@pytest.mark.parametrize("drain_s", [0, 0.3])
def test_a_process_that_stops_under_load_cuts_no_request(drain_s):
    with a_door(drain_s) as (port, stop), Crowd(port, CLIENTS) as crowd:
        ended = stop()

    assert ended == 0
    assert crowd.became.keys() == {"answered"}


@pytest.fixture
async def door():
    """A door that is told to close, and what says that it has closed."""
    told, opened = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def program():
        async with serve(answering, "127.0.0.1", 0) as port:
            opened.set_result(port)
            await told.wait()

    task = asyncio.create_task(program())
    yield await opened, told, task
    told.set()
    await task


async def connected(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    return reader, writer


async def refused(port):
    """Returns when nobody is let in any more."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                _, writer = await connected(port)
            except ConnectionRefusedError:
                return
            writer.close()


@pytest.mark.wide
@pytest.mark.parametrize("said", [b"", QUESTION[:10]], ids=["nothing yet", "half of it"])
async def test_who_was_let_in_and_has_not_said_all_may_do_so_and_is_answered(door, said):
    port, told, task = door
    reader, writer = await connected(port)
    writer.write(said)
    await writer.drain()

    told.set()
    await refused(port)
    writer.write(QUESTION[len(said) :])
    answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    await task

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer.lower()


async def test_who_says_nothing_keeps_no_door_open(door, monkeypatch):
    monkeypatch.setattr(bounded, "SAY_S", 0.1)
    port, told, task = door
    reader, writer = await connected(port)

    told.set()

    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    await asyncio.wait_for(task, web.GRACE_S / 2)
    writer.close()


async def test_who_only_keeps_a_connection_is_let_go(door):
    port, told, task = door
    reader, writer = await connected(port)
    writer.write(QUESTION)
    await reader.readuntil(b"ok")

    told.set()

    assert await asyncio.wait_for(reader.read(), bounded.SAY_S / 2) == b""
    await asyncio.wait_for(task, web.GRACE_S / 2)
    writer.close()


async def asked_once(port):
    """A connection that is kept, its reader, and what sends the next request without letting the door look."""
    reader, writer = await connected(port)
    writer.write(QUESTION)
    await reader.readuntil(b"ok")
    return reader, writer, lambda: os.write(writer.get_extra_info("socket").fileno(), QUESTION)


async def test_a_request_that_has_come_and_was_not_read_is_answered_when_the_door_closes(door, monkeypatch):
    port, told, task = door
    reader, writer, ask = await asked_once(port)

    async def let_in(_listener):
        ask()

    monkeypatch.setattr(web, "let_in", let_in)
    told.set()
    answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    await task

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer.lower()


async def test_a_request_that_has_come_and_was_not_read_is_answered_when_nothing_came_for_long(monkeypatch):
    came = []

    class Asked(bounded.Bounded):
        def timeout_keep_alive_handler(self):
            came.append(ask())
            super().timeout_keep_alive_handler()

    monkeypatch.setattr(web, "Bounded", Asked)
    monkeypatch.setattr(web, "IDLE_S", 0.1)
    async with serve(answering, "127.0.0.1", 0) as port:
        reader, writer, ask = await asked_once(port)
        answer = await asyncio.wait_for(reader.readuntil(b"ok"), PATIENCE_S)
        writer.close()

    assert came
    assert answer.startswith(b"HTTP/1.1 200 ")
