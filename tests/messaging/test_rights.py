"""What a broker says of our rights is read as it means it: bits of topics, refusals of groups, and silence."""

from contextlib import asynccontextmanager

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionResponse_v0
from aiokafka.protocol.coordination import FindCoordinatorRequest_v1, FindCoordinatorResponse_v1
from aiokafka.protocol.group import HeartbeatRequest_v1, HeartbeatResponse_v1

from messaging import rights
from messaging.rights import Unknown, _AskRights, _Rights, refused, spoken
from schemas.permissions import Permission
from tests.messaging.brokers import silence, talking

READ, WRITE, DELETE, DESCRIBE, CONFIGS = 1 << 3, 1 << 4, 1 << 6, 1 << 8, 1 << 10
UNTOLD = -(2**31)
VERSIONS, TOPICS, FIND, BEAT = 18, 3, 10, 12
NEWEST = {VERSIONS: 0, TOPICS: 8, FIND: 1, BEAT: 1}
FORBIDDEN_TOPIC, FORBIDDEN_GROUP, NOT_HERE, NOBODY_THERE = 29, 30, 16, 25


@asynccontextmanager
async def broker(*, topics=None, beats=None, found=None, newest=None):
    """Answers as told: topic → (code, bits), group → code of a heartbeat, group → code of where it is; its address."""

    def answer(api, body):
        match api:
            case 18:
                return ApiVersionResponse_v0(0, [(key, 0, one) for key, one in (newest or NEWEST).items()])
            case 3:
                asked = _AskRights.decode(body)
                rows = [(topics[one][0], one, False, [], topics[one][1]) for one in asked.topics]
                return _Rights(0, [], "cluster", 1, rows, UNTOLD)
            case 10:
                return FindCoordinatorResponse_v1(
                    0, found[FindCoordinatorRequest_v1.decode(body).coordinator_key], "", 1, "h", 1
                )
            case 12:
                return HeartbeatResponse_v1(0, beats[HeartbeatRequest_v1.decode(body).group])

    async with talking(answer) as at:
        yield at


def on(operation, name="t", kind="topic"):
    return Permission(kind, name, operation)


ALL = frozenset(on(one) for one in ("Read", "Write", "Delete", "Describe", "DescribeConfigs"))


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ((0, READ | WRITE | DELETE | DESCRIBE | CONFIGS), set()),
        ((0, READ | DESCRIBE), {"Write", "Delete", "DescribeConfigs"}),
        ((0, WRITE | DELETE | DESCRIBE | CONFIGS), {"Read"}),
        ((FORBIDDEN_TOPIC, UNTOLD), {"Read", "Write", "Delete", "Describe", "DescribeConfigs"}),
        ((3, READ | WRITE | DELETE | DESCRIBE | CONFIGS), set()),
        ((0, UNTOLD), set()),
    ],
    ids=["everything", "a reader", "a writer", "nothing", "not there, but allowed", "it does not tell"],
)
async def test_the_rights_on_a_topic_are_bits_and_a_topic_that_is_not_shown_is_not_allowed(said, missing):
    async with broker(topics={"t": said}) as at:
        assert {one.operation for one in await refused(at, ALL)} == missing


async def test_a_group_is_refused_by_name_and_one_that_is_elsewhere_is_not():
    groups = {"ours": NOBODY_THERE, "elsewhere": NOT_HERE, "theirs": FORBIDDEN_GROUP}
    seen = {"ours": 0, "theirs": FORBIDDEN_GROUP}
    wanted = {on("Read", one, "group") for one in groups} | {on("Describe", one, "group") for one in seen}

    async with broker(beats=groups, found=seen) as at:
        assert await refused(at, frozenset(wanted)) == [
            on("Describe", "theirs", "group"), on("Read", "theirs", "group"),
        ]  # fmt: skip


async def test_topics_and_groups_are_told_together_in_order():
    async with broker(topics={"t": (0, READ)}, beats={"g": FORBIDDEN_GROUP}) as at:
        assert await refused(at, frozenset({on("Write"), on("Read"), on("Read", "g", "group")})) == [
            on("Read", "g", "group"), on("Write"),
        ]  # fmt: skip


async def test_a_broker_too_old_to_tell_is_taken_to_forbid_nothing():
    async with broker(newest=NEWEST | {TOPICS: 7}) as at:
        assert await refused(at, ALL) == []


async def test_which_versions_of_which_requests_it_answers_is_told():
    async with broker(newest=NEWEST | {TOPICS: 7}) as at:
        assert (await spoken(at))[TOPICS] == (0, 7)


async def test_one_broker_that_answers_is_enough():
    async with broker(topics={"t": (0, READ)}) as at:
        assert await refused(f"127.0.0.1:1,{at}", frozenset({on("Write")})) == [on("Write")]


@pytest.fixture
def in_order(monkeypatch):
    """Brokers are asked in the order in which they are named."""
    monkeypatch.setattr("random.shuffle", lambda _: None)


async def test_a_broker_that_says_nothing_keeps_nobody_from_one_that_answers(in_order, monkeypatch):
    monkeypatch.setattr(rights, "EACH_S", 0.2)

    async with silence() as first, broker(topics={"t": (0, READ)}) as second:
        assert await refused(f"{first},{second}", frozenset({on("Write")})) == [on("Write")]


async def test_where_no_broker_says_anything_it_is_said_which(monkeypatch):
    monkeypatch.setattr(rights, "EACH_S", 0.2)

    async with silence() as at:
        with pytest.raises(KafkaConnectionError, match=at):
            await refused(at, ALL)


async def test_what_is_no_address_is_said():
    with pytest.raises(Unknown, match="kafka:door is no address"):
        await refused("kafka:door", ALL)
