"""The load over HTTP, as a process of its own: `python -m bench.people ORDER`. Everything people do is asked at a door.

Waves which begin with a report at intake's door, go on with actions at routing's and end with
visits at followup's; what follows from these by itself is waited for in the databases. Whether callers bring tokens,
and whether reports name people, is said by the order: all else is the same.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import partner
from bench.doors import Door
from bench.partner import Subject
from bench.waves import Pace, Waves
from messaging import collector

SERVICES = ("intake", "routing", "followup", "metrics")
ROLES = ("applicant", "respondent")


@dataclass(frozen=True, slots=True)
class Order(Pace):
    """What to do: where, how much, how long, and in which way."""

    doors: dict[str, int]
    """The ports of the village's doors, by service."""
    connections: int
    """To each door."""
    tokens: str | None
    """A file with a token for each village, by area; nobody signs in where there is none."""
    personal: bool
    """Whether reports name people."""


@dataclass(slots=True)
class Matter:
    """A subject, and the id intake gave it."""

    subject: Subject
    token: str | None
    incident_id: str = field(default="")


class People(Waves):
    """Asks at the doors."""

    def __init__(self, order: Order) -> None:
        super().__init__(order, [f"{name}_village" for name in order.doors])
        self._personal = order.personal
        self._tokens: dict[str, str] | None = (
            None if order.tokens is None else json.loads(Path(order.tokens).read_text())
        )
        self._doors = {name: Door(port, order.connections) for name, port in order.doors.items()}

    async def open(self, stack: AsyncExitStack) -> None:
        """Doors are connected to as they are needed."""
        for door in self._doors.values():
            stack.push_async_callback(door.close)

    def told(self) -> Mapping[str, object]:
        """What had to be asked again, by door."""
        return {"again": {name: dict(door.told) for name, door in self._doors.items() if door.told}}

    async def live(self, wave: Sequence[Subject]) -> None:
        """All of it in the village."""
        tokens = self._tokens
        matters = [Matter(one, None if tokens is None else tokens[one.area]) for one in wave]
        await _all(self._report(one) for one in matters)
        ids = [one.incident_id for one in matters]
        await self.seen("routing_village", ids, "open")
        for name, action in (("accept", partner.ACCEPT), ("resolve", partner.RESOLVE)):
            await _all(self._act(one, name, action) for one in matters)
        await self.seen("followup_village", ids, "due")
        for party in ("p1", "p2"):
            await _all(self._visit(one, party) for one in matters)
        await self.seen("routing_village", ids, "closed")
        await self.seen("metrics_village", ids, "village.routing")
        await self.seen("intake_village", ids, "village.routing")

    async def _report(self, one: Matter) -> None:
        subject = one.subject
        asked = {
            "area": subject.area,
            "category": subject.category,
            "channel": subject.channel,
            "severity": "ordinary",
            "parties": [self._party(subject, at, role) for at, role in enumerate(ROLES, start=1)],
        }
        answer = await self._ask("intake", "/v1/reports", one, "report", asked)
        one.incident_id = json.loads(answer)["incident_id"]

    def _party(self, subject: Subject, at: int, role: str) -> dict[str, str]:
        if not self._personal:
            return {"role": role}
        said = f"{subject.report_id} {at}"
        return {
            "role": role,
            "name": f"某人 {said}",
            "telephone": f"138 {said}",
            "address": f"某村某组 {said} 号",
            "identity_number": f"620522 {said}",
        }

    async def _act(self, one: Matter, name: str, action: str) -> None:
        asked = {"action": json.loads(action), "actor": {"role": "staff", "ref": "bench"}}
        await self._ask("routing", f"/v1/incidents/{one.incident_id}/actions", one, name, asked)

    async def _visit(self, one: Matter, party: str) -> None:
        asked = {
            "party": party, "means": "telephone", "result": "satisfied", "actor": {"role": "staff", "ref": "bench"},
        }  # fmt: skip
        await self._ask("followup", f"/v1/revisits/{one.incident_id}/visits", one, party, asked)

    async def _ask(self, service: str, path: str, one: Matter, name: str, asked: object) -> bytes:
        body = json.dumps(asked, ensure_ascii=False).encode()
        return await self._doors[service].created(path, f"{one.subject.report_id}-{name}", body, one.token)


async def _all(asked: Iterable[Awaitable[None]]) -> None:
    """Together; the first that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for one in asked:
            group.create_task(_awaited(one))


async def _awaited(one: Awaitable[None]) -> None:
    await one


async def main() -> None:
    await People(Order(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    collector.patient()
    uvloop.run(main())
