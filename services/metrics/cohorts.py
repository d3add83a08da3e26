"""What is counted under an earlier moment of the matter, so that a share is of those it is a share of. Pure.

A numerator stands under the day of its denominator: a relapse under the day of the resolution, the first suspension
under that on which the matter came into hand, the first whistle under that of its acceptance, a striking off under that
of its listing.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from schemas.base import Event
from schemas.routing import (
    IncidentAccepted,
    IncidentExtended,
    IncidentOpened,
    IncidentReopened,
    IncidentSuspended,
)
from schemas.supervision import IncidentStruckOff
from schemas.whistles import WhistleBlown
from services.metrics.counting import Counter

RELAPSES = (30, 90)
"""Within so many days, each of 24 hours, after a resolution."""
COUNTS = (
    *(f"relapse.within_{days}" for days in RELAPSES), "in_hand", "in_hand.suspended", "in_hand.extended",
    "accepted.whistled", "listed.struck_off", "suspended.unnoted", "extended.unnoted", "whistles.unnoted",
)  # fmt: skip
Again = IncidentSuspended | IncidentExtended


def _opened(event: IncidentOpened, count: Counter) -> None:
    if event.due_at is not None:
        count.at(event.occurred_at, "in_hand")


def _accepted(event: IncidentAccepted, count: Counter) -> None:
    if event.whistled:
        count.at(event.occurred_at, "accepted.whistled")


def _struck_off(event: IncidentStruckOff, count: Counter) -> None:
    count.at(event.listed_at, "listed.struck_off")


def _relapsed(event: IncidentReopened, count: Counter) -> None:
    after = event.occurred_at - event.resolved_at
    for days in RELAPSES:
        if after <= timedelta(days=days):
            count.at(event.resolved_at, f"relapse.within_{days}")


def _suspended(event: IncidentSuspended, count: Counter) -> None:
    _first(event, "suspended", count)


def _extended(event: IncidentExtended, count: Counter) -> None:
    _first(event, "extended", count)


def _first(event: Again, what: str, count: Counter) -> None:
    """Once for each time it came into hand; events from before that was noted are counted apart."""
    if event.times is None or event.opened_at is None:
        count.at(event.occurred_at, f"{what}.unnoted")
    elif event.times == 1:
        count.at(event.opened_at, f"in_hand.{what}")


def _whistled(event: WhistleBlown, count: Counter) -> None:
    """The first one; one from before the acceptance is counted when that comes."""
    if event.times is None:
        count.at(event.occurred_at, "whistles.unnoted")
    elif event.times == 1 and event.accepted_at is not None:
        count.at(event.accepted_at, "accepted.whistled")


PARTS: dict[type[Event], Callable[[Any, Counter], None]] = {
    IncidentOpened: _opened,
    IncidentSuspended: _suspended,
    IncidentExtended: _extended,
    IncidentAccepted: _accepted,
    WhistleBlown: _whistled,
    IncidentStruckOff: _struck_off,
    IncidentReopened: _relapsed,
}
"""What an event adds to the cohort it belongs to; all others add nothing here."""
