"""What Kafka says: whether it answers and lets us work, how its topics are set, how far each group is behind."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from aiokafka.errors import TopicAuthorizationFailedError

from cli.doctoring.judged import Line, hidden, kafka_version, lag, permissions, topics, unseen
from cli.houses import Whose
from deploy import cluster
from deploy.topics import all_differences
from messaging import rights
from messaging.broker import At, Broker
from messaging.tails import Tails
from schemas.base import TIERS, Tier
from schemas.permissions import Permission, Permissions
from schemas.topics import TOPICS, groups_of


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and what they need."""

    who: str
    needed: Permissions
    tiers: Collection[Tier] = TIERS
    """Which tiers the county has: nothing is missing of one that it has not."""


async def looked(broker: At, replicas: int | None, whose: list[Whose], asking: Asking) -> list[Line]:
    """All of it; without `replicas`, as many as the topics have. Raises `KafkaError`, `OSError`."""
    needed = asking.needed
    missing = set(await rights.refused(broker, needed | _seeing(whose, asking.tiers)))
    forbidden = [rights.told([one]) for one in sorted(missing & needed)]
    address = Broker.at(broker).bootstrap
    lines = [kafka_version(address, await rights.spoken(broker)), permissions(asking.who, forbidden)]
    lines += await _topics(broker, replicas, missing, asking.tiers)
    for one in whose:
        for group, read in groups_of(one[1], one[0], asking.tiers).items():
            lines.append(await _lag(broker, group, [topic.name for topic in read], missing))
    return lines


def _seeing(whose: Collection[Whose], tiers: Collection[Tier]) -> Permissions:
    """What is asked beyond that so that nothing counts as missing that is only not shown."""
    groups = {name for one in whose for name in groups_of(one[1], one[0], tiers)}
    return frozenset(
        {
            *(Permission("topic", name, "Describe") for name, one in TOPICS.items() if one.tier in tiers),
            *(Permission("group", name, "Describe") for name in groups),
        }
    )


async def _topics(
    broker: At, replicas: int | None, missing: AbstractSet[Permission], tiers: Collection[Tier]
) -> list[Line]:
    address = Broker.at(broker).bootstrap
    ours = [one for one in TOPICS.values() if one.tier in tiers]
    shown = [one for one in ours if Permission("topic", one.name, "Describe") not in missing]
    try:
        there = await cluster.found(broker, shown)
    except TopicAuthorizationFailedError:
        return [unseen(address)]
    if not shown:
        return [unseen(address)]
    wanted = replicas or max((one.replicas for one in there.values()), default=1)
    differences = [str(one) for one in all_differences(shown, there, wanted)]
    lines = [Line("ok", "Kafka", f"{address}, {len(there)} of our topics, {wanted} replicas")]
    lines += topics(differences, len(shown))
    if wanted == 1:
        advice = "good for one machine; in production give every topic three replicas (fengqiao topics --replicas 3)"
        lines.append(Line("warn", "副本 replicas", "1: a lost disk loses the topics", advice))
    return lines


async def _lag(broker: At, group: str, names: list[str], missing: AbstractSet[Permission]) -> Line:
    needed = {
        Permission("group", group, "Describe"),
        *(Permission("topic", one, "Describe") for one in names),
    }
    return hidden(group) if needed & missing else lag(group, await _behind(broker, group, names))


async def _behind(broker: At, group: str, names: list[str]) -> int | None:
    async with Tails(broker, group) as tails:
        places = await tails.places(*names)
        spans, committed = await tails.spans(places), await tails.committed(places)
    if not committed:
        return None
    return sum(end - max(begin, committed.get(one, begin)) for one, (begin, end) in spans.items())
