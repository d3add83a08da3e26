"""What others put into the untrusted topic goes once it was applied for long enough, from the broker's disk as well."""

import asyncio
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import LeaderNotAvailableError, TopicAuthorizationFailedError
from aiokafka.structs import TopicPartition

from messaging.broker import Broker
from messaging.trimming import Seen, Trimming
from schemas.permissions import Permission, of_service
from schemas.topics import TOPICS
from tests.messaging.brokers import NOBODY, cluster, silence
from tests.messaging.wire import running, until

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)
MARK = "青石老槐记入站"


def test_what_was_applied_goes_only_when_it_was_so_for_as_long_as_it_is_kept():
    seen = Seen(60)

    assert seen.note(0, {FIRST: 5}) == {}
    assert seen.note(59, {FIRST: 9}) == {}
    assert seen.note(60, {FIRST: 9}) == {FIRST: 5}
    assert seen.note(119, {FIRST: 9, SECOND: 2}) == {FIRST: 9}


def test_what_went_before_is_not_asked_for_again_and_nothing_is_asked_for_where_nothing_was_applied():
    seen = Seen(1)
    seen.note(0, {FIRST: 5, SECOND: 0})
    assert seen.note(1, {FIRST: 5, SECOND: -1}) == {FIRST: 5}
    seen.done[FIRST] = 5

    assert seen.note(2, {FIRST: 5, SECOND: 3}) == {}
    assert seen.note(3, {FIRST: 6, SECOND: 3}) == {SECOND: 3}


def test_where_a_group_was_set_back_nothing_goes_that_it_is_to_read_once_more():
    seen = Seen(60)
    seen.note(0, {FIRST: 9, SECOND: 4})
    seen.note(30, {FIRST: 3})

    assert seen.note(60, {FIRST: 9}) == {FIRST: 3}  # and of the other nothing is known now
    seen.done[FIRST] = 3
    assert seen.note(89, {FIRST: 9}) == {}
    assert seen.note(119, {FIRST: 9}) == {}
    assert seen.note(120, {FIRST: 9}) == {FIRST: 9}


def test_a_look_at_which_the_broker_said_nothing_keeps_nothing_from_going_later():
    seen = Seen(60)
    seen.note(0, {FIRST: 9})
    seen.note(30, {})

    assert seen.note(60, {FIRST: 9}) == {FIRST: 9}


def test_what_is_kept_no_time_goes_at_once():
    assert Seen(0).note(7, {FIRST: 2}) == {FIRST: 2}


def test_only_intake_may_and_only_of_what_others_send_it():
    may = {
        one
        for service in ("intake", "routing", "followup", "metrics")
        for one in of_service(service, "village")
    }

    assert {one for one in may if one.operation == "Delete"} == {
        Permission("topic", "village.inbound", "Delete")
    }
    assert {one.name for one in TOPICS.values() if one.flow.trimmed} == {
        "village.inbound", "town.inbound", "county.inbound",
    }  # fmt: skip


@pytest.fixture
async def topic(kafka):
    """A topic of two partitions whose files are closed at once."""
    name, client = f"trimmed-{uuid.uuid4()}", AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    await client.create_topics([NewTopic(name, 2, 1, topic_configs={"segment.ms": "100"})])
    yield name
    await client.delete_topics([name])
    await client.close()


async def sent(kafka, topic, partition, *values):
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for one in values:
            await producer.send_and_wait(topic, one.encode(), partition=partition)


async def committed(kafka, topic, **places):
    async with AIOKafkaConsumer(
        bootstrap_servers=kafka, group_id=topic, enable_auto_commit=False
    ) as consumer:
        parts = {TopicPartition(topic, int(one[1:])): offset for one, offset in places.items()}
        consumer.assign(list(parts))
        await consumer.commit(parts)


