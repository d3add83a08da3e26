"""A door that has as many connections as it may have."""

import asyncio

import httpx

from messaging.web import serve
from tests.messaging.test_web import answering

ASKED = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


async def kept(port):
    """A connection on which somebody has asked, was answered, and may ask again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASKED)
    assert b" bytes" in await reader.readuntil(b" bytes")
    return reader, writer


async def test_beyond_so_many_connections_who_comes_is_told_so_and_nobody_else_is():
    async with serve(answering, "127.0.0.1", 0, 2) as port, asyncio.timeout(20):
        others = [await kept(port) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        refused = await reader.read()
        writer.close()
        answers = []
        for reader, writer in others:
            writer.write(ASKED.replace(b"host: x", b"host: x\r\nconnection: close"))
            answers.append(await reader.read())
            writer.close()
        async with httpx.AsyncClient() as client:
            again = await client.get(f"http://127.0.0.1:{port}/")

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in refused
    assert [b" 200 " in one for one in answers] == [True, True]
    assert again.status_code == 200


async def test_a_door_full_of_heads_that_never_end_lets_everybody_in_who_asks():
    async with serve(answering, "127.0.0.1", 0, 20) as port, asyncio.timeout(30):
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
        for _, writer in slow:
            writer.write(b"GET / HTTP/1.1\r\nx-a: ")
        answers = [await asked_once(port) for _ in range(20)]
        left = sum(not reader.at_eof() for reader, _ in slow)
        for _, writer in slow:
            writer.close()

    assert {b" 200 " in one for one in answers} == {True}
    assert left <= 20


async def asked_once(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASKED.replace(b"host: x", b"host: x\r\nconnection: close"))
    answer = await reader.read()
    writer.close()
    return answer


async def test_who_waits_for_an_answer_gives_way_to_nobody_whatever_they_have_begun_to_say_since():
    go = asyncio.Event()

    async def slow(scope, receive, send):
        await go.wait()
        await answering(scope, receive, send)

    async with serve(slow, "127.0.0.1", 0, 1) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED + b"GET /")
        await asyncio.sleep(0.1)
        refused = await asked_once(port)
        go.set()
        first = await reader.readuntil(b" bytes")
        writer.close()

    assert b" 503 " in refused
    assert b" 200 " in first
