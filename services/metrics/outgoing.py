"""What a tier's metrics says, as records of its compacted topic. Each key holds what it said last of that."""

from datetime import datetime
from hashlib import blake2b

from messaging.producer import Outgoing
from schemas.base import Event, Tier
from schemas.metrics import MetricCell, MetricDefinition, MetricHeartbeat, MetricRestated, MetricUnusualDay
from schemas.topics import source_of

_DEFINITION = "definition|"


class Voice:
    """Signs as one tier's metrics, and names everything so that it is called the same when it is said again."""

    def __init__(self, tier: Tier) -> None:
        self._tier = tier
        self._topic = f"{tier}.metrics"
        self.source = source_of("metrics", tier)

    def cell(self, one: MetricCell) -> Outgoing:
        """The current counts of a cell."""
        key = _place(one)
        return self._record(key, f"{key}/{one.version}", one)

    def restated(self, one: MetricRestated) -> Outgoing:
        """A row of the restatement log; its key would be too long for a name."""
        key = f"restated|{one.event}|{_place(one)}"
        return self._record(key, f"restated/{blake2b(key.encode(), digest_size=16).hexdigest()}", one)

    def definition(self, one: MetricDefinition) -> Outgoing:
        """What a figure is."""
        name = f"{one.id}@{one.version}"
        return self._record(_DEFINITION + name, _DEFINITION + name, one)

    def retired(self, name: str) -> Outgoing:
        """That a figure is no more: a tombstone, with which the broker forgets what it was."""
        key = _DEFINITION + name
        headers = self._headers(key, f"{key}/retired", MetricDefinition.type)
        return Outgoing(self._topic, key.encode(), None, headers)

    def unusual(self, one: MetricUnusualDay) -> Outgoing:
        """A day that is unusual, as it was judged."""
        key = f"unusual|{one.area}|{one.category}|{one.day.isoformat()}|{one.rule}"
        return self._record(key, key, one)

    def heartbeat(self, as_of: datetime) -> Outgoing:
        """That all of it is current as of a moment."""
        beat = MetricHeartbeat(tier=self._tier, as_of=as_of)
        return self._record("heartbeat", f"heartbeat/{as_of.isoformat()}", beat)

    def _record(self, key: str, name: str, event: Event) -> Outgoing:
        headers = self._headers(key, name, event.type)
        return Outgoing(self._topic, key.encode(), event.model_dump_json().encode(), headers)

    def _headers(self, key: str, name: str, kind: str) -> list[tuple[str, bytes]]:
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", name.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", kind.encode()),
            ("ce_subject", key.encode()),
            ("content-type", b"application/json"),
        ]


def _place(one: MetricCell | MetricRestated) -> str:
    return f"{one.area}|{one.day.isoformat()}|{one.category}|{one.channel}"
