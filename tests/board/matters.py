"""Matters as intake, routing and followup of a tier tell of them: what moves the figures of the board."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

from deploy.local.exclusive import run
from schemas.metrics import MetricUnusualDay
from schemas.routing import IncidentAccepted, IncidentClosed, IncidentEscalated, IncidentOpened
from services.metrics.outgoing import Voice
from tests.builders import MATTER, OFFICER, a_completed_revisit, a_record, reported, resolved
from tests.messaging.wire import send


def an_unusual_day(**changes):
    """What the villages' metrics says of yesterday, as a record."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    fields = {
        "tier": "village", "area": "620522101", "category": "category/1:land", "day": yesterday, "kind": "spike",
        "seen": 41, "expected": "9.5", "season": "1.00", "score": "6.1", "rule": "weekday-median@1/default/2",
        "as_of": datetime.now(UTC),
    }  # fmt: skip
    return Voice("village").unusual(MetricUnusualDay(**(fields | changes)))


UP = {"to_tier": "town", "reason": "reason/1:too-hard", "by": "person"}


def tell(kafka, *matters):
    """Sends everything that is to be told of some matters."""
    run(send(kafka, *(record for one in matters for record in one)))


class Matter:
    """One matter of an area, and what is told of it on the topics of the tier that has it."""

    def __init__(self, area="620522101203", tier="village"):
        self._tier, self._told = tier, []
        self._now = datetime.now(UTC)
        self._key = str(uuid.uuid4())
        self._its = MATTER | {"incident_id": self._key, "area": area, "reported_at": self._now}
        self._seq = {kind: itertools.count(1) for kind in ("intake", "routing", "followup")}

    @property
    def _said(self):
        return self._its | {"occurred_at": datetime.now(UTC), "actor": OFFICER}

    def reported(self):
        """Intake took the report."""
        self._tell("intake", reported(**self._its, tier=self._tier, occurred_at=self._now))
        return self

    def accepted(self):
        """Routing has it in hand."""
        self._tell("routing", IncidentOpened(**self._said, attempt=1, policy="default/2"))
        self._tell("routing", IncidentAccepted(**self._said, opened_at=self._now))
        return self

    def escalated(self):
        """It was too hard for this tier."""
        self._tell("routing", IncidentEscalated(**self._said, **UP))
        return self

    def resolved(self, **how):
        """It is settled."""
        self._settled_at = datetime.now(UTC)
        self._tell("routing", resolved(**self._its, occurred_at=self._settled_at, **how))
        return self

    def closed(self):
        """It was asked after, and closed."""
        told = self._its | {"occurred_at": datetime.now(UTC), "resolved_at": self._settled_at}
        self._tell("followup", a_completed_revisit(**told))
        self._tell("routing", IncidentClosed(**self._said, resolved_at=self._settled_at, attempt=1))
        return self

    def _tell(self, kind, event):
        topic = f"{self._tier}.{kind}"
        self._told.append(a_record(event, next(self._seq[kind]), key=self._key, topic=topic))

    def __iter__(self):
        """What is to be told, in order."""
        return iter(self._told)
