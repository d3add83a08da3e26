"""The server bounds what it keeps of a request before anybody has looked at it."""

import asyncio
import errno
import socket

import httpx
import pytest
from starlette.responses import PlainTextResponse

from messaging import bounded, web
from messaging.bounded import MOST_HEAD
from messaging.web import serve

BLOCK = b"a" * 65_536
MUCH = 64
"""Blocks: four megabytes."""


async def answering(scope, receive, send):
    """Reads the whole body, then tells how long the headers were."""
    while (await receive()).get("more_body"):
        pass
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    await PlainTextResponse(f"{size} bytes")(scope, receive, send)


async def asked(*pieces):
    """What the server answers to pieces sent one after the other, and how many of them it took."""
    async with serve(answering, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        taken = 0
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)  # so that it is told when the other side has closed
                taken += 1
            answer = await asyncio.wait_for(reader.read(), 5)
        except ConnectionError:
            answer = b""
        writer.close()
    return answer, taken


async def test_a_head_and_a_body_do_not_wait_for_each_other_on_any_loop(monkeypatch):
    made, begin = [], bounded.Bounded.connection_made
    monkeypatch.setattr(
        bounded.Bounded,
        "connection_made",
        lambda one, transport: (made.append(transport), begin(one, transport)),
    )
    async with serve(answering, "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        await client.get(f"http://127.0.0.1:{port}/")

        [served] = [one.get_extra_info("socket") for one in made]
        assert served.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("begin", "pieces"),
    [
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", [BLOCK] * MUCH),
        (b"GET / HTTP/1.1\r\nhost: x\r\n", [b"x-a: b\r\n" * 8_000] * MUCH),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx-trailer: ", [BLOCK] * MUCH),
        (b"", [b"\r\n" * 32_768] * MUCH),
    ],
    ids=["one header", "many headers", "a trailer", "nothing at all"],
)  # fmt: skip
async def test_a_head_without_end_is_cut_off(begin, pieces):
    answer, taken = await asked(begin, *pieces)

    assert taken < MUCH or b" 431 " in answer
    assert b" 200 " not in answer


async def test_a_long_head_is_read_and_so_is_a_body_longer_than_any_head():
    head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: " + b"a" * (MOST_HEAD // 2)
    length = b"\r\ncontent-length: %d\r\n\r\n" % (len(BLOCK) * MUCH)

    answer, _ = await asked(head, length, *[BLOCK] * MUCH)

    assert b" 200 " in answer


async def test_requests_behind_one_another_each_have_a_head_of_their_own():
    one = b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 30_000 + b"\r\n"
    last = one + b"connection: close\r\n\r\n"

    answer, _ = await asked(*[one + b"\r\n"] * 5, last)

    assert answer.count(b" 200 ") == 6


@pytest.mark.parametrize(
    "said", [b"", b"GET / HTTP/1.1\r\nhost: x\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /"]
)
async def test_who_never_ends_a_head_is_given_up(monkeypatch, said):
    monkeypatch.setattr(bounded, "HEAD_S", 0.2)

    answer, _ = await asked(
        said
    )  # a second later it would fail: the server keeps idle connections for half a minute

    assert answer.count(b" 200 ") == said.count(b"\r\n\r\n")


@pytest.mark.wide
async def test_who_is_answered_slowly_is_not_given_up_for_a_head_that_came_in_time(monkeypatch):
    monkeypatch.setattr(bounded, "HEAD_S", 0.2)

    async def slow(scope, receive, send):
        await asyncio.sleep(0.5)
        await answering(scope, receive, send)

    async with serve(slow, "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /")  # the next one begins while it waits
        first = await reader.readline()
        writer.close()
        answers = [await client.get(f"http://127.0.0.1:{port}/") for _ in range(2)]

    assert b" 200 " in first
    assert [one.status_code for one in answers] == [200, 200]


async def test_a_connection_on_which_nothing_is_asked_is_let_go(monkeypatch):
    monkeypatch.setattr(web, "IDLE_S", 0.2)
    monkeypatch.setattr(bounded, "HEAD_S", 1000)

    answer, _ = await asked(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")  # reads to the end of the connection

    assert answer.count(b" 200 ") == 1


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\n", b"x-a: b\r\n"])
async def test_a_head_that_comes_a_byte_at_a_time_is_given_up_however_steadily_it_comes(monkeypatch, sent):
    monkeypatch.setattr(bounded, "HEAD_S", 0.3)
    async with serve(answering, "127.0.0.1", 0) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n" if sent.startswith(b"x") else b"")
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(sent[:1] if len(sent) == 1 else sent)
            await asyncio.sleep(0.02)
        writer.close()

    assert b" 200 " not in ended.result()


async def without_end(scope, receive, send):
    """Answers as much as the reader takes, and notes how much that was."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(MUCH * MUCH):
        await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
        scope["app_said"].append(len(BLOCK))
        await asyncio.sleep(0)


async def a_reader_of(port, window=1024):
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    reader.settimeout(0)
    await asyncio.get_running_loop().sock_connect(reader, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(reader, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    return reader


def telling(said):
    async def app(scope, receive, send):
        await without_end({**scope, "app_said": said}, receive, send)
        said.append(0)

    return app


async def test_an_answer_waits_for_who_does_not_take_it():
    said = []
    async with serve(telling(said), "127.0.0.1", 0) as port:
        reader = await a_reader_of(port)
        await asyncio.sleep(0.5)
        taken = sum(said)
        reader.close()

    assert 0 < taken < 1_000_000


@pytest.mark.wide
async def test_who_takes_nothing_is_cut_off_and_who_takes_a_little_is_not(monkeypatch):
    monkeypatch.setattr(bounded, "STALL_S", 0.3)
    said, loop = [], asyncio.get_running_loop()
    async with serve(telling(said), "127.0.0.1", 0) as port:
        stalled, slow = await a_reader_of(port), await a_reader_of(port, 65_536)
        for _ in range(60):
            await loop.sock_recv(slow, 65_536)
            await asyncio.sleep(0.02)

        assert stalled.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET
        assert slow.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
        stalled.close()
        slow.close()


async def test_a_server_with_nothing_to_do_is_ended_at_once_and_not_at_its_next_look(monkeypatch):
    monkeypatch.setattr(web, "TICK_S", 3600.0)

    async with asyncio.timeout(30):
        async with serve(answering, "127.0.0.1", 0):
            await asyncio.sleep(0.1)  # it has looked, and waits


async def test_answers_have_the_date_of_their_second(monkeypatch):
    monkeypatch.setattr(web, "TICK_S", 0.05)
    async with serve(answering, "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        first = (await client.get(f"http://127.0.0.1:{port}/")).headers["date"]

        await asyncio.sleep(1.5)

        assert (await client.get(f"http://127.0.0.1:{port}/")).headers["date"] != first
