"""What a tier's metrics says, as records of its compacted topic. Each key holds what it said last of that."""

from datetime import datetime
from hashlib import blake2b

from messaging.producer import Outgoing
from schemas.base import Event, Tier
from schemas.metrics import MetricCell, MetricHeartbeat, MetricRestated
from schemas.topics import source_of


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

    def heartbeat(self, as_of: datetime) -> Outgoing:
        """That all of it is current as of a moment."""
        beat = MetricHeartbeat(tier=self._tier, as_of=as_of)
        return self._record("heartbeat", f"heartbeat/{as_of.isoformat()}", beat)

    def _record(self, key: str, name: str, event: Event) -> Outgoing:
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", name.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", event.type.encode()),
            ("ce_subject", key.encode()),
            ("content-type", b"application/json"),
        ]
        return Outgoing(self._topic, key.encode(), event.model_dump_json().encode(), headers)


def _place(one: MetricCell | MetricRestated) -> str:
    return f"{one.area}|{one.day.isoformat()}|{one.category}|{one.channel}"
