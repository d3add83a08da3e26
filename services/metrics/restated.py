"""Which changes restate a day that was over: what the restatement log says of each event. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo
from datetime import time as time_of_day
from typing import Literal, NamedTuple

from messaging.envelope import Message
from services.metrics.counting import Added
from services.metrics.sketches import ADDED, EXACT
from services.metrics.standing import OPEN_BY_REPORT

Kind = Literal["late", "matured"]
"""Late: it happened on an earlier day than it was recorded. Matured: on its day, but it is counted under an earlier."""


class Restatement(NamedTuple):
    """One event's changes to the counts of one (area, day, category, channel) whose day was over."""

    event: str
    """The CloudEvents id of the event, and whose it is."""
    source: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    kind: Kind
    area: str
    day: str
    category: str
    channel: str
    changes: dict[str, int]
    """Measure → by how much, in the order of their names; none is zero."""


class Days:
    """Names the days of moments in a time zone; the last one is kept, for nearly all of a batch lie in it."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._first = self._end = datetime.min.replace(tzinfo=UTC)
        self._day = ""

    def of(self, moment: datetime) -> str:
        """The day of a moment, e.g. `2026-11-22`."""
        if not self._first <= moment < self._end:
            day = moment.astimezone(self._zone).date()
            self._day = day.isoformat()
            # in UTC, because comparing with times of another zone costs as much as converting them
            self._first, self._end = (
                datetime.combine(one, time_of_day(), self._zone).astimezone(UTC)
                for one in (day, day + timedelta(days=1))
            )
        return self._day

    def earlier(self, moment: datetime, than: datetime) -> bool:
        """Whether a moment lies on an earlier day than another; the day of the other is the one that is kept."""
        self.of(than)
        return moment < self._first


def logged(measure: str) -> bool:
    """Whether a change of a measure is one of a figure of its day.

    What is open now, by the day of its report, is not: a matter that is done restates nothing by it. What a cell keeps
    of durations beside their buckets is not, because it is not kept for ever and says the same.
    """
    return measure != OPEN_BY_REPORT and not measure.startswith((EXACT, ADDED))


def restatements(message: Message, added: Added, days: Days) -> list[Restatement]:
    """The rows one event adds to the log: one for each place whose day was over when it was recorded."""
    assert message.occurred_at is not None
    assert message.recorded_at is not None
    recorded = days.of(message.recorded_at)
    places = [one for one in added.items() if one[0][1] < recorded]
    kind: Kind = "late" if days.earlier(message.occurred_at, message.recorded_at) else "matured"
    times = message.occurred_at, message.recorded_at
    return [
        Restatement(message.id, message.source, message.type, *times, kind, *place, changes)
        for place, given in sorted(places)
        if (changes := {measure: by for measure, by in sorted(given.items()) if by and logged(measure)})
    ]
