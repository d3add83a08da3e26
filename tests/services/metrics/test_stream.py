"""The live stream: a snapshot, then changes; who comes back gets what it missed; who is slow hurts nobody."""

import asyncio
import json
import socket
from datetime import timedelta

import httpx
import pytest

from messaging import web
from messaging.web import serve
from policy.load import areas
from schemas.codes import load
from services.metrics import cells, feeds, store, stream
from services.metrics.api import api
from services.metrics.changes import Key
from services.metrics.counting import Cell
from services.metrics.feeds import Asked
from services.metrics.naming import Naming
from services.metrics.stream import Hub
from tests.builders import ROOT
from tests.messaging.wire import running, until

pytestmark = pytest.mark.system

AREA = "620522101203"


def a_cell(measure="received", area=AREA):
    return Cell(measure, area, "2026-09-14", "category/1:land", "channel/1:patrol")


async def add(database, hub, cell, by=1):
    async with database.transaction() as tx:
        await cells.add(tx, "village", {cell: by})
    hub.pulse.beat()


class Client:
    """One listener, reading one event at a time."""

    def __init__(self, hub, last_id=None, area=""):
        self._events = hub.listen(last_id, Asked(area))
        self.id = None

    async def next(self, *, ticks=False):
        """(name, totals) of the next event; ticks are passed over."""
        while True:
            async with asyncio.timeout(15):
                text = (await anext(self._events)).decode()
            lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
            self.id = lines["id"]
            body = json.loads(lines["data"])
            if ticks or lines["event"] != "tick":
                return lines["event"], {tuple(one[:3]): one[3] for one in body.get("totals", [])}

    async def until(self, key, value):
        """The names of the events until a total has a value."""
        names = []
        while True:
            name, totals = await self.next()
            names.append(name)
            if totals.get(key) == value:
                return names

    async def together(self, count):
        """The names of so many events, and the totals they bring together."""
        names, whole = [], {}
        for _ in range(count):
            name, totals = await self.next()
            names.append(name)
            whole |= totals
        return names, whole

    async def leave(self):
        await self._events.aclose()


def data_of(event):
    return json.loads(event.decode().split("data: ", 1)[1])


RECEIVED = ("village", AREA, "received")


@pytest.fixture
async def live(new_database):
    """A database, and a hub that looks at it."""
    database = await new_database("metrics")
    hub = Hub(database)
    async with running(hub.run):
        yield database, hub
        hub.pulse.beat()


async def test_a_listener_gets_a_snapshot_and_then_changes(live):
    database, hub = live
    await add(database, hub, a_cell())
    client = Client(hub)

    first, _ = await client.next()
    names = ["change"] if (await _value(hub)) else []
    await add(database, hub, a_cell(), 4)
    names += await client.until(RECEIVED, 5)
    await client.leave()

    assert first == "snapshot"
    assert set(names) == {"change"}


async def _value(hub):
    return hub._all.feeds.changes.value(Key(*RECEIVED))


async def test_a_later_listener_s_snapshot_has_everything(live):
    database, hub = live
    early = Client(hub)
    await early.next()
    await add(database, hub, a_cell(), 3)
    await early.until(RECEIVED, 3)

    found = await Client(hub).together(2)

    assert found == (["snapshot", "change"], {RECEIVED: 3})


async def test_a_snapshot_is_encoded_anew_when_it_is_old(live, monkeypatch):
    database, hub = live
    early = Client(hub)
    await early.next()
    await add(database, hub, a_cell(), 3)
    await early.until(RECEIVED, 3)
    monkeypatch.setattr(feeds, "SNAPSHOT_S", 0.0)

    found = await Client(hub).next()

    assert found == ("snapshot", {RECEIVED: 3})


async def test_who_comes_back_gets_only_what_it_missed(live):
    database, hub = live
    client = Client(hub)
    await client.next()
    await add(database, hub, a_cell())
    await add(database, hub, a_cell("closed"))
    await client.until(("village", AREA, "closed"), 1)
    await client.leave()
    stayed = Client(hub)
    await stayed.next()
    await add(database, hub, a_cell(), 9)
    await stayed.until(RECEIVED, 10)

    name, totals = await Client(hub, last_id=client.id).next()

    assert (name, totals) == ("change", {RECEIVED: 10})


