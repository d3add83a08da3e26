"""What events add to the figures, as tests read it: by measure, or cell by cell."""

from collections import Counter
from zoneinfo import ZoneInfo

from schemas.routing import IncidentReopened
from services.metrics.facts import increments
from services.metrics.sketches import ADDED, EXACT
from tests.builders import MATTER, NOW, OFFICER, later, resolved

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-09-14"
EVENT = MATTER | {"occurred_at": NOW, "actor": OFFICER}
REVISIT = EVENT | {"attempt": 1, "resolved_at": NOW}


def figures(*events):
    """Measure → sum; a duration is one, and what is open by report is left out: as many as are open."""
    sums = Counter()
    for event in events:
        for cell, by in increments(event, ZONE):
            if not cell.measure.startswith((EXACT, ADDED)):
                sums[cell.measure.partition(":")[0]] += by
    return {measure: by for measure, by in sums.items() if by and measure != "cohort.open"}


def cells(event):
    return dict(increments(event, ZONE))


def reopened(**changes):
    fields = EVENT | {
        "reason": "reason/1:relapse", "attempt": 2, "resolved_at": resolved().occurred_at, "on_time": True,
        "occurred_at": later(days=3),
    }  # fmt: skip
    return IncidentReopened(**(fields | changes))
