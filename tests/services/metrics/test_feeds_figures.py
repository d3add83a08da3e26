"""Who watches figures of the stream is told of all that makes them, when it changes and when it becomes final."""

from datetime import UTC, date, timedelta

from schemas.base import TIERS
from services.metrics.finality import standing
from tests.builders import NOW
from tests.services.metrics.feeding import (
    HEAD,
    KNOWN,
    OTHER,
    Reader,
    a_place,
    figures,
    rows,
    the_feeds,
    watching,
)


def test_a_figure_carries_all_that_makes_it_one_and_is_of_the_whole_subtree():
    feeds = the_feeds(**{"received": 4, "cohort.closed": 1})
    feeds.take(
        {
            a_place("620522101001", "town"): {"received": 4, "cohort.closed": 1},
            a_place(OTHER): {"received": 9},
        },
        KNOWN,
    )
    reader = Reader(feeds, watching("closure_rate"))

    frame = reader.read()

    shown = figures(frame)["closure_rate@1"]
    assert rows(frame) == {}
    assert (shown["numerator"], shown["denominator"], shown["value"], shown["final"]) == (
        2,
        8,
        "25.00",
        False,
    )
    assert {"cohort_zh", "cohort_en", "as_of", "unit", "provisional", "withheld", "apart"} <= shown.keys()


def test_figures_come_in_the_order_in_which_they_were_named_and_durations_are_among_them():
    feeds = the_feeds(**{"received": 1, "time_to_accept:0042": 3})

    frame = Reader(feeds, watching("time_to_accept", "received", "open")).read()

    assert list(figures(frame)) == ["time_to_accept@1", "received@1", "open@1"]
    assert figures(frame)["time_to_accept@1"]["count"] == 3


def test_who_watches_a_figure_is_told_when_its_parts_change_and_not_else():
    feeds = the_feeds(received=1)
    reader = Reader(feeds, watching("closure_rate@1"))

    told = [
        feeds.take({a_place(): {"received": 1, "opened": 1}}, KNOWN),
        feeds.take({a_place(OTHER): {"received": 5}}, KNOWN),
        feeds.take({a_place(): {"received": 2, "opened": 1}}, KNOWN),
    ]

    assert told == [False, False, True]
    assert figures(reader.read())["closure_rate@1"]["denominator"] == 2


def test_who_watches_a_duration_is_told_of_its_buckets():
    feeds = the_feeds()
    reader = Reader(feeds, watching("time_to_accept"))

    assert feeds.take({a_place(): {"time_to_accept:0042": 2}}, KNOWN)
    assert figures(reader.read())["time_to_accept@1"]["count"] == 2


def test_a_figure_that_becomes_final_is_said_again_although_nothing_changed():
    feeds = the_feeds(received=1)
    day = date(2026, 9, 14)
    known = standing(NOW, {}, TIERS, UTC).over(day, day)
    late = NOW + timedelta(days=2)
    feed = feeds.join(watching("received"), known)
    at, frame = feed.snapshot(HEAD, 0.0)

    told = feeds.settle(standing(late, dict.fromkeys(TIERS, late), TIERS, UTC).over(day, day))

    assert not figures(frame)["received@1"]["final"]
    assert told
    assert figures(feed.change(at, HEAD))["received@1"]["final"]
