"""Which databases and which broker belong together: the local stack's, or those the environment names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.databases import Place, named, of_stack, variable
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from messaging.broker import At, Broker
from policy import load
from schemas.base import SERVICES, TIERS, Service, Tier

Whose = tuple[Tier, Service]


@dataclass(frozen=True, slots=True)
class House:
    """A county's installation as an operator reaches it, or the part of it that was asked for."""

    kafka: At
    places: Mapping[Whose, Place]
    whole: bool
    """Whether all tiers there are were asked for: who owns an incident can be told only then."""
    zone: ZoneInfo

    def of(self, service: Service) -> list[Tier]:
        """The tiers of which a service's database is at hand, village first."""
        return [tier for tier in TIERS if (tier, service) in self.places]


def house(data: Path, tier: Tier | None, kafka: Broker | None, policy: Path | None) -> House:
    """What the environment names, else the local stack's. Raises `StackError` when there is neither."""
    found = named(None, tier)
    if not found and kafka is None:
        stack = Stack(data)
        return House(
            stack.kafka, _by_whose(of_stack(data, None, tier)), tier is None, zone_of(policy or stack.policy)
        )
    if not (found and kafka and policy):
        raise StackError(
            "outside the local stack, name --kafka, --policy, and each database by a variable such as"
            f" {variable('village', 'routing')}"
        )
    return House(kafka, _by_whose(found), tier is None, zone_of(policy))


def _by_whose(places: Iterable[Place]) -> dict[Whose, Place]:
    return {_whose(one): one for one in places}


def _whose(place: Place) -> Whose:
    tier, _, service = place.name.partition("-")
    return next((one, kind) for one in TIERS for kind in SERVICES if (one, kind) == (tier, service))


def zone_of(policy: Path) -> ZoneInfo:
    """Where a day begins, by a policy file. Raises `StackError`."""
    try:
        return load.policy(policy).zone
    except load.Refused as error:
        raise StackError(str(error)) from error
