"""Everything a village says of itself and everything it lies on, looked through for marked words."""

import asyncio
import io
import json
import os
import zipfile
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from schemas.topics import TOPICS
from tests.system.doors_marked import producer
from tests.system.marked import in_files, in_tables, on_topics
from tests.system.partner import a_submission, headers

SERVICES = ("intake", "routing", "followup", "metrics")
DAY = "from=2020-01-01&to=2030-01-01"
FIGURES = (
    "/v1/metrics",
    "/metrics",
    "/v1/metrics/definitions",
    "/v1/metrics/restatements",
    "/v1/metrics/flags",
)


async def told(http, stack):
    """All that can be asked of figures, ledgers and telemetry, in bytes."""
    probes = [f"http://127.0.0.1:{stack.port(f'village-{one}-probe')}/telemetry" for one in SERVICES]
    figures = [stack.url("village-metrics") + one for one in FIGURES]
    found = [(await http.get(one)).content for one in (*figures, *probes)]
    for kind in ("csv", "xlsx"):
        answer = await http.get(f"{stack.url('village-routing')}/v1/ledger?{DAY}&format={kind}")
        assert answer.status_code == 200
        if kind == "xlsx":
            with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
                found += [book.read(one) for one in book.namelist()]
        found.append(answer.content)
    incidents = (await http.get(stack.url("village-routing") + "/v1/incidents?limit=3")).json()["incidents"]
    sheets = [f"{stack.url('village-routing')}/v1/incidents/{one['incident_id']}/sheet" for one in incidents]
    found += [(await http.get(one)).content for one in sheets]
    async with http.stream("GET", stack.url("village-metrics") + "/v1/metrics/stream") as stream:
        async for piece in stream.aiter_bytes():
            found.append(piece)
            break
    return b"\n".join(found)


async def closed_files(stack):
    """One harmless record more on each partition, so that the broker closes the file before."""
    async with producer(stack.kafka) as kafka:
        for at in range(12):
            given = headers("report.submitted.v1", f"last-{at}-{os.urandom(4).hex()}", "/hotline/marked")
            body = json.dumps(a_submission()).encode()
            await kafka.send_and_wait("village.inbound", body, partition=at, headers=given)


@asynccontextmanager
async def connected(stack, service):
    connection = await asyncpg.connect(stack.postgres(f"{service}_village"))
    try:
        yield connection
    finally:
        await connection.close()


async def left(stack, server):
    """Wherever anything marked lies now, by what was looked at."""
    found = {}
    for service in SERVICES:
        async with connected(stack, service) as connection:
            await connection.execute("checkpoint")
            [(folder,)] = await connection.fetch("show data_directory")
            if tables := await in_tables(connection):
                found[service] = tables
        if files := await asyncio.to_thread(in_files, Path(folder)):
            found[f"files of {service}"] = files
    if topics := await on_topics(stack.kafka, [one for one in TOPICS if one.startswith("village.")]):
        found["topics"] = topics
    if files := await asyncio.to_thread(in_files, stack.data):
        found["files"] = files
    return found
