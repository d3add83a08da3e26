"""How we read from Kafka: raw batches, acknowledged by hand; every number with its reason."""

import logging
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from messaging import lenient
from messaging.broker import Broker
from messaging.inbox import BATCH

POLL_MS = 20
"""What FastStream waits after an empty poll. It sees one only when we stop: `patient` waits for records itself."""
FETCH_MIN_BYTES = 131_072
FETCH_WAIT_MS = 50
"""While records come, the broker gathers this much, or this long: a fetch names every partition and costs its client a
millisecond of pure Python, so fetching per event would cost more than the events do. The price is some tens of
milliseconds a hop."""
PARTITION_BYTES = 262_144
"""What is fetched ahead per partition: with 12 partitions of a few topics it bounds the memory of a backlog."""
FETCH_BYTES = 4_194_304
SESSION_MS = 15_000
"""A member of which the broker has heard nothing for so long is gone; until then the partitions of one that was killed
rest. Longer than a server keeps the locks of a machine that vanished (`database.NOTICED`, 11 s), for which a successor
would only wait; and longer than a process stands still on a crowded machine, because one that lives and is given up
makes its whole group rest. Nobody who stops in order is waited for: they say so."""
HEARTBEAT_MS = 1_000
"""How often a member asks how its group is. So it learns that another has come or gone; until the last has learned of
it, the partitions that are to change hands rest."""
REBALANCE_MS = 30_000
"""How long a member may take to come when its group shares out anew: as long as a statement of the batch in hand that
runs into its time-out, and its roll-back that does so as well."""
RETRY_MS = 500
"""Between tries while the broker is away: twelve processes must leave it the CPU it needs to come back."""
REQUEST_MS = 45_000
"""Bounds JoinGroup too, so it must exceed the rebalance time-out by ten seconds or the consumer loops."""
RAW_BATCHES: dict[str, Any] = {
    "batch": True,
    "no_reply": True,
    "ack_policy": AckPolicy.MANUAL,
    "auto_offset_reset": "earliest",
    "max_records": BATCH,
    "batch_timeout_ms": POLL_MS,
    "fetch_max_wait_ms": FETCH_WAIT_MS,
    "fetch_min_bytes": FETCH_MIN_BYTES,
    "fetch_max_bytes": FETCH_BYTES,
    "max_partition_fetch_bytes": PARTITION_BYTES,
    "session_timeout_ms": SESSION_MS,
    "heartbeat_interval_ms": HEARTBEAT_MS,
    "rebalance_timeout_ms": REBALANCE_MS,
    "max_poll_interval_ms": 600_000,
    "include_in_schema": False,
}
"""How every topic is read."""


def consuming(broker: Broker, group: str) -> KafkaBroker:
    """The library's connection, for reading only."""
    lenient.teach()
    return KafkaBroker(
        broker.bootstrap,
        security=broker.security(),
        client_id=group,
        request_timeout_ms=REQUEST_MS,
        metadata_max_age_ms=30_000,
        retry_backoff_ms=RETRY_MS,
        allow_auto_create_topics=False,
        consumer_only=True,  # the relay has a producer of its own, which it can rebuild
        logger=logging.getLogger("faststream"),
    )
