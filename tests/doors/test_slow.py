"""Slow senders at a real socket: who sends a body a byte at a time is given up, and others are answered meanwhile."""

import asyncio
import contextlib

import httpx
import pytest

from doors import limits
from messaging.web import serve

HEAD = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


@pytest.fixture
async def port(app, monkeypatch):
    monkeypatch.setattr(limits, "STALL_S", 0.3)
    monkeypatch.setattr(limits, "SLOWEST", 100 * limits.MAX_BODY)
    async with serve(app, "127.0.0.1", 0) as found:
        yield found


async def heard(reader):
    """All until the end. Who sends on into a connection that is closed may be cut off while they read."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            answer += piece
    return answer


async def trickled(port, head, piece):
    """What is answered to who sends a head, and then a piece at a time for as long as they are heard."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    answer = asyncio.create_task(heard(reader))
    async with asyncio.timeout(20):
        while not answer.done():
            writer.write(piece)
            await asyncio.sleep(0.02)
    writer.close()
    return answer.result()


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (HEAD + b"content-length: 60000\r\n\r\n", b" "),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"content-length: 60000\r\nexpect: 100-continue\r\n\r\n", b" "),
    ],
    ids=["by its length", "in chunks", "asked for"],
)
async def test_a_body_that_comes_a_byte_at_a_time_is_given_up_however_steadily_it_comes(port, head, piece):
    slow = asyncio.create_task(trickled(port, head, piece))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        others = [(await client.post("/echo", json={"name": "a"})).status_code for _ in range(20)]
    answer = await slow

    assert b" 200 " not in answer
    assert b"urn:fengqiao:problem:too-slow" in answer or not answer
    assert set(others) == {200}


async def test_a_body_of_which_nothing_comes_is_given_up_and_its_sender_told(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"content-length: 10\r\n\r\n")
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()

    assert b" 408 " in answer


async def test_who_is_refused_before_the_body_has_come_holds_no_connection_by_sending_on(port, monkeypatch):
    monkeypatch.setattr("messaging.bounded.HEAD_S", 0.3)
    head = HEAD.replace(b"application/json", b"text/plain") + b"content-length: 60000\r\n\r\n"

    answer = await trickled(port, head, b" ")

    assert b" 415 " in answer or not answer