async def begins(kafka, topic):
    """The first offset that is there of each partition."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer:
        found = await consumer.beginning_offsets([TopicPartition(topic, at) for at in (0, 1)])
    return [found[TopicPartition(topic, at)] for at in (0, 1)]


@pytest.mark.system
async def test_what_was_not_applied_stays_and_of_what_was_nothing_is_left_on_the_disk(kafka, topic, files):
    trimming = Trimming(Broker.at(kafka), topic, [topic], Seen(0.0))
    await sent(kafka, topic, 0, *(f"{MARK}{at}" for at in range(4)))
    await sent(kafka, topic, 1, "one", "two")
    await committed(kafka, topic, p0=3)

    assert await trimming.once() == 1
    assert await trimming.once() == 0
    assert await begins(kafka, topic) == [3, 0]

    await committed(kafka, topic, p0=4)
    assert await trimming.once() == 1
    await sent(kafka, topic, 0, "the next closes the file before")
    assert await begins(kafka, topic) == [4, 0]
    [folder] = [found for one in files for found in one.rglob(f"{topic}-0")]

    async def gone():
        return not await asyncio.to_thread(on_disk, folder)

    await until(gone, 120)


def on_disk(folder):
    """Whether any file of a partition has it."""
    for path in folder.glob("*.log*"):
        try:
            if MARK.encode() in path.read_bytes():
                return True
        except OSError:  # put away meanwhile
            continue
    return False


@pytest.fixture
def brief(monkeypatch):
    """A broker that says nothing is not waited for long, but longer than one that answers takes."""
    monkeypatch.setattr("messaging.rights.EACH_S", 5.0)
    monkeypatch.setattr("messaging.trimming.EACH_S", 2.0)


@pytest.mark.wide
async def test_a_leader_that_says_nothing_keeps_no_other_from_being_trimmed_and_is_named(brief, caplog):
    gone, there = [TopicPartition("t", at) for at in range(6)], [TopicPartition("t", at) for at in (6, 7)]
    led = dict.fromkeys(gone, 2) | dict.fromkeys(there, 1)

    async with silence() as other, cluster(led, {2: other}) as (at, asked):
        trimming = Trimming(Broker.at(at), "g", ["t"], Seen(0.0))
        assert await trimming.once() == 2
        assert sorted(asked) == [6, 7]

    assert trimming.seen.done == dict.fromkeys(there, 7)
    assert all(f"t-{one.partition} stays for now" in caplog.text for one in gone)


async def test_a_broker_that_says_nothing_keeps_nobody_from_asking_another_how_far_the_group_is(
    brief, monkeypatch
):
    monkeypatch.setattr("messaging.rights.EACH_S", 0.5)
    monkeypatch.setattr("random.shuffle", lambda _: None)

    async with silence() as other, cluster({FIRST: 1}, {2: other}) as (at, _):
        assert await Trimming(Broker.at(f"{other},{at}"), "g", ["t"], Seen(0.0)).once() == 1


async def test_a_partition_that_nobody_leads_or_its_leader_refuses_keeps_no_other_from_being_trimmed(caplog):
    third = TopicPartition("t", 2)

    async with cluster({FIRST: NOBODY, SECOND: 1, third: 1}, refusing=[1]) as (at, _):
        trimming = Trimming(Broker.at(at), "g", ["t"], Seen(0.0))
        assert await trimming.once() == 1

    assert trimming.seen.done == {third: 7}
    assert "t-0 stays for now, others go: LeaderNotAvailableError" in caplog.text
    assert "t-1 stays for now, others go: NotLeaderForPartitionError" in caplog.text


async def test_where_no_partition_can_be_trimmed_it_is_the_broker_that_failed():
    async with cluster({FIRST: NOBODY, SECOND: NOBODY}) as (at, _):
        with pytest.raises(LeaderNotAvailableError):
            await Trimming(Broker.at(at), "g", ["t"], Seen(0.0)).once()
    async with cluster({FIRST: NOBODY}, at=0) as (at, _):
        assert await Trimming(Broker.at(at), "g", ["t"], Seen(0.0)).once() == 0


class Forbidding(Trimming):
    """As where the broker does not allow it."""

    async def once(self):
        self.seen.looks.append((0, {}))
        raise TopicAuthorizationFailedError


async def test_where_it_may_not_the_service_goes_on_and_says_so(caplog):
    forbidden = Forbidding(Broker("nowhere:1"), "g", ["t"], Seen(0.01))

    async with running(forbidden.run):

        async def tried():
            return len(forbidden.seen.looks) > 1

        await until(tried)

    assert "TopicAuthorizationFailedError" in caplog.text
