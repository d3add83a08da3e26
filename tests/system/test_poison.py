"""What cannot be applied is set aside with its reason, its incident waits, and nobody else notices."""

import asyncio
import time
from uuid import uuid4

import pytest

from deploy.local.plan import Plan
from tests.system import invariants, poison
from tests.system.listener import Listener
from tests.system.operator import (
    READERS,
    appear,
    ask,
    becomes,
    bytes_of,
    drop_all,
    everywhere,
    held_behind,
    known,
    reached,
    waits,
)
from tests.system.partner import Partner
from tests.system.poison import PERSONAL, a_forwarded, a_handed_over
from tests.system.wire import Wire

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

TOPIC = "town.handoff"
"""Of our own topics, one that only routing reads: what a test adds to it is in nobody's figures."""
NORMAL_S = 20.0
"""How long a lifecycle takes at most on a machine that is busy with other things; alone it is a second or two."""


@pytest.fixture(scope="module")
def county(stacks, tmp_path_factory):
    """A county whose registry of areas is a file of this test."""
    areas = tmp_path_factory.mktemp("areas") / "areas.csv"
    areas.write_bytes(Plan().areas.read_bytes())
    with stacks(areas=areas) as stack:
        yield stack


@pytest.fixture(scope="module")
def foreign():
    """Keys of incidents that this test made up, on topics it should not be able to write to."""
    return set()


@pytest.fixture(autouse=True)
async def audited(world, foreign):
    """After every test all books agree, and nothing is left open."""
    yield
    await invariants.hold(world, foreign=foreign, probes=False)


@pytest.fixture
async def wire(county):
    """A producer without manners."""
    async with Wire(county.kafka) as producer:
        yield producer


async def healthy(world):
    """A matter of the same village from report to revisit; the seconds it took."""
    begin = time.monotonic()
    await world.settled(seconds=NORMAL_S)
    return time.monotonic() - begin


REFUSALS = "select key, convert_from(data, 'utf8') as data from outbox where type = 'submission.refused.v1'"


async def test_bad_records_of_other_systems_are_dead_letters_with_a_reason_and_delay_nobody(
    world, wire, county
):
    alone, before = await healthy(world), await known(world, "village-intake")
    bad = poison.inbound()

    async def poisoned():
        for one in bad:
            await wire.send(one.topic, one.key, one.value, one.headers)
            await asyncio.sleep(0.05)

    *took, _ = await asyncio.gather(*(healthy(world) for _ in range(6)), poisoned())
    listed = await appear(world, "village-intake", len(bad), before)
    told = await bytes_of(world, "village-intake")

    assert sorted(row.reason for row in listed) == sorted(one.reason for one in bad)
    assert all(personal.encode() not in told for personal in PERSONAL.split())
    assert max(took) < NORMAL_S
    print(f"alone {alone:.1f} s, amid poison {max(took):.1f} s")
    async with Listener(county.kafka, "village.intake") as sender:
        for one in bad:
            if one.told:
                await sender.hears("submission.refused.v1", one.told, reason=one.reason)
    for row in listed:
        await ask(world, "village-intake", row, "redrive")
    for row in listed:
        await becomes(world, "village-intake", row.id, "open", seen=2)
        await ask(world, "village-intake", row, "discard")
        await becomes(world, "village-intake", row.id, "discarded", seen=2)
    said = await world.query("intake_village", REFUSALS)
    assert sorted(one["key"] for one in said) == sorted(one.told for one in bad if one.told)
    assert not any(personal in one["data"] for one in said for personal in PERSONAL.split())


async def test_a_report_from_an_area_that_is_registered_later_is_sent_back_and_takes_effect(world, county):
    name, late, before = "late-area", "620522100999", await known(world, "village-intake")
    async with Partner(county.kafka) as partner:
        incident = await partner.report(name, area=late)
    [row] = await appear(world, "village-intake", 1, before)
    assert row.reason == "unknown-area"

    with county.plan.areas.open("a", encoding="utf-8") as registry:
        registry.write(f"{late},village,新村,620522100\n")
    county.kill("village-intake")
    await ask(world, "village-intake", row, "redrive")

    await becomes(world, "village-intake", row.id, "applied", seen=1)
    world.promised.add(incident)
    await world.comes_to("village", incident, "open")


