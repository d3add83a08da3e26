"""Cases to the inbound topics: in order within a case, sent again until acknowledged, bounded in flight."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cli.importing.rows import Case
from deploy.local.plan import StackError
from messaging.broker import At, Broker
from messaging.producer import Outgoing, Producer
from schemas.topics import TOPICS

CASES = 500
"""How many cases are under way together: about 1,500 records, half a megabyte."""
GIVE_UP_S = 120.0
"""How long the broker may be away; then it is better to say so. Starting again is harmless."""
PAUSE_S = 1.0


async def check_topics(broker: At) -> None:
    """The inbound topics must be there: asking a strange broker for them could create them. Raises `StackError`."""
    admin = AIOKafkaAdminClient(**Broker.at(broker).client())
    try:
        await admin.start()
        there = set(await admin.list_topics())
    except (KafkaError, OSError, TimeoutError) as error:
        raise StackError(f"Kafka does not answer at {Broker.at(broker).bootstrap}: {error}") from error
    finally:
        await admin.close()
    missing = {topic.name for topic in TOPICS.values() if topic.flow.kind == "inbound"} - there
    if missing:
        raise StackError(
            f"the broker at {Broker.at(broker).bootstrap} has no topic {', '.join(sorted(missing))}"
        )


async def send(broker: At, source: str, cases: Iterable[Case], sent: Callable[[int], None]) -> None:
    """Sends all cases; `sent` hears how many more are acknowledged. Raises `StackError` when the broker stays away.

    A chunk is acknowledged before the next begins, so whatever fails, no step of a case can overtake its report.
    """
    producer = Producer(broker, "fengqiao-import")
    remaining = iter(cases)
    try:
        while chunk := list(islice(remaining, CASES)):
            await _deliver(producer, broker, [one for case in chunk for one in outgoing(source, case)])
            sent(len(chunk))
    finally:
        await producer.drop()


def outgoing(source: str, case: Case) -> list[Outgoing]:
    """The records of a case, in CloudEvents binary mode, all with the report's id as key."""
    return [
        Outgoing(
            f"{case.tier}.inbound",
            case.id.encode(),
            one.body,
            [
                ("ce_specversion", b"1.0"),
                ("ce_id", one.id.encode()),
                ("ce_source", source.encode()),
                ("ce_type", one.type.encode()),
                ("content-type", b"application/json"),
            ],
        )
        for one in case.submissions
    ]


async def _deliver(producer: Producer, broker: At, records: Sequence[Outgoing]) -> None:
    """Sends records until all are acknowledged; after an error all of them go again, by a fresh producer."""
    deadline = asyncio.get_running_loop().time() + GIVE_UP_S
    while (error := await _attempt(producer, records)) is not None:
        await producer.drop()
        if asyncio.get_running_loop().time() > deadline:
            raise StackError(
                f"Kafka at {Broker.at(broker).bootstrap} does not take the records ({type(error).__name__}: {error});"
                " start the import again, what has been sent takes effect once"
            )
        await asyncio.sleep(PAUSE_S)


async def _attempt(producer: Producer, records: Sequence[Outgoing]) -> BaseException | None:
    try:
        results = await producer.send(records)
    except (KafkaError, OSError, TimeoutError) as error:
        return error
    return next((one for one in results if one is not None), None)
