"""What counts under an earlier moment of the matter stands on the day of what it is a part of."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from schemas.metrics import Measure
from schemas.routing import IncidentAccepted, IncidentExtended, IncidentOpened, IncidentSuspended
from schemas.supervision import IncidentStruckOff
from schemas.whistles import WhistleBlown
from services.metrics import cohorts, standing
from tests.builders import REPORTED_AT, later, resolved
from tests.services.metrics.counted import EVENT, cells, figures, reopened

HERE_SINCE = later(days=-2)
CLOCK = {"step": "handle", "reason": "reason/1:complex", "approver": "o-9", "due_at": later(days=3)}


def cohort(event, *measures):
    """The days under which some measures are counted."""
    return {cell.measure: cell.day for cell in cells(event) if cell.measure in measures}


@pytest.mark.parametrize(
    ("after", "within"),
    [
        (timedelta(days=30), {"relapse.within_30", "relapse.within_90"}),
        (timedelta(days=30, seconds=1), {"relapse.within_90"}),
        (timedelta(days=90), {"relapse.within_90"}),
        (timedelta(days=90, seconds=1), set()),
    ],
)
def test_a_relapse_counts_under_the_day_of_the_resolution_it_undid_to_the_second(after, within):
    settled = resolved().occurred_at

    found = cohort(
        reopened(occurred_at=settled + after), "relapse.within_30", "relapse.within_90", "reopened"
    )

    assert found.keys() == within | {"reopened"}
    assert {found[one] for one in within} <= {"2026-09-14"}


def test_two_relapses_of_one_matter_are_two_of_its_two_resolutions():
    first, second = resolved(), resolved(occurred_at=later(days=10), attempt=2)
    events = [
        first, reopened(occurred_at=later(days=5)), second,
        reopened(resolved_at=second.occurred_at, occurred_at=later(days=11), attempt=3),
    ]  # fmt: skip

    sums = figures(*events)

    assert sums["relapse.within_30"] == sums["resolutions"] == 2


def test_what_came_into_hand_with_a_clock_can_be_suspended_and_what_was_imported_cannot():
    opened = IncidentOpened(**EVENT, attempt=1, policy="default/2", due_at=later(days=1))
    imported = opened.model_copy(update={"due_at": None, "backfill": True})

    assert figures(opened)["in_hand"] == 1
    assert "in_hand" not in figures(imported)


@pytest.mark.parametrize(
    ("type_", "what", "more"),
    [
        (IncidentSuspended, "suspended", {}),
        (IncidentExtended, "extended", {"span": "P3D", "was_due_at": later(days=1)}),
    ],
)
def test_the_first_time_counts_under_the_day_it_came_into_hand_and_the_second_not_again(type_, what, more):
    first, second, old = (
        type_(**EVENT, **CLOCK, **more, times=times, opened_at=HERE_SINCE if times else None)
        for times in (1, 2, None)
    )

    assert cohort(first, f"in_hand.{what}", what) == {f"in_hand.{what}": "2026-09-12", what: "2026-09-14"}
    assert figures(second) == {what: 1}
    assert figures(old) == {what: 1, f"{what}.unnoted": 1}


def test_a_first_whistle_counts_under_the_day_of_the_acceptance():
    accepted_at = later(days=-1)
    first, second, early, old = (
        WhistleBlown(**EVENT, whistle=4, participants=(), times=times, accepted_at=accepted)
        for times, accepted in ((1, accepted_at), (2, accepted_at), (1, None), (None, None))
    )

    assert cohort(first, "accepted.whistled") == {"accepted.whistled": "2026-09-13"}
    assert figures(second) == figures(early) == {"whistles": 1}
    assert figures(old) == {"whistles": 1, "whistles.unnoted": 1}


def test_a_whistle_before_the_acceptance_counts_when_that_comes():
    late = EVENT | {"occurred_at": later(days=3)}
    early = WhistleBlown(**EVENT, whistle=1, participants=(), times=1)
    accepted = IncidentAccepted(**late, opened_at=REPORTED_AT, whistled=True)

    assert cohort(accepted, "accepted.whistled", "accepted") == {
        "accepted.whistled": "2026-09-17", "accepted": "2026-09-17",
    }  # fmt: skip
    assert figures(early, accepted)["accepted.whistled"] == 1


def test_a_striking_off_counts_under_the_day_of_the_listing_as_well():
    struck = IncidentStruckOff(**EVENT, leader="l-7", listed_at=later(days=-40), reminders=0)

    assert cohort(struck, "listed.struck_off", "struck_off") == {
        "listed.struck_off": "2026-08-05", "struck_off": "2026-09-14",
    }  # fmt: skip


def test_what_is_open_counts_by_the_day_of_its_report_however_late_it_was_opened():
    opened = IncidentOpened(**EVENT | {"occurred_at": later(days=8)}, attempt=1, policy="default/2")
    done = resolved(occurred_at=later(days=9))

    assert cohort(opened, "cohort.open", "open") == {"cohort.open": "2026-09-14", "open": "2026-09-22"}
    assert cohort(done, "cohort.open", "open") == {"cohort.open": "2026-09-14", "open": "2026-09-23"}


@pytest.mark.parametrize(
    ("overdue", "found"), [(1, {"overdue_now": 1}), (-1, {"overdue_now": -1}), (None, {})]
)
def test_an_acceptance_says_whether_one_fewer_is_overdue(overdue, found):
    accepted = IncidentAccepted(**EVENT, opened_at=REPORTED_AT, overdue=overdue)

    assert {one: by for one, by in figures(accepted).items() if one == "overdue_now"} == found


def test_every_measure_may_stand_in_a_cell():
    every = (*cohorts.COUNTS, *standing.COUNTS, standing.OPEN_BY_REPORT)

    TypeAdapter(tuple[Measure, ...]).validate_python(every)
