"""The load, as a process of its own: `python -m bench.driver ORDER`. Keeps a fixed number of waves under way.

A wave's next actions are sent when the effect of its last ones stands in the database, as people and systems
would do.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import uvloop
from aiokafka import AIOKafkaProducer

from bench import partner
from bench.partner import Sent, Subject
from bench.waves import Pace, Waves
from messaging import collector


@dataclass(frozen=True, slots=True)
class Order(Pace):
    """What to do: where, how much, how long."""

    kafka: str
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


class Driver(Waves):
    """Sends waves over the public inbound topics only."""

    def __init__(self, order: Order) -> None:
        super().__init__(order, {step.database for step in (*LOCAL, *(CLIMBS if order.share else ()))})
        self._share = order.share
        self._producer = AIOKafkaProducer(
            bootstrap_servers=order.kafka, acks="all", enable_idempotence=True, max_batch_size=131_072
        )

    async def open(self, stack: AsyncExitStack) -> None:
        """Connects to the broker."""
        await self._producer.start()
        stack.push_async_callback(self._producer.stop)

    async def live(self, wave: Sequence[Subject]) -> None:
        """A share of them climbs."""
        climbing = round(len(wave) * self._share)
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
            await self.seen(step.database, last, step.status)

    async def _send(self, topic: str, records: Sequence[Sent]) -> None:
        futures = [
            await self._producer.send(topic, r.value, key=r.key, partition=r.partition, headers=r.headers)
            for r in records
        ]
        await asyncio.gather(*futures)


async def main() -> None:
    await Driver(Order(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    collector.patient()
    uvloop.run(main())
