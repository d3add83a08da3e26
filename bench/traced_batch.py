"""One batch for a reader and its relay, without broker and database: `python -m bench.traced_batch ROUNDS [SHARE]`.

To be counted, not timed: valgrind's `cachegrind --cache-sim=no` tells its instructions, and nothing else on the
machine changes them. Runs in a tree from before there were spans, too (`ROUNDS before`). 5 rounds less 1 are 4 batches.
"""

import asyncio
import importlib
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import schemas
from messaging import outbox
from messaging.database import Connection
from messaging.envelope import Draft, Faults, Message, Outcome, Record
from messaging.inbox import Inbox, Reading
from messaging.layout import headers_of
from messaging.stages import stage
from schemas.routing import IncidentAccepted
from schemas.topics import TOPICS

READ, WRITTEN = 500, 170
"""Of a lifecycle's messages a third are answered by an event."""
TOPIC = TOPICS["village.routing"]
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
STAGES: tuple[Literal["guard", "apply", "commit", "offsets"], ...] = ("guard", "apply", "commit", "offsets")
EXAMPLE = Path(schemas.__file__).parent / "examples" / "incident.accepted.v1.json"
Row = dict[str, Any]
Spans: Any = importlib.import_module("messaging.spans") if sys.argv[-1] != "before" else None


class _Tables:
    """As much of a connection as storing events needs."""

    async def fetch(self, statement: str, *values: Any) -> list[Any]:  # noqa: ANN401 - as the library has it
        """Numbers of the first events, or places in the queue."""
        if "generate_series" in statement:
            return [(one,) for one in range(values[0])]
        return [{"topic": TOPIC.name, "key": f"incident-{one}", "last_seq": 1} for one in range(WRITTEN)]

    async def copy_records_to_table(self, *_: object, **__: object) -> None:
        """Stored."""


def _row(number: int, share: float) -> Row:
    flags = "01" if number % 100 < 100 * share else "00"
    return {
        "id": number, "topic": TOPIC.name, "key": f"incident-{number}", "seq": 1, "type": IncidentAccepted.type,
        "occurred_at": NOW, "recorded_at": NOW,
        "traceparent": f"00-{number + 1:032x}-b7ad6b7169203331-{flags}",
    }  # fmt: skip


def _record(row: Any, body: bytes) -> Record:  # noqa: ANN401 - a row is read by name only
    headers = tuple(headers_of(row, TOPIC.source))
    return Record(TOPIC.name, 0, row["id"], row["key"].encode(), headers, body)


async def _nothing(tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
    del tx, messages, now
    return Outcome([], Faults())


class _Batch:
    """What is done to one."""

    def __init__(self, share: float) -> None:
        body = EXAMPLE.read_bytes()
        event = IncidentAccepted.model_validate_json(body)
        self._records = [_record(_row(one, share), body) for one in range(READ)]
        self._drafts = [
            Draft(TOPIC.name, f"incident-{one}", event, NOW, _row(one, 0)["traceparent"])
            for one in range(WRITTEN)
        ]
        self._rows: list[Any] = [_row(one, share) for one in range(WRITTEN)]
        nowhere: Any = SimpleNamespace()
        self._inbox = Inbox(nowhere, Reading((TOPIC,), (IncidentAccepted,), _nothing), lambda: None)

    async def read(self) -> None:
        tables: Any = _Tables()
        with Spans.applying("village-followup", READ) if Spans else nullcontext():
            with stage("decode"):
                self._inbox._decoded(self._records)  # noqa: SLF001 - the part that can be had without a database
            for name in STAGES:
                with stage(name):
                    pass
            with stage("outbox"):
                await outbox.put(tables, self._drafts, NOW)

    def send(self) -> None:
        with Spans.sending(WRITTEN) if Spans else nullcontext():
            with stage("send"):
                for row in self._rows:
                    more = (Spans.departing(row),) if Spans else ()
                    headers_of(row, TOPIC.source, *more)
            with stage("mark"):
                pass


def _record_spans(share: float) -> None:
    tracing = importlib.import_module("messaging.tracing")
    provider = importlib.import_module("opentelemetry.sdk.trace").TracerProvider(shutdown_on_exit=False)
    tracing.RECORDING.tracer, tracing.RECORDING.share = provider.get_tracer("bench"), share


async def _main(rounds: int, share: float) -> None:
    batch = _Batch(share)
    for _ in range(rounds):
        await batch.read()
        batch.send()


if __name__ == "__main__":
    asked = 0.0 if len(sys.argv) < 3 or sys.argv[2] == "before" else float(sys.argv[2])
    if asked:
        _record_spans(asked)
    asyncio.run(_main(int(sys.argv[1]), asked))