@pytest.mark.parametrize("last_id", ["", "x", "00000000-1", "{boot}-99", "{boot}-x", "{boot}--1"])
async def test_an_id_that_means_nothing_to_us_gets_a_snapshot(live, last_id):
    _, hub = live

    name, _ = await Client(hub, last_id=last_id.format(boot=hub._all.feeds.name)).next()

    assert name == "snapshot"


async def test_a_slow_listener_gets_the_present_value_once_and_delays_nobody(live):
    database, hub = live
    slow, quick = Client(hub), Client(hub)
    await slow.next()
    await quick.next()

    for value in range(1, 6):
        await add(database, hub, a_cell())
        await quick.until(RECEIVED, value)
    name, totals = await slow.next()

    assert (name, totals) == ("change", {RECEIVED: 5})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(slow.next(), 0.5)


async def test_a_listener_of_one_area_hears_of_its_subtree_only(live):
    database, hub = live
    client = Client(hub, area="620522101")
    await client.next()

    await add(database, hub, a_cell(area="620522200001"))
    await add(database, hub, a_cell())
    await client.until(RECEIVED, 1)
    _, totals = await Client(hub, area="620522101").together(2)

    assert totals == {RECEIVED: 1}


async def test_buckets_of_distributions_are_not_streamed(live):
    database, hub = live
    client = Client(hub)
    await client.next()

    await add(database, hub, a_cell("time_to_accept:0042"))
    await add(database, hub, a_cell())
    await client.until(RECEIVED, 1)
    _, totals = await Client(hub).together(2)

    assert list(totals) == [RECEIVED]


async def test_silence_is_broken_by_ticks(live):
    _, hub = live
    client = Client(hub)
    await client.next()

    name, _ = await client.next(ticks=True)

    assert name in {"tick", "change"}


async def test_while_the_database_is_away_the_tiers_go_stale(live, monkeypatch):
    database, hub = live
    monkeypatch.setattr(stream, "STALE_S", 2.0)
    async with database.transaction() as tx:
        await store.note_alive(tx, "village", await tx.fetchval("select now()"))
    events = hub.listen(None, Asked())
    before = data_of(await anext(events))

    await database.close()

    async with asyncio.timeout(20):
        while not (after := data_of(await anext(events)))["tiers"]["village"]["stale"]:
            pass
    assert not before["tiers"]["village"]["stale"]
    assert after["tiers"]["village"]["as_of"] == before["tiers"]["village"]["as_of"]


async def test_a_tier_whose_clock_was_set_back_is_not_called_current_until_the_clock_is_there_again(live):
    database, _ = live
    async with database.transaction() as tx:
        now = await tx.fetchval("select now()")
        await store.note_alive(tx, "village", now + timedelta(hours=1))
        [(ahead, away)] = (await store.tiers(tx)).values()
        await store.note_alive(tx, "village", now)
        await store.note_alive(tx, "village", now - timedelta(seconds=3))
        [(after, _)] = (await store.tiers(tx)).values()

    assert ahead == now + timedelta(hours=1)
    assert away > stream.STALE_S
    assert after == now


async def test_a_listener_that_leaves_is_forgotten(live):
    _, hub = live
    client = Client(hub)
    await client.next()

    await client.leave()

    assert hub.listeners == 0


async def test_when_the_process_stops_listeners_are_let_go(new_database):
    hub = Hub(await new_database("metrics"))
    client = Client(hub)
    async with running(hub.run):
        await client.next()
        hub.pulse.beat()

    with pytest.raises(StopAsyncIteration):
        await client.next()


async def test_what_is_not_there_any_more_after_a_rebuild_is_none(live):
    database, hub = live
    await add(database, hub, a_cell(), 3)
    client = Client(hub)
    await client.next()

    async with database.transaction() as tx:
        await tx.execute("delete from total")
    hub._seen = None
    hub.pulse.beat()

    assert await client.until(RECEIVED, 0) == ["change"]


async def test_those_who_come_together_make_the_hub_look_once(live):
    _, hub = live
    looked = []
    hub._look = lambda look=hub._look: looked.append(1) or look()

    await asyncio.gather(*(hub.fresh() for _ in range(50)))

    assert len(looked) == 1


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
    monkeypatch.setattr(web, "STALL_S", 0.5)
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