async def test_what_is_wrong_on_our_own_topics_stops_its_incident_alone_until_it_is_discarded(
    world, wire, foreign
):
    ways = {"not-utf-8": b'{"a": "\xff\xfe"}', "not-json": b"{", "wrong-schema": b"{}"}
    keys = {reason: str(uuid4()) for reason in ways}
    foreign |= set(keys.values())
    for reason, value in ways.items():
        first = a_forwarded(keys[reason])
        await wire.send(*first.record(value))
        await wire.send(*first.numbered(2).record())
        await healthy(world)

    for program in READERS:
        for reason, key in keys.items():
            row = await waits(world, program, TOPIC, key)
            assert (row.reason, row.seq) == (reason, 1)
            await ask(world, program, row, "redrive")
            await ask(world, program, await held_behind(world, program, row, 2), "discard")
    for key in keys.values():
        await world.until(lambda at=key: reached(world, TOPIC, at, 2), "what waited behind it is applied", 20)


async def test_a_forbidden_transition_stays_a_dead_letter_however_often_it_is_sent_back(world, wire, foreign):
    incident = await world.report()
    before = await world.comes_to("village", incident, "open")
    foreign.add(incident)
    await wire.send(*a_handed_over(incident).record())

    row = await waits(world, "village-routing", TOPIC, incident)
    await ask(world, "village-routing", row, "redrive")
    again = await becomes(world, "village-routing", row.id, "open", seen=2)
    await world.done("village", incident, "accept")
    await ask(world, "village-routing", again, "discard")

    assert row.reason == "forbidden-transition"
    await becomes(world, "village-routing", row.id, "discarded", seen=2)
    after = await world.incident("village", incident)
    assert len(after["history"]) == len(before["history"]) + 1


async def test_an_unknown_type_no_body_and_a_forged_source_on_our_own_topics_are_set_aside(
    world, wire, foreign
):
    whole = a_forwarded(str(uuid4()))
    foreign.add(whole.key)
    topic, key, _, given = whole.record()
    await wire.send(*whole.record(ce_source=b"/fengqiao/county/routing"))
    forged = await waits(world, "village-routing", topic, whole.key)
    await wire.send(*whole.record(ce_type=b"incident.imagined.v1"))
    await wire.send(topic, key, None, given)
    set_aside = {"forged-source", "unknown-type", "null-value"}
    await world.until(lambda: everywhere(world, whole.key, set_aside), "all three are listed", 30)

    await wire.send(*whole.record())  # the writer itself: number 1 was still to come

    assert (forged.reason, forged.seq) == ("forged-source", None)
    await world.until(lambda: everywhere(world, whole.key, {"forged-source"}), "only the forgery is left", 30)
    await drop_all(world, whole.key)


async def test_a_missing_number_is_listed_and_heals_when_it_comes_and_a_replay_is_dropped(
    world, wire, foreign
):
    first = a_forwarded(str(uuid4()))
    foreign.add(first.key)
    await wire.send(*first.numbered(2).record())
    gap = await waits(world, "village-routing", TOPIC, first.key)
    assert (gap.kind, gap.reason, gap.seq, gap.behind) == ("gap", "sequence-gap", 1, 1)
    await healthy(world)

    await wire.send(*first.record())
    await world.until(lambda: reached(world, TOPIC, first.key, 2), "the stream goes on", 20)
    for seq in (1, 2, 2, 1, 3):
        await wire.send(*first.numbered(seq).record())

    await becomes(world, "village-routing", gap.id, "applied", seen=1)
    await world.until(lambda: reached(world, TOPIC, first.key, 3), "duplicates delay nothing", 20)
