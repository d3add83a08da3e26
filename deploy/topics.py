"""What a topic of the table is on a broker: its settings there, and what differs between the two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class TopicPlan(Protocol):
    """What creation needs to know of a topic."""

    @property
    def name(self) -> str:
        """The full name, such as ``village.intake``."""
        ...

    @property
    def partitions(self) -> int:
        """How many; never fewer later."""
        ...

    @property
    def retention_ms(self) -> int:
        """How long records stay."""
        ...

    @property
    def segment_ms(self) -> int | None:
        """After what time a file is closed; None where the broker decides."""
        ...

    @property
    def cleanup(self) -> str:
        """``delete`` or ``compact``."""
        ...

    @property
    def max_bytes(self) -> int:
        """The largest record batch."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as a broker has it; ``replicas`` are those of the partition that has the fewest."""

    partitions: int
    replicas: int
    settings: Mapping[str, str]
    """What is in force, the broker's defaults among them."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What was set for this topic: kept when one of ours is mended."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a broker has otherwise than the table says."""

    topic: str
    what: str
    there: str
    wanted: str
    advice: str = ""
    """What an operator has to do; empty where setting it again is enough."""

    def __str__(self) -> str:
        told = f"{self.topic}: {self.what} is {self.there}, not {self.wanted}"
        return f"{told}; {self.advice}" if self.advice else told


_AFRESH = (
    "a key would fall on another partition than before: stop the services, let them read to the end, delete the "
    "topic, create it again, and let its writer's outbox or its archive fill it"
)
_REASSIGN = (
    "give it the replicas with kafka-reassign-partitions.sh, or say --replicas as they are meant to be"
)


def settings(topic: TopicPlan, replicas: int) -> dict[str, str]:
    """The settings a topic gets on a broker, by Kafka's names."""
    return {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_bytes),
        "min.insync.replicas": str(least_in_sync(replicas)),
        **({} if topic.segment_ms is None else {"segment.ms": str(topic.segment_ms)}),
    }


def least_in_sync(replicas: int) -> int:
    """How many replicas must have a record before it is acknowledged: one broker may be away, if there are others."""
    return max(1, replicas - 1)


def differences(topic: TopicPlan, found: Found | None, replicas: int) -> list[Difference]:
    """Everything that is not as the table says."""
    if found is None:
        return [Difference(topic.name, "topic", "missing", "as in the table")]
    counted = (
        ("partitions", found.partitions, topic.partitions, _AFRESH),
        ("replicas", found.replicas, replicas, _REASSIGN),
    )
    wanted = settings(topic, replicas)
    return [
        *(
            Difference(topic.name, what, str(there), str(many), advice)
            for what, there, many, advice in counted
            if there != many
        ),
        *(
            Difference(topic.name, key, found.settings.get(key, "unset"), value)
            for key, value in wanted.items()
            if found.settings.get(key) != value
        ),
    ]


def all_differences(
    topics: Iterable[TopicPlan], found: Mapping[str, Found], replicas: int
) -> list[Difference]:
    """The differences of all topics, in the order of the table."""
    return [one for topic in topics for one in differences(topic, found.get(topic.name), replicas)]
