"""Another system: it publishes to the inbound topic until it is acknowledged, and then perhaps once more."""

import asyncio
import json
from datetime import UTC, datetime

from aiokafka.errors import KafkaError

from services.intake.report import incident_id_of
from tests.system.wire import Wire

SOURCE = "/hotline/system-test"
BINARY, STRUCTURED = "binary", "structured"


def a_submission(**changes):
    """A report as another system sends it."""
    return {
        "area": "620522100001",
        "category": "land",
        "channel": "hotline",
        "occurred_at": datetime.now(UTC).isoformat(),
        "parties": ["applicant", "respondent"],
    } | changes


def headers(kind, name, source=SOURCE, **changes):
    """The headers of a binary-mode event; a changed value of None leaves one out."""
    given = {
        "ce_specversion": b"1.0",
        "ce_id": name.encode(),
        "ce_source": source.encode(),
        "ce_type": kind.encode(),
        "content-type": b"application/json",
    } | changes
    return [(name, value) for name, value in given.items() if value is not None]


class Partner:
    """Publishes to one tier's inbound topic, under the name of its own source."""

    def __init__(self, bootstrap, tier="village", source=SOURCE):
        self._bootstrap = bootstrap
        self._source = source
        self._topic = f"{tier}.inbound"
        self._wire = None
        self._said = {}
        """What was sent under each name: sent again, it is the same."""
        self._lock = asyncio.Lock()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._drop()

    async def report(self, name, mode=BINARY, **changes):
        """Submits a report; the id its incident will have."""
        body = self._said.setdefault(name, a_submission(**changes))
        await self.send("report.submitted.v1", name, body, name, mode)
        return incident_id_of(self._source, name)

    async def act(self, name, of, action, mode=BINARY, **fields):
        """Submits an action on the report named `of`."""
        body = {
            "report_id": of,
            "occurred_at": datetime.now(UTC).isoformat(),
            "action": {"action": action, **fields},
        }
        await self.send("action.submitted.v1", name, self._said.setdefault(name, body), of, mode)

    async def ask(self, name, incident, action, actor=None, **fields):
        """Submits an action on an incident whose id it was told."""
        body = {
            "incident_id": incident,
            "occurred_at": datetime.now(UTC).isoformat(),
            "action": {"action": action, **fields},
        } | ({} if actor is None else {"actor": actor})
        await self.send("action.submitted.v1", name, self._said.setdefault(name, body), incident)

    async def send(self, kind, name, body, key, mode=BINARY):
        """Sends one event and sends it again until the broker has acknowledged it."""
        if mode == STRUCTURED:
            envelope = {"specversion": "1.0", "id": name, "source": self._source, "type": kind, "data": body}
            given = [("content-type", b"application/cloudevents+json; charset=utf-8")]
        else:
            envelope, given = body, headers(kind, name, self._source)
        await self.raw(key.encode(), json.dumps(envelope).encode(), given)

    async def raw(self, key, value, given):
        """Any record at all."""
        async with self._lock:
            while True:
                try:
                    await self._send(key, value, given)
                except (KafkaError, OSError, TimeoutError):
                    await self._drop()
                    await asyncio.sleep(0.3)
                else:
                    return

    async def _send(self, key, value, given):
        if self._wire is None:
            wire = Wire(self._bootstrap)
            await wire.__aenter__()
            self._wire = wire
        await asyncio.wait_for(self._wire.send(self._topic, key, value, given), 15)

    async def _drop(self):
        wire, self._wire = self._wire, None
        if wire is not None:
            try:
                await asyncio.wait_for(wire.__aexit__(), 3)
            except (KafkaError, OSError, TimeoutError):
                return
