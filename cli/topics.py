"""``fengqiao topics``: the topics of the table on any Kafka, created, mended, or only compared."""

import asyncio
import os
import time
from collections.abc import Sequence

import click
from aiokafka.errors import KafkaError

from cli.broker import broker_options
from cli.doctoring.files import tiers
from cli.stack import say
from deploy import cluster
from deploy.local import topics as broker
from deploy.local.plan import StackError
from deploy.topics import Difference, all_differences
from messaging.broker import Broker
from schemas.topics import TOPICS, Topic

SHOWN_S = 10.0
"""How long what was created or set may take to be seen on every broker."""


@click.command()
@broker_options("Bootstrap addresses, or FENGQIAO_KAFKA.", required=True, envvar="FENGQIAO_KAFKA")
@click.option(
    "--replicas",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    envvar="FENGQIAO_TOPIC_REPLICAS",
    help="Copies of each partition, or FENGQIAO_TOPIC_REPLICAS; 1 for a single broker.",
)
@click.option("--check", is_flag=True, help="Change nothing, only say what differs.")
@click.option("--seconds", default=60.0, show_default=True, help="How long Kafka may take to answer.")
def topics(kafka: Broker, replicas: int, seconds: float, *, check: bool) -> None:
    """Create the topics of the table on a Kafka, and mend their settings; exit code 3 if something still differs.

    Those of the tiers that COUNTY_TIERS names, such as village,county; of all where it names none.
    """
    there = tiers(os.environ)
    ours = [one for one in TOPICS.values() if one.tier in there]
    if not check:
        for name in asyncio.run(_settle(kafka, ours, replicas, seconds)):
            say(f"{name}: created or set")
    different = asyncio.run(_different(kafka, ours, replicas, 0 if check else SHOWN_S))
    for one in different:
        say(str(one))
    if different:
        raise SystemExit(3)
    say(f"{len(ours)} topics are as the table says, {replicas} replicas each")


async def _settle(kafka: Broker, ours: Sequence[Topic], replicas: int, seconds: float) -> list[str]:
    await broker.wait_until_up(kafka, seconds)
    return await broker.create(kafka, ours, seconds, replicas)


async def _different(kafka: Broker, ours: Sequence[Topic], replicas: int, seconds: float) -> list[Difference]:
    """What differs; what only needs to be set may differ for so long before it counts."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            there = await cluster.found(kafka, ours)
        except (KafkaError, OSError) as error:
            raise StackError(f"Kafka does not answer at {kafka.bootstrap}: {error}") from error
        different = all_differences(ours, there, replicas)
        if time.monotonic() > deadline or all(one.advice for one in different):
            return different
        await asyncio.sleep(0.2)


COMMANDS = (topics,)
