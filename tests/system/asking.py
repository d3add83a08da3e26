"""Every operation a client can ask of a broker, asked: whether it is let through or forbidden, and nothing else."""

from contextlib import asynccontextmanager

from aiokafka.conn import create_conn
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.admin import (
    AlterConfigsRequest,
    CreatePartitionsRequest,
    CreateTopicsRequest,
    DeleteGroupsRequest,
    DeleteRecordsRequest,
    DescribeAclsRequest,
    DescribeConfigsRequest,
    DescribeGroupsRequest,
)
from aiokafka.protocol.commit import OffsetCommitRequest, OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import InitProducerIdRequest

from schemas.topics import PARTITIONS

FORBIDDEN = {29, 30, 31, 53}
"""A topic, a group, the cluster, a transactional id."""
NOBODY_THERE = 25
LET_THROUGH = {
    "create": {36},  # it is there
    "delete": {0, 44},  # a compacted topic loses no records so
    "heartbeat": {NOBODY_THERE},
    "join": {79},  # a name is given first
    "commit": {0, NOBODY_THERE},
    "describe group": {0, 69},
    "delete group": {0, 68, 69},
    "transaction": {0, 15},
}
"""What is said once nothing was forbidden, by operation; else that all went well."""
TOPIC, BROKER, ALL = 2, 4, 1
MS = 5_000


@asynccontextmanager
async def connected(place):
    """One connection to the only address of a broker."""
    host, _, port = place.bootstrap.partition(":")
    connection = await create_conn(host, int(port), client_id="asking", **place.connection())
    try:
        yield connection
    finally:
        connection.close()


async def all_answers(place, topics, groups):
    """(operation, topic, group or both) → whether it is let through, of whoever comes so."""
    async with connected(place) as connection:
        asking = _Asking(connection, topics, groups)
        await asking.of_all()
        await asking.of_topics()
        await asking.to_write()
        await asking.to_change()
        for group in groups:
            await asking.of_group(group)
        return asking.answers


class _Asking:
    def __init__(self, connection, topics, groups):
        self._send = connection.send
        self._topics = topics
        self._groups = groups
        self._producer = (1, 0)
        self.answers = {}

    def _note(self, operation, place, code):
        if code not in FORBIDDEN:
            assert code in LET_THROUGH.get(operation, {0}), f"{operation} {place}: {code}"
        assert (operation, *place) not in self.answers
        self.answers[operation, *place] = code not in FORBIDDEN

    def _each(self, operation, codes):
        """Codes by topic; each was asked for, once."""
        found = list(codes)
        assert sorted(one[0] for one in found) == sorted(self._topics), operation
        for topic, code in found:
            self._note(operation, (topic,), code)

    async def of_all(self):
        """What is of no topic and no group."""
        made = await self._send(InitProducerIdRequest(None, MS))
        if not made.error_code:
            self._producer = (made.producer_id, made.producer_epoch)
        self._note("be idempotent", (), made.error_code)
        self._note("transaction", (), (await self._send(FindCoordinatorRequest("one", 1))).error_code)
        acls = await self._send(DescribeAclsRequest(ALL, None, 1, None, None, 1, 1))
        self._note("see permissions", (), acls.error_code)
        altered = await self._send(AlterConfigsRequest([(BROKER, "1", [])], validate_only=True))
        self._note("change the broker", (), altered.resources[0][0])
        gossip = ("village.gossip", 1, 1, [], [])
        created = await self._send(CreateTopicsRequest([gossip], MS, validate_only=True))
        self._note("create another", (), created.topic_errors[0][1])

    async def of_topics(self):
        """Everything that reads."""
        places = [(one, [(0, 0, 1024)]) for one in self._topics]
        fetched = await self._send(FetchRequest(0, 0, 65_536, 0, places))
        self._each("read", ((topic, parts[0][1]) for topic, parts in fetched.topics))
        ends = await self._send(OffsetRequest(-1, 0, [(one, [(0, -1)]) for one in self._topics]))
        self._each("see how far", ((topic, parts[0][1]) for topic, parts in ends.topics))
        seen = await self._send(MetadataRequest(self._topics))
        self._each("describe", ((topic, code) for code, topic, *_ in seen.topics))
        told = await self._send(DescribeConfigsRequest([(TOPIC, one, None) for one in self._topics]))
        self._each("describe configs", ((topic, code) for code, _, _, topic, _ in told.resources))

    async def to_write(self):
        """One record, as any producer writes it and as an idempotent one does."""
        for operation, producer in (("write", None), ("write idempotent", self._producer)):
            places = [(one, [(0, _record(producer))]) for one in self._topics]
            written = await self._send(ProduceRequest(None, -1, MS, places))
            self._each(operation, ((topic, parts[0][1]) for topic, parts in written.topics))

    async def to_change(self):
        """What services never do: tried for show where that can be said, and so that nothing comes of it elsewhere."""
        fresh = [(one, PARTITIONS, 1, [], []) for one in self._topics]
        created = await self._send(CreateTopicsRequest(fresh, MS, validate_only=True))
        self._each("create", ((topic, code) for topic, code, *_ in created.topic_errors))
        gone = await self._send(DeleteRecordsRequest([(one, [(0, 0)]) for one in self._topics], MS))
        self._each("delete", ((one[0], one[1][0][2]) for one in gone.topics))
        wider = [(one, (PARTITIONS + 1, None)) for one in self._topics]
        altered = await self._send(CreatePartitionsRequest(wider, MS, validate_only=True))
        self._each("alter", ((topic, code) for topic, code, *_ in altered.topic_errors))
        configs = [(TOPIC, one, [("retention.ms", "60000")]) for one in self._topics]
        set_so = await self._send(AlterConfigsRequest(configs, validate_only=True))
        self._each("alter configs", ((topic, code) for code, _, _, topic in set_so.resources))

    async def of_group(self, group):
        """Being a member, seeing where it is, and setting that."""
        self._note("heartbeat", (group,), (await self._send(HeartbeatRequest(group, -1, ""))).error_code)
        joining = JoinGroupRequest(group, 6_000, 6_000, "", None, "consumer", [("range", b"")])
        self._note("join", (group,), (await self._send(joining)).error_code)
        self._note("find group", (group,), (await self._send(FindCoordinatorRequest(group, 0))).error_code)
        described = await self._send(DescribeGroupsRequest([group]))
        self._note("describe group", (group,), described.groups[0][0])
        deleted = await self._send(DeleteGroupsRequest([group]))
        self._note("delete group", (group,), deleted.results[0][1])
        seen = await self._send(OffsetFetchRequest(group, [(one, [0]) for one in self._topics]))
        committed = await self._send(
            OffsetCommitRequest(group, -1, "", -1, [(one, [(0, 0, "")]) for one in self._topics])
        )
        for operation, answer in (("see place", seen), ("commit", committed)):
            codes = {topic: parts[0][-1] for topic, parts in answer.topics}
            for topic in self._topics:
                whole = getattr(answer, "error_code", 0) or codes.get(topic)
                self._note(operation, (group, topic), whole)


def _record(producer):
    batch = BatchBuilder(4096, 0, is_transactional=False)
    batch.append(timestamp=None, key=b"nobody", value=b"a record of the test of permissions")
    if producer is not None:
        batch._set_producer_state(*producer, 0)
    return bytes(batch._build())
