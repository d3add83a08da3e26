"""The load, as a process of its own: `python -m bench.driver ORDER`. Keeps a fixed number of waves under way.

A wave's next actions are sent when the effect of its last ones stands in the database, as people and systems
would do. Says on standard output, as lines of JSON, when the measured window begins, ends, and all is drained.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer

from bench import partner
from bench.partner import Sent, Subject
from deploy.local.databases import address
from messaging import collector
from messaging.database import PLANNING
from policy.load import areas

POLL_S = 0.4
DRAIN_S = 240.0
LOOKS = {
    "routing": "select count(*) from incident where incident_id = any($1::text[]) and status = $2",
    "followup": "select count(*) from revisit where incident_id = any($1::text[]) and status = $2",
    # its last event, the closing, has been counted, or entered in the reporter's timeline
    "metrics": "select count(*) from guard where key = any($1::text[]) and topic = $2 and last_seq = 4",
    "intake": "select count(*) from guard where key = any($1::text[]) and topic = $2 and last_seq = 4",
}
"""How many of some incidents an effect has reached, in each service's database."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: where, how much, how long."""

    kafka: str
    postgres: str
    registry: str
    seed: int
    seconds: float
    warm: float
    wave: int
    in_flight: int
    share: float


@dataclass(frozen=True, slots=True)
class Step:
    """Actions to send to a tier, and the effect to wait for: a status in a service's database, or a topic's end."""

    tier: str
    name: str
    asked: tuple[str, ...]
    database: str
    status: str


def steps(tier: str) -> tuple[Step, ...]:
    """From an open incident to a closed one, at the tier that holds it."""
    return (
        Step(tier, "accept", (partner.ACCEPT,), f"routing_{tier}", "accepted"),
        Step(tier, "resolve", (partner.RESOLVE,), f"followup_{tier}", "due"),
        Step(tier, "visit", partner.VISITS, f"routing_{tier}", "closed"),
        Step(tier, "", (), f"metrics_{tier}", f"{tier}.routing"),
        Step(tier, "", (), "intake_village", f"{tier}.routing"),
    )


REPORT = Step("village", "report", (), "routing_village", "open")
LOCAL = (REPORT, *steps("village"))
CLIMBS = (
    REPORT,
    steps("village")[0],
    Step("village", "escalate", (partner.ESCALATE,), "routing_town", "open"),
    *steps("town"),
)


class Driver:
    """Sends waves over the public inbound topics only; reads the databases only to see effects."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._fresh = partner.subjects(list(areas(Path(order.registry)).values()), order.seed)
        self._producer = AIOKafkaProducer(
            bootstrap_servers=order.kafka, acks="all", enable_idempotence=True, max_batch_size=131_072
        )
        self._looks: dict[str, asyncpg.Pool[asyncpg.Record]] = {}
        self._going = True
        self.incidents = 0

    async def run(self) -> None:
        """Warms up, lets the window pass, drains."""
        async with AsyncExitStack() as stack:
            for name in {step.database for step in (*LOCAL, *(CLIMBS if self._order.share else ()))}:
                pool = asyncpg.create_pool(
                    address(self._order.postgres, name), min_size=1, max_size=4, server_settings=PLANNING
                )
                self._looks[name] = await stack.enter_async_context(pool)
            await self._producer.start()
            stack.push_async_callback(self._producer.stop)
            workers = [asyncio.create_task(self._work(at)) for at in range(self._order.in_flight)]
            await self._pass(workers, self._order.warm)
            tell(mark="begin")
            await self._pass(workers, self._order.seconds)
            tell(mark="end")
            self._going = False
            async with asyncio.timeout(DRAIN_S):
                await asyncio.gather(*workers)
        tell(mark="drained", incidents=self.incidents)

    async def _pass(self, workers: Sequence["asyncio.Task[None]"], seconds: float) -> None:
        """Lets time pass; a worker that ends by an error ends us."""
        done, _ = await asyncio.wait(workers, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()

    async def _work(self, number: int) -> None:
        # Staggered, so that at any moment waves are in every phase of their life.
        await asyncio.sleep(number * self._order.warm / 3 / self._order.in_flight)
        while self._going:
            wave = list(islice(self._fresh, self._order.wave))
            self.incidents += len(wave)
            climbing = round(len(wave) * self._order.share)
            lives = ((wave[:climbing], CLIMBS), (wave[climbing:], LOCAL))
            await asyncio.gather(*(self._live(group, life) for group, life in lives if group))

    async def _live(self, group: Sequence[Subject], life: Sequence[Step]) -> None:
        last = partner.sentinels(group)
        for step in life:
            if step is REPORT:
                await self._send("village.inbound", partner.reports(group))
            elif step.asked:
                records = partner.actions(group, step.name + step.tier, step.asked)
                await self._send(f"{step.tier}.inbound", records)
            await self._await_effect(step, last)

    async def _send(self, topic: str, records: Sequence[Sent]) -> None:
        futures = [
            await self._producer.send(topic, r.value, key=r.key, partition=r.partition, headers=r.headers)
            for r in records
        ]
        await asyncio.gather(*futures)

    async def _await_effect(self, step: Step, ids: Sequence[str]) -> None:
        query = LOOKS[step.database.partition("_")[0]]
        while True:
            await asyncio.sleep(POLL_S)
            if await self._looks[step.database].fetchval(query, ids, step.status) == len(ids):
                return


def tell(**facts: object) -> None:
    """One line to whoever started us."""
    print(json.dumps(facts), flush=True)


async def main() -> None:
    await Driver(Order(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    collector.patient()
    uvloop.run(main())
