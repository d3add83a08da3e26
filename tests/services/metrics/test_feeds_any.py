"""Whatever is written, whoever comes and reads whenever: in the end everybody has the present values."""

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from services.metrics.changes import Changes, Key
from services.metrics.feeds import Asked, Feeds
from tests.services.metrics.feeding import KNOWN, OTHER, TOWN, VILLAGE, Reader, watching

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
