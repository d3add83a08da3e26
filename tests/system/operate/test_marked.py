"""Marked words through every door lie in the vault's ciphertext and nowhere else; of erased ones no copy opens."""

import asyncio
import base64
import os
import shutil
from contextlib import asynccontextmanager

import httpx
import pytest

from deploy import cluster
from deploy.local.plan import Plan
from messaging.database import Database
from services.intake.settings import ring_of
from tests.deploy.kept import ATopic
from tests.services.intake.kept import opened
from tests.services.intake.test_marks import any_of, keys_at_hand
from tests.system.collector import Collector
from tests.system.commands import commanded
from tests.system.doors_marked import PERSONAL, STRAY, Ways, producer
from tests.system.looked_through import SERVICES, closed_files, left, told
from tests.system.marked import MARK, in_bytes, marks
from tests.system.operate.archive import Archive
from tests.system.operate.load import Doors
from tests.system.operate.server import Split
from tests.system.rules import RULES

pytestmark = [pytest.mark.system, pytest.mark.timeout(1500)]
AT_ONCE = 6


@pytest.fixture
def collector():
    """Where all traces go, every one recorded."""
    one = Collector()
    yield one
    one.stop()


@pytest.fixture
def server(new_server, tmp_path):
    """The server of intake's database."""
    one = new_server(tmp_path / "server")
    one.start()
    one.create("intake")
    return one


@pytest.fixture
def elsewhere(server):
    """The database that lies there."""
    return {"intake_village": server.dsn("intake_village")}


@pytest.fixture
def village(tmp_path, elsewhere, collector):
    """A village that trims what partners sent at once, and closes its files at once."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(RULES, encoding="utf-8")
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_SAMPLER": "parentbased_always_on",
        "OTEL_BSP_SCHEDULE_DELAY": "200", "INTAKE_INBOUND_KEPT_S": "1",
    }  # fmt: skip
    stack = Split(tmp_path / "stack", Plan(tiers=("village",), policy=policy, settings=settings))
    stack.elsewhere = dict(elsewhere)
    try:
        stack.start()
        stack.wait_ready(180)
        yield stack
    finally:
        shutil.copytree(stack.log("*").parent, tmp_path / "logs")
        stack.stop(wipe=True)


async def put_in(stack, words):
    """Half of the words where they belong, half wherever somebody might put them; the ways, with all answers."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(at, word):
        async with turns:
            kind = PERSONAL if at % 2 else STRAY
            await kind[at // 2 % len(kind)](ways, word)

    async with producer(stack.kafka) as kafka, httpx.AsyncClient(timeout=60) as http:
        ways = Ways(http, stack, kafka)
        await asyncio.gather(*(one(at, word) for at, word in enumerate(words)))
    return ways


async def imported(stack, tmp_path, word):
    """Past cases, with the word in a column of its own and in rows that are refused."""
    (tmp_path / "mapping.yaml").write_text(
        "source: /county/marked\ntime_zone: Asia/Shanghai\ntime_formats: [iso]\ncolumns: {id: id, opened: opened}\n"
        'area: {root: "620522100001"}\ncategory: {default: land}\nchannel: {default: hotline}\n',
        encoding="utf-8",
    )
    rows = f"id,opened,who\n1,2025-01-01T08:00,{word}\n{word},never,{word}\n"
    (tmp_path / "cases.csv").write_text(rows, encoding="utf-8")
    code, said, errors = await commanded(
        stack.data, "import", str(tmp_path / "cases.csv"), "--mapping", str(tmp_path / "mapping.yaml")
    )
    assert code == 0, said + errors
    return said + errors


@pytest.mark.parametrize("number", [100, pytest.param(1000, marks=pytest.mark.long)])
async def test_marked_words_lie_in_the_vault_alone_and_half_of_them_erased_nowhere(
    village, server, collector, tmp_path, number
):
    words = marks(number)
    await cluster.settle(
        village.kafka, [ATopic("village.inbound", 12, max_bytes=4_194_304, segment_ms=100)], 1
    )

    ways = await put_in(village, words)
    said = await imported(village, tmp_path, words[0])

    async with Doors(village, set()) as world, httpx.AsyncClient(timeout=60) as http:
        await world.ready(*(f"village-{one}" for one in SERVICES))
        figures = await told(http, village)
        await closed_files(village)

        async def nowhere():
            found.update(now=await left(village, server))
            return not found["now"]

        found = {}
        try:
            await world.until(nowhere, "what partners sent is gone", 240, pause=5)
        except AssertionError:
            assert found["now"] == {}
            raise
    assert not in_bytes(figures)
    assert not in_bytes(said.encode())
    repeating = [one for one in ways.answers if in_bytes(one.content + str(one.headers).encode())]
    assert [(one.request.method, one.request.url.path, one.text[:300]) for one in repeating] == []
    assert {one.status_code // 100 for one in ways.answers} == {2, 4}
    assert collector.bodies
    assert not any(in_bytes(one) for one in collector.bodies)
    await erased_for_good(village, server, tmp_path, ways.taken)
    print(f"{number} words, {len(ways.answers)} answers, {len(ways.taken)} in the vault")


def words_in(values):
    """The marked words in what was opened, each found once."""
    return {MARK + one.split(MARK)[1][:6] for one in values if MARK in one}


async def erased_for_good(stack, server, tmp_path, taken):
    """Half is erased, the ring rotated; the backup of before the erasure opens for the rest only."""
    gone = sorted(taken)[::2]
    archive, (old,) = Archive(server), ring_of(stack.vault_key_file.read_bytes())
    await asyncio.to_thread(archive.backup)
    ring = tmp_path / "ring"
    ring.write_bytes(base64.b64encode(old))
    whose = ("--dsn", server.dsn("intake_village"), "--key-file", str(ring), "--tier", "village")
    assert words_in(await opened_of(server, old)) == {*taken}

    erase = ("erase", *(taken[one] for one in gone), "--reason", "subject-request")
    code, said, errors = await commanded(stack.data, *erase, *whose)
    assert code == 0, said + errors
    new = os.urandom(32)
    ring.write_bytes(b"\n".join(base64.b64encode(one) for one in (new, old)))
    await asyncio.to_thread(stack.stop_program, "village-intake")
    code, said, errors = await commanded(stack.data, "vault", "rotate", *whose)
    assert code == 0, said + errors
    kept = {*taken} - {*gone}
    assert words_in(await opened_of(server, new)) == kept
    async with database_of(server) as database:
        keys = await keys_at_hand(database, new)

    await asyncio.to_thread(brought_back, server)
    async with database_of(server) as database, database.connection() as connection:
        copies = await connection.fetch("select * from vault")
    assert words_in(await opened_of(server, old)) == {*taken}, "with the old key the copy is whole"
    assert words_in(await opened_of(server, new)) == set()
    assert words_in(any_of(keys, copies)) == kept, "with every key that is left, only what was not erased"


def brought_back(server):
    """Yesterday's backup in the place of the database."""
    server.stop()
    base = server.cluster.parent / "backup" / "base"
    server.shell(f"mv {server.cluster} {server.cluster}.today && cp -a {base} {server.cluster}")
    server.start()


@asynccontextmanager
async def database_of(server):
    database = Database(server.dsn("intake_village"), name="test")
    await database.connect()
    try:
        yield database
    finally:
        await database.close()


async def opened_of(server, *ring):
    """All that this ring opens in the vault."""
    async with database_of(server) as database:
        found = await opened(database, *ring)
    return [one for fields in found.values() for one in fields.values()]
