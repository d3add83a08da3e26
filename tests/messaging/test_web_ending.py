"""A connection that was ended while something of an answer waits for its reader."""

import asyncio
import socket

import pytest

from messaging import bounded, web
from messaging.connected import Connected
from messaging.web import serve

SIZES = range(10_000, 400_000, 10_000)
"""Of answers: whatever the system keeps for a reader, some leave a little for us to keep."""
LAST = b"connection: close\r\n\r\n"


class Noted(Connected):
    """The connections of the server that was made last."""

    def __init__(self, most):
        super().__init__(most)
        Noted.last = self


async def sized(scope, receive, send):
    """As many bytes as the address says, by the thousand."""
    del receive
    size = int(scope["path"][1:])
    headers = [(b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for left in range(size, 0, -1000):
        await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": left > 1000})


async def who_takes_nothing(port, size, rest, buffer=1024):
    loop, one = asyncio.get_running_loop(), socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.settimeout(0)
    await loop.sock_connect(one, ("127.0.0.1", port))
    await loop.sock_sendall(one, b"GET /%d HTTP/1.1\r\nhost: x\r\n%s" % (size, rest))
    return one


def kept():
    """How many connections have something for their readers that is too little to be looked after while it grows."""
    sizes = [one.transport.get_write_buffer_size() for one in Noted.last.connections]
    return sum(0 < one < bounded.WAITING for one in sizes)


async def until(true):
    while not true():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)


async def broken_off(scope, receive, send):
    """The same, and never the end."""

    async def all_but_the_end(message):
        if message.get("more_body", True):
            await send(message)

    await sized(scope, receive, all_but_the_end)


async def torn(scope, receive, send):
    """And says so."""
    await broken_off(scope, receive, send)
    raise ConnectionError


@pytest.mark.parametrize("app", [broken_off, torn])
async def test_who_takes_nothing_of_an_answer_that_was_broken_off_holds_no_connection_for_it(
    monkeypatch, app
):
    monkeypatch.setattr(bounded, "STALL_S", 0.5)
    monkeypatch.setattr(web, "Connected", Noted)
    async with serve(app, "127.0.0.1", 0) as port:
        readers = [await who_takes_nothing(port, size, b"\r\n") for size in SIZES]
        async with asyncio.timeout(30):
            await until(kept)
            await until(lambda: not Noted.last.connections)
        for one in readers:
            one.close()


@pytest.mark.wide
@pytest.mark.parametrize(
    ("rest", "later"),
    [(LAST, b""), (b"\r\n", b""), (b"\r\n", b"no http\r\n\r\n")],
    ids=["it was the last", "nothing more is asked", "what came next is no HTTP"],
)
async def test_who_takes_nothing_of_the_rest_holds_no_connection_for_it(monkeypatch, rest, later):
    monkeypatch.setattr(bounded, "STALL_S", 0.5)
    monkeypatch.setattr(web, "IDLE_S", 60 if later else 1)
    monkeypatch.setattr(web, "Connected", Noted)
    async with serve(sized, "127.0.0.1", 0) as port, asyncio.timeout(30):
        readers = [await who_takes_nothing(port, size, rest) for size in SIZES]
        await until(kept)
        for one in readers if later else ():
            try:
                await asyncio.get_running_loop().sock_sendall(one, later)
            except ConnectionError:  # was cut off already
                continue
        await until(lambda: not kept())
        await until(lambda: not Noted.last.connections)
        for one in readers:
            one.close()


async def test_who_takes_the_rest_within_the_time_there_is_gets_all_of_it(monkeypatch):
    monkeypatch.setattr(web, "Connected", Noted)
    loop = asyncio.get_running_loop()

    async def all_of(reader):
        taken = 0
        while piece := await loop.sock_recv(reader, 65_536):
            taken += len(piece)
        reader.close()
        return taken

    async with serve(sized, "127.0.0.1", 0) as port, asyncio.timeout(60):
        readers = [await who_takes_nothing(port, size, LAST) for size in SIZES]
        await until(kept)
        taken = await asyncio.gather(*map(all_of, readers))

    assert [one for one, size in zip(taken, SIZES, strict=True) if one <= size] == []
