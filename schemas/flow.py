"""One kind of topic as the table of topics (`schemas/topics.py`) describes it."""

from dataclasses import dataclass
from typing import Literal

from schemas.base import Event, Service, Tier

Kind = Literal["inbound", "intake", "routing", "handoff", "followup", "metrics"]
Reach = Literal["same", "other", "all"]
"""Which tiers' copies of a service read the topic, seen from the topic's own tier."""


HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of topic; there is a topic of the kind for each tier."""

    kind: Kind
    writer: Service | Literal["partners"]
    readers: tuple[tuple[Service, Reach], ...]
    events: tuple[type[Event], ...]
    key: str = "incident id"
    retention_ms: int = 14 * DAY_MS
    segment_ms: int | None = None
    """After what time a file of it is closed, and may be deleted once all in it was; the broker's own unless given."""
    trimmed: bool = False
    """Whether its reader deletes what it has applied: whatever others say there of people goes."""
    cleanup: Literal["delete", "compact"] = "delete"
    max_bytes: int = 1_048_576
    sequenced: bool = True
    """Whether events are numbered per incident. The untrusted topic is not; cells carry versions instead."""
    group: str = ""
    """What the consumer group that reads it is called behind its service's name, where it is one of its own."""


def reaches(reach: Reach, topic_tier: Tier, reader_tier: Tier) -> bool:
    """Whether a service of one tier reads a topic of another, or of its own."""
    match reach:
        case "same":
            return topic_tier == reader_tier
        case "other":
            return topic_tier != reader_tier
        case "all":
            return True
