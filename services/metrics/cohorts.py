"""What is counted under an earlier moment of the matter, so that a share is of those it is a share of. Pure.

A numerator stands under the day of its denominator: a relapse under the day of the resolution, the first suspension
under that on which the matter came into hand, the first whistle under that of its acceptance, a striking off under that
of its listing.
"""

from datetime import timedelta

from schemas.base import Matter
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
TYPES = frozenset({
    IncidentOpened, IncidentSuspended, IncidentExtended, IncidentAccepted, WhistleBlown, IncidentStruckOff,
    IncidentReopened,
})  # fmt: skip
"""All others add nothing here, which a look at their type says at once."""
Again = IncidentSuspended | IncidentExtended


def of(event: Matter, count: Counter) -> None:
    """What one event adds to the cohort it belongs to."""
    match event:
        case IncidentOpened(due_at=due_at) if due_at is not None:
            count.at(event.occurred_at, "in_hand")
        case IncidentSuspended():
            _first(event, "suspended", count)
        case IncidentExtended():
            _first(event, "extended", count)
        case IncidentAccepted(whistled=True):
            count.at(event.occurred_at, "accepted.whistled")
        case WhistleBlown():
            _whistled(event, count)
        case IncidentStruckOff():
            count.at(event.listed_at, "listed.struck_off")
        case IncidentReopened():
            after = event.occurred_at - event.resolved_at
            for days in RELAPSES:
                if after <= timedelta(days=days):
                    count.at(event.resolved_at, f"relapse.within_{days}")
        case _:
            return


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
