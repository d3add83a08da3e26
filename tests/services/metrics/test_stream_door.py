"""The live stream over HTTP: who takes nothing delays nobody, and is let go."""

import asyncio
import json
import socket

import httpx
import pytest

from messaging import bounded
from messaging.web import serve
from policy.load import areas
from schemas.codes import load
from services.metrics import cells
from services.metrics.api import api
from services.metrics.naming import Naming
from tests.builders import ROOT
from tests.messaging.wire import until
from tests.services.metrics.listening import AREA, RECEIVED, Client, a_cell, add

pytestmark = pytest.mark.system


@pytest.fixture
async def door(live):
    """A door that serves the hub, and where it is."""
    database, hub = live
    app = api(database, hub, Naming(areas(ROOT / "policy" / "areas-620522.csv"), load()), "village")
    async with serve(app, "127.0.0.1", 0) as port:
        yield port


def a_reader_who_takes_nothing(port):
    """Asks for the stream with the smallest window there is, and never looks at what comes."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    reader.connect(("127.0.0.1", port))
    reader.sendall(b"GET /v1/metrics/stream HTTP/1.1\r\nhost: x\r\n\r\n")
    return reader


async def much_changes(database, hub, by):
    """So many totals that no connection takes them at once."""
    async with database.transaction() as tx:
        await cells.add(
            tx,
            "village",
            {a_cell(f"m{at:05}", f"6205221{place:05}"): by for at in range(400) for place in range(40)},
        )
    hub.pulse.beat()


async def test_who_takes_nothing_delays_nobody_and_is_sent_no_more_than_the_connection_holds(live, door):
    database, hub = live
    await much_changes(database, hub, 1)
    stalled = [a_reader_who_takes_nothing(door) for _ in range(5)]
    quick = Client(hub)
    await quick.next()

    taken = []
    for value in range(1, 6):
        await much_changes(database, hub, 1)
        await add(database, hub, a_cell())
        began = asyncio.get_running_loop().time()
        await quick.until(RECEIVED, value)
        taken.append(asyncio.get_running_loop().time() - began)

    assert hub.listeners == 6
    assert max(taken) < 2.0
    for one in stalled:
        one.close()


async def test_who_takes_nothing_for_long_is_let_go(live, door, monkeypatch):
    database, hub = live
    monkeypatch.setattr(bounded, "STALL_S", 0.5)
    await much_changes(database, hub, 1)
    stalled = a_reader_who_takes_nothing(door)
    await until(lambda: answered(hub.listeners == 1))

    await until(lambda: answered(hub.listeners == 0), 10)

    stalled.close()


async def answered(what):
    return what


async def test_a_reader_over_http_gets_what_a_listener_gets_and_is_forgotten_when_it_goes(live, door):
    database, hub = live
    await add(database, hub, a_cell(), 2)
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", f"http://127.0.0.1:{door}/v1/metrics/stream?area=620522101") as answer,
    ):
        lines = answer.aiter_lines()
        while not (line := await anext(lines)).startswith("data: "):
            pass

    assert json.loads(line[6:])["totals"] == [["village", AREA, "received", 2]]
    assert answer.headers["content-type"].startswith("text/event-stream")
    await until(lambda: answered(hub.listeners == 0), 10)
