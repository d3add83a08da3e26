"""The same cells with Quix Streams: `python with_quix.py KAFKA GROUP FOLDER once|again`, in an environment of its own.

Cells are keyed by what they are counted by, so the increments go through a repartition topic; the state is kept in
RocksDB with a changelog topic. `once`: everything happens in Kafka transactions, as our own effects happen once.
"""

import sys
from typing import Any

from quixstreams import Application, State

from bench.peers.counted import TOPICS_READ, changes, plus


def run(kafka: str, group: str, folder: str, guarantee: str) -> None:
    """Counts until it is stopped."""
    app = Application(
        broker_address=kafka,
        consumer_group=group,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once" if guarantee == "once" else "at-least-once",
        commit_interval=1.0,
        state_dir=folder,
        loglevel="WARNING",
    )
    first, *others = [
        app.dataframe(app.topic(name, value_deserializer="bytes", key_deserializer="str"))
        for name in TOPICS_READ
    ]
    for other in others:
        first = first.concat(other)
    found = first.apply(_found, expand=True, metadata=True)
    found.group_by(lambda one: one[0], name="cell").apply(_count, stateful=True)
    app.run()


def _found(value: bytes, _key: object, _at: int, headers: list[tuple[str, bytes]] | None) -> list[list[Any]]:
    return [[cell, by] for cell, by in changes(headers or (), value)]


def _count(change: list[Any], state: State) -> None:
    state.set("counts", plus(state.get("counts"), change[1]))


if __name__ == "__main__":
    run(*sys.argv[1:])
