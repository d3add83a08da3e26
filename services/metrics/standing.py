"""What stands at present, as one more or one fewer: what is open, by the day of its report; what is overdue. Pure."""

from collections.abc import Iterable, Iterator

from schemas.base import Matter
from schemas.noted import LatenessEvent
from services.metrics.counting import Counter, Increment

OPEN, OPEN_BY_REPORT, OVERDUE = "open", "cohort.open", "overdue_now"
COUNTS = (OVERDUE,)


def of(event: Matter, counted: Iterable[Increment], count: Counter) -> Iterator[Increment]:
    """What an event adds, given what else it adds.

    Whatever makes a matter open, or open no longer, does the same under the day of its report: so the two add up to the
    same, at each tier and over all.
    """
    for cell, by in counted:
        if cell.measure == OPEN:
            yield count.at(event.reported_at, OPEN_BY_REPORT, by)
    if isinstance(event, LatenessEvent) and event.overdue is not None:
        yield count.at(event.occurred_at, OVERDUE, event.overdue)
