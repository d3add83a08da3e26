"""What clients of other kinds than ours put on the inbound topic: header names that are no text, compressed records."""

import json

import pytest

from tests.system.operator import appear
from tests.system.partner import SOURCE, Partner, a_submission, headers
from tests.system.wire import UnreadableName, Wire
from tests.system.world import World

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

CODECS = ("gzip", "lz4", "snappy", "zstd")


@pytest.fixture(scope="module")
def alone(stacks):
    """A stack in which only village intake runs: what stops its consumer stops nothing else."""
    with stacks(tiers=("village",), services=("intake",)) as stack:
        yield stack


async def test_a_header_whose_name_is_no_text_is_a_dead_letter_like_any_other(alone):
    async with World(alone) as world, Wire(alone.kafka) as wire, Partner(alone.kafka) as partner:
        body, given = json.dumps(a_submission()).encode(), headers("report.submitted.v1", "unreadable")
        await wire.send("village.inbound", b"behind", body, [*given, (UnreadableName("x"), b"")])
        await partner.send("report.submitted.v1", "behind", a_submission(), "behind")

        [row] = await appear(world, "village-intake", 1, set())
        statement = "select id from submission where source = $1"
        found = await world.until(
            lambda: world.query("intake_village", statement, SOURCE), "the next is let in", 30
        )

        assert row.reason == "not-utf-8"
        assert [one["id"] for one in found] == ["behind"]


def compressed(bootstrap, codec):
    """Publishes a report as a client of another kind does."""
    confluent_kafka = pytest.importorskip("confluent_kafka")
    producer = confluent_kafka.Producer({"bootstrap.servers": bootstrap, "compression.type": codec})
    body, given = json.dumps(a_submission()).encode(), headers("report.submitted.v1", codec)
    producer.produce("village.inbound", body, codec, headers=given)
    assert producer.flush(30) == 0


async def test_other_systems_may_compress_what_they_send(alone):
    for codec in CODECS:
        compressed(alone.kafka, codec)

    async with World(alone) as world:
        statement = "select count(*) as let_in from submission where id = any($1)"

        async def let_in():
            [found] = await world.query("intake_village", statement, CODECS)
            return found["let_in"] == len(CODECS)

        await world.until(let_in, "everything is let in", 30)
