"""`fengqiao topics` on a real broker: creates, mends, compares, and leaves alone what is not its own."""

import asyncio
import time

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy import cluster
from schemas.topics import TOPICS

pytestmark = pytest.mark.system
TOPIC = TOPICS["county.metrics"]


def command(kafka, *options):
    return CliRunner().invoke(fengqiao, ["topics", "--kafka", kafka, "--replicas", "1", *options])


def administered(kafka, act):
    async def run():
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        try:
            return await act(admin)
        finally:
            await admin.close()

    return asyncio.run(run())


def set_to(kafka, configs):
    resource = ConfigResource(ConfigResourceType.TOPIC, TOPIC.name, configs=configs)
    administered(kafka, lambda admin: admin.alter_configs([resource]))
    eventually(lambda: configs.items() <= found(kafka).chosen.items())


def found(kafka):
    return asyncio.run(cluster.found(kafka, [TOPIC])).get(TOPIC.name)


def eventually(true):
    """A broker answers before everybody has heard of it."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def gone(kafka):
    administered(kafka, lambda admin: admin.delete_topics([TOPIC.name]))
    eventually(lambda: found(kafka) is None)


@pytest.fixture
def whole(kafka):
    """A broker that has all topics, before and after."""
    assert command(kafka).exit_code == 0
    yield kafka
    assert command(kafka).exit_code == 0


def test_a_second_run_touches_nothing(whole):
    again = command(whole)

    assert again.exit_code == 0
    assert again.output == "18 topics are as the table says, 1 replicas each\n"


def test_what_was_set_otherwise_is_said_then_mended_and_what_others_chose_stays(whole):
    set_to(whole, {"cleanup.policy": "delete", "segment.bytes": "16777216"})

    said = command(whole, "--check")
    untouched = found(whole).settings["cleanup.policy"]
    mended = command(whole)

    assert said.exit_code == 3
    assert "county.metrics: cleanup.policy is delete, not compact\n" in said.output
    assert untouched == "delete"
    assert mended.output.splitlines()[0] == "county.metrics: created or set"
    assert found(whole).settings["cleanup.policy"] == "compact"
    assert found(whole).chosen["segment.bytes"] == "16777216"


def test_a_missing_topic_is_said_and_created(whole):
    gone(whole)

    said = command(whole, "--check")
    created = command(whole)

    assert said.exit_code == 3
    assert "county.metrics: topic is missing" in said.output
    assert created.exit_code == 0
    assert (found(whole).partitions, found(whole).replicas) == (12, 1)


def test_of_a_tier_the_county_has_not_no_topic_is_missed_and_none_created(whole, monkeypatch):
    gone(whole)
    monkeypatch.setenv("COUNTY_TIERS", "village,town")

    runs = [command(whole, "--check"), command(whole)]

    assert [one.output for one in runs] == ["12 topics are as the table says, 1 replicas each\n"] * 2
    assert found(whole) is None


def test_a_tier_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv("COUNTY_TIERS", "village,province")

    said = command("127.0.0.1:1", "--check")

    assert said.exit_code != 0
    assert "province" in str(said.exception or said.output)


def test_other_partitions_are_said_and_never_changed(whole):
    gone(whole)
    administered(whole, lambda admin: admin.create_topics([NewTopic(TOPIC.name, 6, 1)]))
    eventually(lambda: found(whole) is not None)

    said = command(whole)

    assert said.exit_code == 3
    assert "partitions is 6, not 12" in said.output
    assert found(whole).partitions == 6
    gone(whole)


def test_more_replicas_than_brokers_is_one_message(whole):
    gone(whole)

    refused = CliRunner().invoke(fengqiao, ["topics", "--kafka", whole, "--replicas", "3", "--seconds", "5"])

    assert "InvalidReplicationFactor" in str(refused.exception)


def test_no_kafka_is_one_message():
    refused = CliRunner().invoke(fengqiao, ["topics", "--kafka", "127.0.0.1:1", "--seconds", "1"])

    assert "Kafka does not answer at 127.0.0.1:1" in str(refused.exception)
