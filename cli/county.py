"""Where the public doors of a county stand, and what it shows at them."""

from dataclasses import dataclass
from typing import Any

from cli.cast import Places
from cli.knock import Knocker
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from schemas.base import SERVICES, TIERS, Service, Tier

DOORS = "http://{tier}-{service}:8080"
"""The doors as compose and Kubernetes name them."""


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
        tiers = tuple(tier for tier in TIERS if all(f"{tier}-{service}" in running for service in SERVICES))
        if not tiers:
            raise StackError(f"no tier runs in {stack.data}; start it first (fengqiao up)")
        doors = {(tier, service): stack.url(f"{tier}-{service}") for tier in tiers for service in SERVICES}
        return cls(tiers, doors, stack.kafka)

    @classmethod
    def at(cls, doors: str, kafka: str) -> "County":
        """The doors of a county elsewhere, by a pattern with `{tier}` and `{service}`, else `StackError`."""
        if not all(word in doors for word in ("{tier}", "{service}")):
            raise StackError(f"--doors needs {{tier}} and {{service}}, such as {DOORS}")
        named = {
            (tier, service): doors.replace("{tier}", tier).replace("{service}", service)
            for tier in TIERS
            for service in SERVICES
        }
        return cls(TIERS, named, kafka)

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
