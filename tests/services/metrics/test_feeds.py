"""Frames are encoded once for all who stand at the same place; who lags loses nothing and is sent nothing twice."""

import json
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from schemas.base import TIERS
from services.metrics.catalogue import catalogue
from services.metrics.changes import Changes, Key
from services.metrics.feeds import SHARED, Asked, Feeds
from services.metrics.finality import standing
from tests.builders import NOW

VILLAGE, OTHER, TOWN = "620522101203", "620522200001", "620522101"
HEAD = '"as_of":null,"tiers":{}'
KNOWN = standing(NOW, {}, TIERS, UTC)


def a_place(area=VILLAGE, tier="village"):
    return tier, area


def rows(frame):
    """Key → value of the totals in a frame."""
    data = json.loads(frame.decode().split("data: ", 1)[1])
    return {tuple(one[:3]): one[3] for one in data["totals"]}


def the_feeds(**values):
    feeds = Feeds("boot")
    feeds.take({a_place(): values}, KNOWN)
    return feeds


class Reader:
    """A listener who takes frames when told to."""

    def __init__(self, feeds, asked):
        self.feed = feeds.join(asked, KNOWN)
        self.at, frame = self.feed.snapshot(HEAD, 0.0)
        self.seen = rows(frame)
        self.figures = figures(frame) if self.feed.asked.figures else {}

    def read(self):
        """Takes what there is."""
        frame = self.feed.change(self.at, HEAD)
        self.seen |= rows(frame)
        self.figures = figures(frame) if self.feed.asked.figures else {}
        self.at = self.feed.last
        return frame


def test_two_listeners_of_one_subscription_get_the_same_bytes():
    feeds = the_feeds(received=1)
    one, other = Reader(feeds, Asked(TOWN)), Reader(feeds, Asked(TOWN))

    feeds.take({a_place(): {"received": 2}}, KNOWN)

    assert one.feed.snapshot(HEAD, 0.0)[1] is other.feed.snapshot(HEAD, 0.0)[1]
    assert one.read() is other.read()
    assert one.feed.tick(HEAD) is other.feed.tick(HEAD)


def test_a_listener_who_lags_is_sent_each_value_once_and_as_it_is_now():
    feeds = the_feeds(received=1, closed=1)
    slow = Reader(feeds, Asked())

    for value in range(2, 50):
        feeds.take({a_place(): {"received": value, "closed": 1}}, KNOWN)

    assert rows(slow.read()) == {("village", VILLAGE, "received"): 49}


def test_a_change_elsewhere_is_no_news_for_a_subscription():
    feeds = the_feeds(received=1)
    here = feeds.join(Asked(TOWN), KNOWN)
    named = feeds.join(Asked(measures=frozenset({"closed"})), KNOWN)
    before = here.last, named.last

    news = feeds.take({a_place(OTHER): {"received": 1}}, KNOWN)

    assert not news
    assert (here.last, named.last) == before
    assert feeds.take({a_place(OTHER): {"received": 1, "closed": 1}}, KNOWN)
    assert rows(named.change(before[1], HEAD)) == {("village", OTHER, "closed"): 1}


def test_a_measure_that_is_gone_is_none():
    feeds = the_feeds(received=3, closed=1)
    reader = Reader(feeds, Asked())

    feeds.take({a_place(): {"closed": 1}}, KNOWN)

    assert rows(reader.read()) == {("village", VILLAGE, "received"): 0}


def test_buckets_are_no_totals():
    feeds = the_feeds(**{"time_to_accept:0042": 1})

    assert Reader(feeds, Asked()).seen == {}
    assert not feeds.take({a_place(): {"time_to_accept:0042": 2}}, KNOWN)


def test_what_nobody_listens_to_is_forgotten():
    feeds = the_feeds()
    one = feeds.join(Asked(TOWN), KNOWN)
    feeds.join(Asked(TOWN), KNOWN)

    feeds.leave(one)
    feeds.leave(one)

    assert feeds._feeds == {}


