"""How far a reader is: nobody claims to be up to date who does not know it, and asking delays nobody."""

import asyncio
import uuid

import pytest
from aiokafka.errors import KafkaError

from tests.messaging.reading import Gate, is_held, no_lag
from tests.messaging.tiny import records
from tests.messaging.wire import send, until

pytestmark = pytest.mark.system


async def test_a_member_without_its_share_does_not_claim_to_be_up_to_date(start):
    async with await start() as reader:
        await until(lambda: no_lag(reader))
        await reader.subscriber._membership.on_partitions_revoked(set())

        assert await reader.subscriber.lag() is None
        assert await reader.subscriber.reachable()


async def test_a_group_has_passed_what_was_there_only_when_it_has_applied_it(start, kafka):
    key, gate = str(uuid.uuid4()), Gate()
    gate.open.set()
    async with await start(gate) as reader:
        await until(lambda: no_lag(reader))
        gate.down = True
        await send(kafka, *records(key, 1))
        await until(lambda: is_held(reader))
        ends = await reader.subscriber.ends()
        held = await reader.subscriber.passed(ends)
        gate.down = False
        await until(lambda: reader.done(key))

        async def passed():
            return await reader.subscriber.passed(ends)

        await until(passed)

    assert not held


@pytest.mark.parametrize("question", ["lag", "ends"])
async def test_who_asks_how_far_we_are_does_not_delay_the_stop(start, question):
    loop = asyncio.get_running_loop()
    async with await start() as reader:
        await until(lambda: no_lag(reader))
        asking = asyncio.create_task(getattr(reader.subscriber, question)())
        await asyncio.sleep(0.05)
        begun = loop.time()
    [answer] = await asyncio.wait_for(asyncio.gather(asking, return_exceptions=True), 20)

    assert loop.time() - begun < 3
    assert answer in (0, None) or isinstance(answer, dict | TimeoutError | KafkaError)


async def test_a_broker_that_is_away_is_not_reachable(start):
    reader = await start()
    reader.subscriber._bootstrap = "127.0.0.1:1,localhost:1"

    assert not await reader.subscriber.reachable()
