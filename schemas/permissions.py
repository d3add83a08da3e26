"""Who may do what at the broker: exactly what the table of topics says, and nothing is allowed besides."""

from collections.abc import Collection
from typing import Literal, NamedTuple

from schemas.base import SERVICES, TIERS, Service, Tier
from schemas.topics import TOPICS, groups_of, topics_read_by

Operation = Literal["Read", "Write", "Delete", "Describe", "DescribeConfigs"]
"""Read, Write and Delete let describe as well. An idempotent producer needs no more than Write. Delete is for records
that were applied; brokers do not tell it from deleting the topic."""
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


def of_service(service: Service, tier: Tier, tiers: Collection[Tier] = TIERS) -> Permissions:
    """Writes its own topics, reads what it listens to in a county of these tiers, in its own groups.

    What it has itself said it reads again: before it starts, since its database must not be behind that, and when it
    is led back after a restore, as metrics with the figures it had published.
    """
    written = [one for one in TOPICS.values() if (one.flow.writer, one.tier) == (service, tier)]
    read = topics_read_by(service, tier, tiers)
    return frozenset(
        {
            *(Permission("topic", one.name, "Delete") for one in read if one.flow.trimmed),
            *(Permission("topic", one.name, "Write") for one in written),
            *(Permission("topic", one.name, "Read") for one in written),
            *(Permission("topic", one.name, "Read") for one in read),
            *(Permission("group", name, "Read") for name in groups_of(service, tier)),
        }
    )


def of_partners(tier: Tier) -> Permissions:
    """Other systems: they submit, and see nothing of what becomes of it here."""
    submitted = {one.name for one in TOPICS.values() if (one.flow.writer, one.tier) == ("partners", tier)}
    return frozenset(Permission("topic", name, "Write") for name in submitted)


def of_scaler(tiers: Collection[Tier] = TIERS) -> Permissions:
    """How far every group is behind on every topic it reads, in a county of these tiers."""
    readers = [(service, tier) for service in SERVICES for tier in tiers]
    read = {one.name for reader in readers for one in topics_read_by(*reader, tiers)}
    return frozenset({*_seen(tiers), *(Permission("topic", name, "Describe") for name in read)})


def of_operator(tiers: Collection[Tier] = TIERS) -> Permissions:
    """What comparing stores with topics needs, and looking at how topics are set, in a county of these tiers."""
    there = [one.name for one in TOPICS.values() if one.tier in tiers]
    return frozenset(
        {
            *(Permission("topic", name, "Read") for name in there),
            *(Permission("topic", name, "DescribeConfigs") for name in there),
            *_seen(tiers),
        }
    )


def _seen(tiers: Collection[Tier]) -> Permissions:
    """Looking at every group of these tiers; a group is its service's own, whichever tiers there are."""
    names = {name for service in SERVICES for tier in tiers for name in groups_of(service, tier)}
    return frozenset(Permission("group", name, "Describe") for name in names)


def partners(tier: Tier) -> str:
    """The principal of a tier's partners."""
    return f"{tier}-partners"


def of_tier(tier: Tier, tiers: Collection[Tier] = TIERS) -> dict[str, Permissions]:
    """Every principal that belongs to a tier, in a county of these tiers."""
    services = {f"{tier}-{service}": of_service(service, tier, tiers) for service in SERVICES}
    return {**services, partners(tier): of_partners(tier)}


def everybody(tiers: Collection[Tier] = TIERS) -> dict[str, Permissions]:
    """Every principal there is in a county of these tiers; whoever else connects may do nothing."""
    theirs = {name: found for tier in tiers for name, found in of_tier(tier, tiers).items()}
    return {**theirs, SCALER: of_scaler(tiers), OPERATOR: of_operator(tiers)}


def heard(tier: Tier) -> dict[str, Permissions]:
    """What principals of other tiers may do because this tier is there; those that gain nothing are left out.

    The scaler gains as well: what a tier says to the others has readers only where there is another.
    """
    others = [one for one in TIERS if one != tier]
    gained = {
        name: found - of_tier(other, (other,))[name]
        for other in others
        for name, found in of_tier(other, (other, tier)).items()
    }
    gained[SCALER] = frozenset(
        one
        for one in of_scaler() - of_scaler((tier,))
        if one.kind == "topic" and TOPICS[one.name].tier == tier
    )
    return {name: found for name, found in gained.items() if found}
