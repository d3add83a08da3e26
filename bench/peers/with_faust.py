"""The same cells with Faust: `python with_faust.py KAFKA GROUP FOLDER once|again`, in an environment of its own.

A table belongs to the partition of the event that changes it, so each partition has cells of its own: they add up, and
nothing has to be sent to another partition first. The table is kept in memory, with a changelog topic.
"""

import sys

import faust

from bench.peers.counted import TOPICS_READ, changes, plus
from schemas.topics import PARTITIONS


def application(kafka: str, group: str, folder: str, guarantee: str) -> faust.App:
    """The application, which counts until it is stopped."""
    app = faust.App(
        group,
        broker=f"kafka://{kafka}",
        datadir=folder,
        store="memory://",
        processing_guarantee="exactly_once" if guarantee == "once" else "at_least_once",
        topic_partitions=PARTITIONS,
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        topic_replication_factor=1,
        web_enabled=False,
    )
    events = app.topic(*TOPICS_READ, key_serializer="raw", value_serializer="raw", value_type=bytes)
    table = app.Table("cells", partitions=PARTITIONS, key_type=str, value_type=dict)

    @app.agent(events)  # type: ignore[untyped-decorator]
    async def count(stream: faust.Stream[bytes]) -> None:
        async for event in stream.events():
            headers = event.headers.items() if isinstance(event.headers, dict) else event.headers
            for cell, by in changes(headers, event.value):
                place = f"{event.message.partition}|{cell}"
                table[place] = plus(table.get(place), by)

    return app


if __name__ == "__main__":
    made = application(*sys.argv[1:])
    sys.argv = ["faust", "worker", "-l", "warn"]
    made.main()
