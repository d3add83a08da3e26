"""Frames are encoded once for all who stand at the same place; who lags loses nothing and is sent nothing twice."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from services.metrics.changes import Changes, Key
from services.metrics.feeds import SHARED, Asked, Feeds

VILLAGE, OTHER, TOWN = "620522101203", "620522200001", "620522101"
HEAD = '"as_of":null,"tiers":{}'


def a_place(area=VILLAGE, tier="village"):
    return tier, area


def rows(frame):
    """Key → value of the totals in a frame."""
    data = json.loads(frame.decode().split("data: ", 1)[1])
    return {tuple(one[:3]): one[3] for one in data["totals"]}


def the_feeds(**values):
    feeds = Feeds("boot")
    feeds.take({a_place(): values})
    return feeds


class Reader:
    """A listener who takes frames when told to."""

    def __init__(self, feeds, asked):
        self.feed = feeds.join(asked)
        self.at, frame = self.feed.snapshot(HEAD, 0.0)
        self.seen = rows(frame)

    def read(self):
        """Takes what there is."""
        frame = self.feed.change(self.at, HEAD)
        self.seen |= rows(frame)
        self.at = self.feed.last
        return frame


def test_two_listeners_of_one_subscription_get_the_same_bytes():
    feeds = the_feeds(received=1)
    one, other = Reader(feeds, Asked(TOWN)), Reader(feeds, Asked(TOWN))

    feeds.take({a_place(): {"received": 2}})

    assert one.feed.snapshot(HEAD, 0.0)[1] is other.feed.snapshot(HEAD, 0.0)[1]
    assert one.read() is other.read()
    assert one.feed.tick(HEAD) is other.feed.tick(HEAD)


def test_a_listener_who_lags_is_sent_each_value_once_and_as_it_is_now():
    feeds = the_feeds(received=1, closed=1)
    slow = Reader(feeds, Asked())

    for value in range(2, 50):
        feeds.take({a_place(): {"received": value, "closed": 1}})

    assert rows(slow.read()) == {("village", VILLAGE, "received"): 49}


def test_a_change_elsewhere_is_no_news_for_a_subscription():
    feeds = the_feeds(received=1)
    here = feeds.join(Asked(TOWN))
    named = feeds.join(Asked(measures=frozenset({"closed"})))
    before = here.last, named.last

    news = feeds.take({a_place(OTHER): {"received": 1}})

    assert not news
    assert (here.last, named.last) == before
    assert feeds.take({a_place(OTHER): {"received": 1, "closed": 1}})
    assert rows(named.change(before[1], HEAD)) == {("village", OTHER, "closed"): 1}


def test_a_measure_that_is_gone_is_none():
    feeds = the_feeds(received=3, closed=1)
    reader = Reader(feeds, Asked())

    feeds.take({a_place(): {"closed": 1}})

    assert rows(reader.read()) == {("village", VILLAGE, "received"): 0}


def test_buckets_are_no_totals():
    feeds = the_feeds(**{"time_to_accept:0042": 1})

    assert Reader(feeds, Asked()).seen == {}
    assert not feeds.take({a_place(): {"time_to_accept:0042": 2}})


def test_what_nobody_listens_to_is_forgotten():
    feeds = the_feeds()
    one = feeds.join(Asked(TOWN))
    feeds.join(Asked(TOWN))

    feeds.leave(one)
    feeds.leave(one)

    assert feeds._feeds == {}


def test_many_who_stand_apart_do_not_make_us_keep_many_frames():
    feeds = the_feeds(received=1)
    feed = feeds.join(Asked())
    for value in range(100):
        feeds.take({a_place(): {"received": 2 + value}})

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


AREAS = any_.sampled_from([VILLAGE, OTHER, "620522101001"])
MEASURES = ("received", "closed", "open")
VALUES = any_.dictionaries(any_.sampled_from(MEASURES), any_.integers(-2, 3))
WRITTEN = any_.dictionaries(any_.tuples(any_.sampled_from(["village", "town"]), AREAS), VALUES, max_size=3)
RECEIVED = frozenset({"received"})
READERS = [Asked(), Asked(), Asked(TOWN), Asked(VILLAGE), Asked(TOWN, RECEIVED), Asked(OTHER, RECEIVED)]


@given(any_.lists(any_.one_of(WRITTEN, any_.integers(0, len(READERS) - 1)), max_size=40))
def test_whoever_reads_whenever_has_the_present_values_in_the_end(steps):
    feeds, changes = Feeds("boot"), Changes()
    readers = [Reader(feeds, asked) for asked in READERS]

    for step in steps:
        if isinstance(step, dict):
            feeds.take(step)
            changes.take(step)
        elif readers[step].at < readers[step].feed.last:
            readers[step].read()
    for reader in readers:
        if reader.at < reader.feed.last:
            reader.read()

    for reader in readers:
        wanted = {key for key in changes.since(0) if reader.feed.asked.wants(key)}
        assert {key: value for key, value in reader.seen.items() if value} == {
            tuple(key): changes.value(key) for key in wanted if changes.value(key)
        }


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
