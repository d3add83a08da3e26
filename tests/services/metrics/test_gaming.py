"""What is counted for flags, and which incidents stand behind it: by times and ids, never by who acted."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.routing import IncidentClosed
from services.metrics.gaming import Evidence, evidence
from tests.builders import INCIDENT, NOW, OFFICER, REPORTED_AT, VILLAGE, reported, resolved
from tests.services.metrics.counted import EVENT, ZONE, cells, figures, reopened


def settled(minutes, *, same_hand=True):
    return resolved(occurred_at=REPORTED_AT + timedelta(minutes=minutes), same_hand=same_hand)


def closed(at=NOW, **changes):
    return IncidentClosed(**EVENT | {"attempt": 1, "resolved_at": NOW, "occurred_at": at} | changes)


def counted(event):
    return {name: by for name, by in figures(event).items() if name.startswith("one_hand")}


def kinds(event):
    return [one.kind for one in evidence(event, ZONE)]


@pytest.mark.parametrize(
    ("minutes", "within"),
    [(0, {5, 10, 30, 60}), (5, {5, 10, 30, 60}), (6, {10, 30, 60}), (60, {60}), (61, set())],
)
def test_what_one_hand_reported_and_settled_is_counted_by_how_soon(minutes, within):
    names = {f"one_hand.resolved.{one}" for one in ("known", *within)}

    assert counted(settled(minutes)) == dict.fromkeys(names, 1)


def test_another_hand_is_known_to_be_another_and_no_hand_is_not_known():
    assert counted(settled(1, same_hand=False)) == {"one_hand.resolved.known": 1}
    assert counted(settled(1, same_hand=None)) == {}


def test_closings_by_one_hand_are_counted_apart():
    assert counted(closed(same_hand=True))["one_hand.closed.5"] == 1


def test_the_incident_behind_one_hand_is_kept_with_its_times_and_nobody_in_it():
    [kept] = evidence(settled(7), ZONE)

    assert kept == Evidence(
        "one_hand.resolved", VILLAGE, "2026-09-14", INCIDENT, REPORTED_AT, REPORTED_AT + timedelta(minutes=7)
    )
    assert OFFICER.ref not in str(kept)


def test_what_took_longer_or_was_done_by_another_stands_behind_nothing():
    assert kinds(settled(61)) == kinds(settled(1, same_hand=False)) == kinds(reported()) == []


def test_a_closing_that_did_not_last_counts_under_its_own_day_and_keeps_both_times():
    back = reopened(closed_at=NOW)

    [day] = {cell.day for cell in cells(back) if cell.measure == "closed_undone"}
    [kept] = evidence(back, ZONE)

    assert (day, kept.day, kept.kind) == ("2026-09-14", "2026-09-14", "closed_undone")
    assert (kept.since, kept.until) == (NOW, back.occurred_at)


def test_a_relapse_before_the_closing_undoes_no_closing():
    assert "closed_undone" not in figures(reopened())
    assert kinds(reopened()) == []


@pytest.mark.parametrize(
    ("day", "kept"),
    [((2026, 9, 25), []), ((2026, 9, 26), ["closed"]), ((2026, 2, 24), ["closed"]), ((2026, 8, 26), [])],
)  # fmt: skip
def test_what_is_closed_in_the_last_five_days_of_a_month_stands_behind_a_burst(day, kept):
    assert kinds(closed(datetime(*day, 4, tzinfo=UTC), reported_at=datetime(2026, 1, 5, tzinfo=UTC))) == kept


def test_the_last_days_are_those_of_the_localitys_clock():
    before_midnight_there = datetime(2026, 9, 25, 15, 59, tzinfo=UTC)

    assert kinds(closed(before_midnight_there)) == []
    assert kinds(closed(before_midnight_there + timedelta(minutes=1))) == ["closed"]
