"""Records that can never work, each of its own kind, for the untrusted topic and for our own."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from schemas.topics import TOPICS
from services.intake.report import incident_id_of
from tests.system.partner import a_submission, headers

PERSONAL = "王小明 13800138000"
REPORT = "report.submitted.v1"
TWO_MB = 2 * 1024 * 1024


@dataclass(frozen=True)
class Bad:
    """A record, and the reason under which it must be listed."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list
    reason: str
    told: str | None = None
    """Under which key its sender hears of it, when it says in order whose it is."""


def inbound():
    """One of each kind on `village.inbound`, with somebody's name and telephone in its key, a header and the body."""
    good = json.dumps(a_submission(note=PERSONAL), ensure_ascii=False).encode()

    def bad(reason, value=good, **changes):
        name = f"bad-{uuid4().hex}"
        source, told = changes.pop("source", "/hotline/poison"), changes.pop("told", True)
        given = headers(changes.pop("kind", REPORT), name, source, **changes)
        key = incident_id_of(source, name) if told else None
        return Bad("village.inbound", f"{PERSONAL} {name}".encode(), value, given, reason, key)

    long = json.dumps(a_submission(note=PERSONAL * (TWO_MB // 24)), ensure_ascii=False).encode()
    return [
        bad("not-utf-8", good[:-1] + b"\xff\xfe}"),
        bad("not-utf-8", good, ce_subject=b"\xff\xfe", told=False),
        bad("not-json", good[:-1]),
        bad("not-json", good[:-1] + b"}}"),
        bad("wrong-schema", json.dumps({"area": PERSONAL}).encode()),
        bad("wrong-schema", good, ce_specversion=b"9.9", told=False),
        bad("wrong-schema", good, ce_id=None, told=False),
        _nameless(bad("wrong-schema", good, told=False)),
        bad("unknown-type", good, kind="report.whispered.v1"),
        bad("null-value", None),
        bad("forged-source", good, source="/fengqiao/village/intake", told=False),
        bad("unknown-code", json.dumps(a_submission(category=PERSONAL.split(maxsplit=1)[0])).encode()),
        bad("personal-data", json.dumps(a_submission(category=PERSONAL)).encode()),
        bad("future", json.dumps(a_submission(occurred_at="2999-01-01T00:00:00Z", note=PERSONAL)).encode()),
        bad("too-large", long),
    ]


def _nameless(record):
    """The same with a header that has no value, which is not the same as an empty one on the wire."""
    return replace(
        record, headers=[(name, None if name == "ce_id" else value) for name, value in record.headers]
    )


@dataclass(frozen=True)
class Numbered:
    """An event of one of our own topics, as its writer would send it, for an incident that does not exist."""

    topic: str
    kind: str
    key: str
    seq: int
    body: dict

    def record(self, value=None, **changes):
        """The headers and the body; a changed header of None leaves it out."""
        now = datetime.now(UTC).isoformat().encode()
        numbered = {
            "ce_subject": self.key.encode(),
            "ce_time": now,
            "ce_recordedtime": now,
            "ce_sequence": str(self.seq).encode(),
        }
        name = f"{self.topic}/{self.key}/{self.seq}"
        given = headers(self.kind, name, TOPICS[self.topic].source, **(numbered | changes))
        return (
            self.topic,
            self.key.encode(),
            json.dumps(self.body).encode() if value is None else value,
            given,
        )

    def numbered(self, seq):
        """The same as another number of the stream."""
        return replace(self, seq=seq)


def a_forwarded(key):
    """`action.forwarded.v2` of town routing to itself: whoever reads it has only to count it."""
    now = datetime.now(UTC).isoformat()
    body = {"incident_id": key, "occurred_at": now, "actor": {}, "action": {"action": "accept"}}
    return Numbered(
        "town.handoff", "action.forwarded.v2", key, 1, body | {"to_tier": "town", "from_tier": "town"}
    )


def a_handed_over(key):
    """`incident.handed-over.v1` of town routing to a village that owns the incident already: it never can."""
    now = datetime.now(UTC).isoformat()
    body = {
        "incident_id": key,
        "area": "620522100001",
        "category": "category/1:land",
        "channel": "channel/1:hotline",
        "severity": "severity/1:ordinary",
        "reported_at": now,
        "occurred_at": now,
        "to_tier": "village",
        "from_tier": "town",
        "actor": {},
        "reason": "reason/1:wrong-tier",
        "parties": [],
        "target_at": None,
        "attempt": 1,
        "policy": "system/1",
        "path": [],
        "history": [],
    }
    return Numbered("town.handoff", "incident.handed-over.v1", key, 1, body)
