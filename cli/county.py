"""Where the public doors of a county stand, and what it shows at them."""

from dataclasses import dataclass
from typing import Any

from cli.cast import Places
from cli.knock import Knocker
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from schemas.base import TIERS, Service, Tier


@dataclass(frozen=True, slots=True)
class County:
    """The addresses of the services, and of Kafka, which other systems speak to."""

    tiers: tuple[Tier, ...]
    doors: dict[tuple[Tier, Service], str]
    kafka: str

    @classmethod
    def of(cls, stack: Stack) -> "County":
        """The doors of a running local stack; `StackError` unless whole tiers run."""
        running = stack.programs()
        services: tuple[Service, ...] = ("intake", "routing", "followup", "metrics")
        tiers = tuple(tier for tier in TIERS if all(f"{tier}-{service}" in running for service in services))
        if not tiers:
            raise StackError(f"no tier runs in {stack.data}; start it first (fengqiao up)")
        doors = {(tier, service): stack.url(f"{tier}-{service}") for tier in tiers for service in services}
        return cls(tiers, doors, stack.kafka)

    def url(self, tier: Tier, service: Service, path: str) -> str:
        """The address of something at a door."""
        return self.doors[tier, service] + path

    async def places(self, knocker: Knocker) -> Places:
        """The registry of areas."""
        answer = await knocker.get(self.url(self.tiers[-1], "metrics", "/v1/areas"))
        return Places.of(answer.raise_for_status().json()["areas"])

    async def figures(self, knocker: Knocker) -> dict[str, Any]:
        """The present figures, as the uppermost tier knows them."""
        answer = await knocker.get(self.url(self.tiers[-1], "metrics", "/v1/metrics"))
        figures: dict[str, Any] = answer.raise_for_status().json()
        return figures
