"""Frames are encoded once for all who stand at the same place; who lags loses nothing and is sent nothing twice."""

import pytest

from services.metrics.feeds import SHARED, Asked
from tests.services.metrics.feeding import HEAD, KNOWN, OTHER, TOWN, VILLAGE, Reader, a_place, rows, the_feeds


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