def test_many_who_stand_apart_do_not_make_us_keep_many_frames():
    feeds = the_feeds(received=1)
    feed = feeds.join(Asked(), KNOWN)
    for value in range(100):
        feeds.take({a_place(): {"received": 2 + value}}, KNOWN)

    for number in range(100):
        feed.change(number, HEAD)

    assert len(feed._frames) == SHARED


@pytest.mark.parametrize("last_id", [None, "", "x", "other-1", "boot-99", "boot-x", "boot--1", "boot-²"])
def test_an_id_that_means_nothing_here_is_nobodys_place(last_id):
    assert the_feeds(received=1).place(last_id) is None


def test_who_comes_back_stands_where_their_last_event_left_them():
    feeds = the_feeds(received=1)
    reader = Reader(feeds, Asked())
    event = reader.read().decode()

    assert feeds.place(event.split("\n")[0].removeprefix("id: ")) == reader.at


CATALOGUE = catalogue()


def figures(frame):
    """Id → the figure in a frame."""
    return {one["id"]: one for one in json.loads(frame.decode().split("data: ", 1)[1])["figures"]}


def watching(*names, area=TOWN, **more):
    return Asked(area, frozenset(), CATALOGUE.named(names), **more)


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


COUNTY = "620522"
AREAS = any_.sampled_from([VILLAGE, OTHER, "620522101001", TOWN, COUNTY])
MEASURES = ("received", "closed", "open")
VALUES = any_.dictionaries(any_.sampled_from(MEASURES), any_.integers(-2, 3))
WRITTEN = any_.dictionaries(any_.tuples(any_.sampled_from(["village", "town"]), AREAS), VALUES, max_size=3)
RECEIVED = frozenset({"received"})
READERS = [
    Asked(), Asked(), Asked(TOWN), Asked(VILLAGE), Asked(TOWN, RECEIVED), Asked(OTHER, RECEIVED),
    watching("received", area=COUNTY),
]  # fmt: skip


READING, COMING = any_.integers(0, len(READERS) - 1), any_.tuples(any_.integers(0, len(READERS) - 1))


@given(any_.lists(any_.one_of(WRITTEN, READING, COMING), max_size=40))
def test_whoever_reads_whenever_has_the_present_values_in_the_end(steps):
    feeds, changes = Feeds("boot"), Changes()
    readers = [Reader(feeds, asked) for asked in READERS]

    for step in steps:
        if isinstance(step, dict):
            feeds.take(step, KNOWN)
            changes.take(step)
        elif isinstance(step, tuple):  # somebody new, who may be given the snapshot of those who came before
            readers[step[0]] = Reader(feeds, READERS[step[0]])
        elif readers[step].at < readers[step].feed.last:
            readers[step].read()
    for reader in readers:
        if reader.at < reader.feed.last:
            reader.read()

    received = sum(changes.value(key) for key in changes.since(0) if key.measure == "received")
    assert readers[-1].figures["received@1"]["numerator"] == received
    for reader in readers:
        wanted = {key for key in changes.since(0) if reader.feed.asked.wants(key)}
        assert {key: value for key, value in reader.seen.items() if value} == {
            tuple(key): changes.value(key) for key in wanted if changes.value(key)
        }


@pytest.mark.wide
@given(any_.lists(WRITTEN, max_size=20), any_.integers(0, 20))
def test_what_changed_since_is_what_differs(written, number):
    changes = Changes()
    at = [{}]
    for values in written:
        before = changes.number
        changes.take(values)
        if changes.number > before:
            at.append({key: changes.value(key) for key in changes.since(0)})
    number = min(number, changes.number)

    now = {key: changes.value(key) for key in changes.since(0)}
    differing = {key for key in now if now[key] != at[number].get(key, 0)}

    assert differing <= set(changes.since(number))
    assert all(isinstance(key, Key) for key in now)
