"""Requests that come on one connection before those before them are answered."""

import asyncio

import pytest

from messaging.ahead import MOST_AHEAD
from messaging.web import serve
from tests.messaging.test_web import answering
from tests.messaging.test_web_full import ASKED, asked_once

LAST = ASKED.replace(b"host: x", b"host: x\r\nconnection: close")


async def test_who_asks_on_and_on_without_waiting_is_cut_off_and_others_are_answered():
    go, begun = asyncio.Event(), []

    async def slow(scope, receive, send):
        begun.append(scope["path"])
        if scope["path"] == "/slow":
            await go.wait()
        await answering(scope, receive, send)

    async with serve(slow, "127.0.0.1", 0) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED.replace(b"GET /", b"GET /slow") + ASKED * 5000)
        try:
            said = await reader.read()
        except ConnectionError:
            said = b""
        other = await asked_once(port)
        go.set()
        writer.close()

    assert said == b""  # nothing that could be taken for the answer that is awaited
    assert b" 200 " in other
    assert begun == ["/slow", "/"]


async def test_a_few_that_come_together_are_answered_one_after_the_other():
    async with serve(answering, "127.0.0.1", 0) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED * MOST_AHEAD + LAST)
        said = await reader.read()
        writer.close()

    assert said.count(b" 200 ") == MOST_AHEAD + 1


@pytest.mark.parametrize("behind", [b"", ASKED], ids=["nothing behind it", "another request behind it"])
async def test_an_answer_without_end_ends_when_its_reader_has_gone_whatever_else_they_asked(behind):
    ended = asyncio.get_running_loop().create_future()

    async def without_end(_, receive, send):
        async def gone():
            while (await receive())["type"] != "http.disconnect":
                pass

        left = asyncio.create_task(gone())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not left.done():
            await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
            await asyncio.sleep(0.01)
        ended.set_result("gone")

    async with serve(without_end, "127.0.0.1", 0) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED + behind)
        await reader.readuntil(b"tick")
        writer.transport.abort()

        assert await ended == "gone"
