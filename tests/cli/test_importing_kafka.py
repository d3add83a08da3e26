"""What `fengqiao import --kafka` puts on a real broker is what the inbound topic's reader accepts, in order."""

import time
import uuid
from itertools import groupby
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from click.testing import CliRunner

from cli.imports import import_cases
from deploy.local.exclusive import run
from messaging.cloudevents import decode
from messaging.envelope import Record
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.topics import TOPICS

pytestmark = pytest.mark.system
CASES = 3000
MAPPING = """\
source: /county/SOURCE
time_zone: Asia/Shanghai
time_formats: [iso]
columns: {id: id, opened: opened, closed: closed}
area: {root: "620522"}
category: {default: land}
channel: {default: hotline}
closed: {method: mediation, outcome: success}
"""


@pytest.fixture
def source() -> str:
    return uuid.uuid4().hex


def import_file(tmp_path: Path, kafka: str, source: str) -> str:
    cases, mapping = tmp_path / "cases.csv", tmp_path / "mapping.yaml"
    rows = "".join(f"{at},2025-01-01T08:00,2025-01-0{1 + at % 9}T09:00\n" for at in range(CASES))
    cases.write_text("id,opened,closed\n" + rows)
    mapping.write_text(MAPPING.replace("SOURCE", source))
    result = CliRunner().invoke(import_cases, [str(cases), "--mapping", str(mapping), "--kafka", kafka])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


async def received(kafka: str, source: str, count: int) -> list[Record]:
    """This source's records, in the order of each partition."""
    consumer = AIOKafkaConsumer("county.inbound", bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    found: list[Record] = []
    deadline = time.monotonic() + 60
    try:
        while len(found) < count and time.monotonic() < deadline:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                records = (
                    Record(one.topic, one.partition, one.offset, one.key, tuple(one.headers), one.value)
                    for one in batch
                )
                wanted = f"/county/{source}".encode()
                found += [one for one in records if dict(one.headers)["ce_source"] == wanted]
    finally:
        await consumer.stop()
    return found


def test_every_case_arrives_readable_in_order_and_a_second_import_sends_the_same(
    kafka: str, source: str, tmp_path: Path
) -> None:
    for _ in range(2):
        assert f"{CASES:,} cases sent and acknowledged" in import_file(tmp_path, kafka, source)

    records = run(received(kafka, source, 6 * CASES))

    assert len(records) == 6 * CASES
    wanted = {event.type: event for event in (ReportSubmitted, ActionSubmitted)}
    messages = [decode(one, TOPICS["county.inbound"], wanted) for one in records]
    messages.sort(key=lambda one: (one.record.key or b"", one.record.offset))
    for key, group in groupby(messages, key=lambda one: (one.record.key or b"").decode()):
        ids = [one.id for one in group]
        assert ids == 2 * [key, f"{key}/accept", f"{key}/resolve"]
    bodies = {(one.id, one.record.value) for one in messages}
    assert len(bodies) == 3 * CASES
