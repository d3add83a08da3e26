"""Kafka and PostgreSQL together: chosen and prepared side by side, then filled with topics and databases."""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local import databases, door_roles, kafka, postgres, topics
from deploy.local.plan import Plan, StackError
from deploy.local.ports import Ports
from deploy.local.service_programs import database
from schemas.topics import TOPICS

_START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class KafkaAt:
    """A Kafka that runs: where it is, and whether it is the mock cluster, which can do less."""

    bootstrap: str
    mock: bool


def prepare(
    data: Path, ports: Ports, say: Callable[[str], None]
) -> tuple[kafka.KafkaProvider, postgres.PostgresProvider]:
    """Choose both and make them ready to start; on a first start both take seconds, so at the same time."""
    with ThreadPoolExecutor(2) as threads:
        broker = threads.submit(kafka.prepare, data, ports, say)
        server = threads.submit(postgres.prepare, data, ports, say)
        return broker.result(), server.result()


def mock_address(data: Path) -> str:
    """The address of the mock cluster, once it has written it down."""
    file = kafka.mock_address_file(data)
    deadline = time.monotonic() + _START_SECONDS
    while not file.exists():
        if time.monotonic() > deadline:
            raise StackError("the mock Kafka cluster did not start; see kafka.log")
        time.sleep(0.1)
    return file.read_text()


async def fill(
    kafka_at: KafkaAt, dsn: str, plan: Plan, say: Callable[[str], None], doors: str | None = None
) -> None:
    """Await both; then topics, databases and migrations, unless the plan has no service.

    With ``doors``, a password, doors have roles of their own at their databases.
    """
    await asyncio.gather(
        topics.wait_until_up(kafka_at.bootstrap, _START_SECONDS), databases.wait_until_up(dsn, _START_SECONDS)
    )
    say("Kafka and PostgreSQL answer")
    owners = sorted({(database(instance), instance.service) for instance in plan.instances()})
    if owners:
        await asyncio.gather(_fill_kafka(kafka_at, say), _fill_postgres(dsn, owners, say, doors))


async def _fill_kafka(kafka_at: KafkaAt, say: Callable[[str], None]) -> None:
    create = topics.create_by_touch if kafka_at.mock else topics.create
    await create(kafka_at.bootstrap, TOPICS.values())
    say(f"{len(TOPICS)} topics are there")


async def _fill_postgres(
    dsn: str, owners: Iterable[tuple[str, str]], say: Callable[[str], None], doors: str | None
) -> None:
    pairs = list(owners)
    await databases.create(dsn, (name for name, _ in pairs))
    if doors is not None:
        await door_roles.create(dsn, (name for name, _ in pairs), doors)
    say(f"{len(pairs)} databases are there; migrating")
    await databases.migrate(dsn, pairs, door_roles.role if doors is not None else None)
    say("databases are at the current schema")
