"""What stands at present, as one more or one fewer: what is open, by the day of its report; what is overdue. Pure."""

from datetime import datetime

from schemas.base import Matter
from schemas.noted import LatenessEvent
from services.metrics.counting import Counter

OPEN, OPEN_BY_REPORT, OVERDUE = "open", "cohort.open", "overdue_now"
COUNTS = (OVERDUE,)


def opened(event: Matter, count: Counter, moment: datetime, by: int = 1) -> None:
    """A matter that is open from a moment on, or open no longer.

    The same under the day of its report: so the two add up to the same, at each tier and over all.
    """
    count.at(moment, OPEN, by)
    count.at(event.reported_at, OPEN_BY_REPORT, by)


def late(event: LatenessEvent, count: Counter) -> None:
    """What makes a matter overdue, or ends that."""
    if event.overdue is not None:
        count.at(event.occurred_at, OVERDUE, event.overdue)
