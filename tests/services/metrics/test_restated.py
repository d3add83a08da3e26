"""What changes a day that was over when it was recorded is a row of the restatement log; nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from schemas.routing import IncidentAccepted, IncidentClosed
from services.metrics.facts import added
from services.metrics.restated import Days, restatements
from tests.builders import MATTER, NOW, OFFICER, REPORTED_AT, VILLAGE, a_message, later, resolved
from tests.services.metrics.counted import DAY, ZONE, reopened

MIDNIGHT = datetime(2026, 9, 14, 16, tzinfo=UTC)
"""When the fifteenth begins in Shanghai."""
SECOND = timedelta(seconds=1)


def heard(event, *, occurred_at=None, recorded_at, seq=3):
    """The message in which a reader gets an event."""
    at = occurred_at or event.occurred_at
    return replace(
        a_message(seq, event=event, topic="village.routing"), occurred_at=at, recorded_at=recorded_at
    )


def rows(event, **times):
    return restatements(heard(event, **times), added(event, ZONE), Days(ZONE))


def accepted(at):
    return IncidentAccepted(**MATTER, occurred_at=at, actor=OFFICER, opened_at=REPORTED_AT)


def closed(at):
    return IncidentClosed(**MATTER, occurred_at=at, actor=OFFICER, attempt=1, resolved_at=NOW)


def test_what_is_recorded_on_the_day_it_is_counted_under_restates_nothing():
    assert rows(accepted(NOW), recorded_at=later(hours=2)) == []


def test_a_late_event_restates_every_cell_it_adds_to():
    first, second = rows(accepted(NOW), recorded_at=later(days=3))

    assert (first.category, set(first.changes.values())) == ("", {1})
    assert (second.category, second.channel, second.changes) == (
        "category/1:land",
        "channel/1:patrol",
        {"accepted": 1},
    )
    assert {(one.kind, one.area, one.day) for one in (first, second)} == {("late", VILLAGE, DAY)}


def test_a_row_names_the_event_and_both_its_times():
    [row, *_] = rows(accepted(NOW), recorded_at=later(days=3))

    assert (row.event, row.source) == (
        f"village.routing/{MATTER['incident_id']}/3",
        "/fengqiao/village/routing",
    )
    assert (row.type, row.occurred_at, row.recorded_at) == ("incident.accepted.v1", NOW, later(days=3))


def test_a_closing_of_today_matures_the_day_of_its_report_and_leaves_today_alone():
    [row] = rows(closed(later(days=3)), recorded_at=later(days=3, seconds=1))

    assert (row.kind, row.day, row.changes) == ("matured", DAY, {"cohort.closed": 1})


def test_a_closing_on_the_day_of_the_report_restates_nothing():
    assert rows(closed(later(hours=1)), recorded_at=later(hours=1)) == []


def test_a_relapse_takes_back_what_was_counted_on_other_days_and_says_so():
    kept = rows(reopened(closed_at=later(days=1)), recorded_at=later(days=3))

    changes = {measure: by for row in kept for measure, by in row.changes.items()}
    assert {row.kind for row in kept} == {"matured"}
    assert changes["resolved"] == changes["closed"] == changes["cohort.closed"] == -1
    assert "reopened" not in changes  # that is of today


def test_a_matter_that_is_open_no_more_restates_nothing_by_that_and_one_that_was_resolved_late_does():
    [on_its_day] = rows(resolved(occurred_at=later(days=3)), recorded_at=later(days=3))
    late = {name for row in rows(resolved(), recorded_at=later(days=3)) for name in row.changes}

    assert (on_its_day.kind, on_its_day.changes) == ("matured", {"cohort.resolved": 1})
    assert {"open", "resolved"} <= late
    assert "cohort.open" not in late


def test_what_adds_nothing_is_no_row_and_no_measure_of_one():
    [_, row] = rows(resolved(on_time=False), recorded_at=later(days=3))

    assert "on_time" not in row.changes
    assert list(row.changes) == sorted(row.changes)
    assert restatements(heard(accepted(NOW), recorded_at=later(days=3)), {}, Days(ZONE)) == []


def test_what_takes_back_all_it_adds_is_no_row():
    event = accepted(NOW)
    nothing = {place: dict.fromkeys(counts, 0) for place, counts in added(event, ZONE).items()}

    assert restatements(heard(event, recorded_at=later(days=3)), nothing, Days(ZONE)) == []


def test_a_day_is_over_at_midnight_in_shanghai():
    before, after = MIDNIGHT - SECOND, MIDNIGHT + SECOND

    assert rows(accepted(before), recorded_at=before) == []
    assert {row.kind for row in rows(accepted(before), recorded_at=after)} == {"late"}
    assert {row.day for row in rows(accepted(before), recorded_at=MIDNIGHT)} == {DAY}
    assert rows(accepted(after), recorded_at=after) == []


def test_the_zone_decides_and_not_the_offset_in_which_a_time_is_written():
    new_york = ZoneInfo("America/New_York")
    before, after = ((MIDNIGHT + by).astimezone(new_york) for by in (-SECOND, SECOND))

    assert before.date() == after.date()
    assert rows(accepted(before), recorded_at=after) != []


def test_what_is_ahead_of_its_recording_restates_nothing():
    assert rows(accepted(MIDNIGHT + SECOND), recorded_at=MIDNIGHT - SECOND) == []


MOMENTS = st.integers(-(10**9), 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.lists(MOMENTS, min_size=1))
def test_days_are_named_right_in_whatever_order_they_come(moments):
    for zone in (ZONE, ZoneInfo("America/New_York")):
        days = Days(zone)

        named = [days.of(one) for one in moments]

        assert named == [one.astimezone(zone).date().isoformat() for one in moments]
        assert [days.earlier(one, moments[0]) for one in moments] == [one < named[0] for one in named]


def test_a_duration_is_said_in_its_bucket_and_not_a_second_time_by_its_seconds():
    said = {measure for row in rows(accepted(NOW), recorded_at=later(days=3)) for measure in row.changes}

    assert {one for one in said if "time_to_accept" in one} == {"time_to_accept:0057"}
