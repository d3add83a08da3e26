"""Brokers that are none: one says what a test has it say, one says nothing."""

import asyncio
import struct
from contextlib import asynccontextmanager
from io import BytesIO

from aiokafka.protocol.admin import (
    ApiVersionResponse_v0,
    DeleteRecordsRequest_v0,
    DeleteRecordsResponse_v0,
)
from aiokafka.protocol.api import RequestHeader_v1
from aiokafka.protocol.commit import OffsetFetchResponse_v2
from aiokafka.protocol.coordination import FindCoordinatorResponse_v0
from aiokafka.protocol.metadata import MetadataResponse_v1

NEWEST = {18: 0, 3: 1, 10: 0, 9: 2, 21: 0}
NOBODY, NOT_LEADER = -1, 6


@asynccontextmanager
async def talking(answer):
    """Answers each request with what `answer(api, body)` returns; its address."""

    async def opened(reader, writer):
        try:
            while True:
                (size,) = struct.unpack(">i", await reader.readexactly(4))
                request = BytesIO(await reader.readexactly(size))
                api, _, correlation, _ = RequestHeader_v1.SCHEMA.decode(request)
                said = struct.pack(">i", correlation) + answer(api, request).encode()
                writer.write(struct.pack(">i", len(said)) + said)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(opened, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def silence():
    """Takes connections and says nothing, as a machine that is gone; its address."""
    held = []
    server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for one in held:
            one.close()


@asynccontextmanager
async def cluster(led, also=None, refusing=(), at=7):
    """One broker that answers, beside others as told: partition → leader; node → address; how far: each at `at`.

    Node 1 answers and keeps the group. Yields its address and what it was asked to delete.
    """
    asked = []

    def answer(api, body):
        match api:
            case 18:
                return ApiVersionResponse_v0(0, [(key, 0, one) for key, one in NEWEST.items()])
            case 3:
                nodes = [(node, *_split(one), None) for node, one in places.items()]
                rows = [(0, one.partition, leader, [], []) for one, leader in led.items()]
                return MetadataResponse_v1(nodes, 1, [(0, "t", False, rows)])
            case 10:
                return FindCoordinatorResponse_v0(0, 1, *_split(places[1]))
            case 9:
                return OffsetFetchResponse_v2([("t", [(one.partition, at, "", 0) for one in led])], 0)
            case 21:
                ((_, wanted),) = DeleteRecordsRequest_v0.decode(body).topics
                asked.extend(partition for partition, _ in wanted)
                rows = [(one, upto, NOT_LEADER if one in refusing else 0) for one, upto in wanted]
                return DeleteRecordsResponse_v0(0, [("t", rows)])

    async with talking(answer) as here:
        places = {1: here} | (also or {})
        yield here, asked


def _split(address):
    host, port = address.split(":")
    return host, int(port)
