"""The live stream: a snapshot, then changes; who comes back gets what it missed; who is slow hurts nobody."""

import asyncio
import json
from datetime import timedelta

import pytest

from services.metrics import feeds, store, stream
from services.metrics.changes import Key
from services.metrics.feeds import Asked
from services.metrics.stream import Hub
from tests.messaging.wire import running
from tests.services.metrics.listening import AREA, RECEIVED, Client, a_cell, add, add_elsewhere

pytestmark = pytest.mark.system


def data_of(event):
    return json.loads(event.decode().split("data: ", 1)[1])


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


async def test_what_another_replica_counts_is_seen_here_although_nobody_tells(live):
    database, hub = live
    client = Client(hub)
    await client.next()

    await add_elsewhere(database, a_cell())
    await client.until(RECEIVED, 1)
    await client.leave()

    assert hub.pulse._interval + stream.EVERY_S < 1.0


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


async def test_when_the_process_stops_listeners_are_let_go(database):
    hub = Hub(database)
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
