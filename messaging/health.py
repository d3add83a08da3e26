"""What the process says of itself on its own port: alive, open, ready, and why not."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from messaging.readings import Readings
from messaging.telemetry import DOUBT, READY

SILENT_S = 120.0
"""A watchdog's round ends within half of that, whoever does not answer it: one silent for longer hangs itself."""


@dataclass(slots=True)
class Health:
    """Named conditions; ready when all hold, open once all was started, alive while every watchdog comes round."""

    name: str
    conditions: dict[str, str | None] = field(default_factory=dict)
    """Condition → None when it holds, else why not."""
    doubts: dict[str, str | None] = field(default_factory=dict)
    """Conditions that are shown but do not stop work from being sent here."""
    figures: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """Numbers worth seeing beside the conditions, read when asked."""
    rounds: dict[str, float] = field(default_factory=dict)
    """When each watchdog last came round, by the loop's clock."""
    readings: Readings = field(default_factory=Readings)
    """The same and more for Prometheus, at `/telemetry`."""

    def __post_init__(self) -> None:
        """Conditions are told as numbers, too."""
        self.readings.reads_all(
            READY, lambda: {(one,): float(why is None) for one, why in self.conditions.items()}
        )
        self.readings.reads_all(
            DOUBT, lambda: {(one,): float(why is not None) for one, why in self.doubts.items()}
        )

    def set(self, condition: str, *, ok: bool, why: str = "not yet") -> None:
        """Notes whether a condition holds."""
        self.conditions[condition] = None if ok else why

    def doubt(self, condition: str, why: str | None) -> None:
        """Notes trouble that a caller need not feel, such as a broker that is away: the outbox keeps everything."""
        self.doubts[condition] = why

    def came_round(self, watchdog: str, now: float) -> None:
        """Notes that a watchdog has looked; one that never did is not missed, its reader has not begun."""
        self.rounds[watchdog] = now

    def silent(self, now: float) -> list[str]:
        """The watchdogs nobody has heard of for too long: nothing would end the process if its reader stood still."""
        return sorted(name for name, last in self.rounds.items() if now - last > SILENT_S)

    @property
    def closed(self) -> str | None:
        """Why nobody should be sent to the door; None once everything was started, until we are told to stop.

        What happens to others meanwhile, be it our database, changes nothing here: it is the same for all replicas,
        and the door itself answers who comes, and tells them when to come again.
        """
        return self.conditions.get("started", "not yet")

    @property
    def ready(self) -> bool:
        """Whether everything it does works: for people, and for who waits until a house has come up."""
        return bool(self.conditions) and all(why is None for why in self.conditions.values())


def probes(health: Health) -> Starlette:
    """`/live` and `/open` for an orchestrator, `/ready` for people, all with reasons; `/telemetry` for Prometheus."""

    async def live(_: Request) -> Response:
        silent = health.silent(asyncio.get_running_loop().time())
        body = {"name": health.name, "alive": not silent} | ({"silent": silent} if silent else {})
        return JSONResponse(body, status_code=503 if silent else 200)

    async def opened(_: Request) -> Response:
        why = health.closed
        body = {"name": health.name, "open": why is None, "why": why or "ok"}
        return JSONResponse(body, status_code=200 if why is None else 503)

    async def ready(_: Request) -> Response:
        body = {
            "name": health.name,
            "ready": health.ready,
            "conditions": {name: why or "ok" for name, why in (health.conditions | health.doubts).items()},
            "figures": {name: read() for name, read in health.figures.items()},
        }
        return JSONResponse(body, status_code=200 if health.ready else 503)

    async def telemetry(asked: Request) -> Response:
        text, media_type = await health.readings.scrape(asked.headers.get("accept", ""))
        return Response(text, headers={"content-type": media_type, "cache-control": "no-store"})

    answers = {"/live": live, "/open": opened, "/ready": ready, "/telemetry": telemetry}
    return Starlette(routes=[Route(path, answer) for path, answer in answers.items()])
