"""What the process says of itself on its own port: alive, ready, and why not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(slots=True)
class Health:
    """Named conditions; ready when all hold, alive unless the watchdog said otherwise."""

    name: str
    conditions: dict[str, str | None] = field(default_factory=dict)
    """Condition → None when it holds, else why not."""
    doubts: dict[str, str | None] = field(default_factory=dict)
    """Conditions that are shown but do not stop work from being sent here."""
    figures: dict[str, Callable[[], Any]] = field(default_factory=dict)
    """Numbers worth seeing beside the conditions, read when asked."""

    def set(self, condition: str, *, ok: bool, why: str = "not yet") -> None:
        """Notes whether a condition holds."""
        self.conditions[condition] = None if ok else why

    def doubt(self, condition: str, why: str | None) -> None:
        """Notes trouble that a caller need not feel, such as a broker that is away: the outbox keeps everything."""
        self.doubts[condition] = why

    @property
    def ready(self) -> bool:
        """Whether work may be sent here."""
        return bool(self.conditions) and all(why is None for why in self.conditions.values())


def probes(health: Health) -> Starlette:
    """`/live` and `/ready` for an orchestrator, both with the reasons in JSON."""

    async def live(_: Request) -> Response:
        return JSONResponse({"name": health.name, "alive": True})

    async def ready(_: Request) -> Response:
        body = {
            "name": health.name,
            "ready": health.ready,
            "conditions": {name: why or "ok" for name, why in (health.conditions | health.doubts).items()},
            "figures": {name: read() for name, read in health.figures.items()},
        }
        return JSONResponse(body, status_code=200 if health.ready else 503)

    return Starlette(routes=[Route("/live", live), Route("/ready", ready)])
