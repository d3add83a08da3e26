"""Who may do what at the broker: exactly what the table of topics says, and nothing is allowed besides."""

from typing import Literal, NamedTuple

from schemas.base import SERVICES, TIERS, Service, Tier
from schemas.topics import TOPICS, groups_of, topics_read_by

Operation = Literal["Read", "Write", "Describe", "DescribeConfigs"]
"""Read and Write let describe as well. An idempotent producer needs no more than Write."""
SCALER = "keda"
"""Looks how far groups are behind; sees no record."""
OPERATOR = "operator"
"""The commands of whoever looks after the system: reads everything, changes nothing."""


class Permission(NamedTuple):
    """One operation on one topic or consumer group."""

    kind: Literal["topic", "group"]
    name: str
    operation: Operation


Permissions = frozenset[Permission]


def of_service(service: Service, tier: Tier) -> Permissions:
    """Writes its own topics, reads what it listens to, in its own groups.

    What it has itself said it reads again: before it starts, since its database must not be behind that, and when it
    is led back after a restore, as metrics with the figures it had published.
    """
    written = [one for one in TOPICS.values() if (one.flow.writer, one.tier) == (service, tier)]
    return frozenset(
        {
            *(Permission("topic", one.name, "Write") for one in written),
            *(Permission("topic", one.name, "Read") for one in written),
            *(Permission("topic", one.name, "Read") for one in topics_read_by(service, tier)),
            *(Permission("group", name, "Read") for name in groups_of(service, tier)),
        }
    )


def of_partners(tier: Tier) -> Permissions:
    """Other systems: they submit, and see nothing of what becomes of it here."""
    submitted = {one.name for one in TOPICS.values() if (one.flow.writer, one.tier) == ("partners", tier)}
    return frozenset(Permission("topic", name, "Write") for name in submitted)


def of_scaler() -> Permissions:
    """How far every group is behind on every topic it reads."""
    groups = {
        name: topics
        for service in SERVICES
        for tier in TIERS
        for name, topics in groups_of(service, tier).items()
    }
    read = {one.name for topics in groups.values() for one in topics}
    return frozenset(
        {
            *(Permission("group", name, "Describe") for name in groups),
            *(Permission("topic", name, "Describe") for name in read),
        }
    )


def of_operator() -> Permissions:
    """What comparing stores with topics needs, and looking at how topics are set."""
    groups = {name for service in SERVICES for tier in TIERS for name in groups_of(service, tier)}
    return frozenset(
        {
            *(Permission("topic", name, "Read") for name in TOPICS),
            *(Permission("topic", name, "DescribeConfigs") for name in TOPICS),
            *(Permission("group", name, "Describe") for name in groups),
        }
    )


def partners(tier: Tier) -> str:
    """The principal of a tier's partners."""
    return f"{tier}-partners"


def of_tier(tier: Tier) -> dict[str, Permissions]:
    """Every principal that belongs to a tier."""
    services = {f"{tier}-{service}": of_service(service, tier) for service in SERVICES}
    return {**services, partners(tier): of_partners(tier)}


def everybody() -> dict[str, Permissions]:
    """Every principal there is; whoever else connects may do nothing."""
    tiers = {name: found for tier in TIERS for name, found in of_tier(tier).items()}
    return {**tiers, SCALER: of_scaler(), OPERATOR: of_operator()}
