"""The short way to read our own records returns what the careful one returns, or nothing."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from messaging.cloudevents import carefully
from messaging.envelope import Record
from messaging.errors import Rejected
from messaging.layout import as_written, headers_of
from schemas.topics import TOPICS
from tests.builders import INCIDENT, NOW, a_record, reported

TOPIC = TOPICS["village.intake"]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GOOD = a_record(reported())
ODD = [
    None, b"", b"\xff", b"a\nb", b"0", b"007", b"+1", b"1_0", "\u0661".encode(), b"9" * 18, b"9" * 19, b"1.1",
    b"2026-11-22", b"2026-11-22T10:00:00", b"2026-11-22T10:00:00Z", b"incident.unheard-of.v1", b"/fengqiao/town/intake",
    b"n" * 200, b"n" * 201, b"application/cloudevents+json", b"application/json; charset=utf-8",
]  # fmt: skip
VALUES = (
    st.binary(max_size=30)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
    | st.sampled_from(ODD)
)


def with_trace(trace):
    row = {
        "topic": TOPIC.name, "key": INCIDENT, "seq": 3, "type": "incident.reported.v1", "occurred_at": NOW,
        "recorded_at": NOW, "traceparent": trace,
    }  # fmt: skip
    return Record(TOPIC.name, 0, 0, INCIDENT.encode(), tuple(headers_of(row, TOPIC.source)), b"{}")


def read_carefully(record):
    """What the careful way makes of it; None if it refuses it."""
    try:
        return carefully(record, TOPIC)[0]
    except Rejected:
        return None


@pytest.mark.parametrize("record", [GOOD, with_trace(None), with_trace(TRACE)])
def test_what_our_relay_sends_is_read_the_short_way_to_the_same_message(record):
    written = as_written(record, TOPIC)

    assert written is not None
    assert written == carefully(record, TOPIC)[0]


@pytest.mark.wide
@given(
    changes=st.dictionaries(st.integers(0, 9), VALUES, max_size=3),
    key=st.none() | st.just(GOOD.key) | st.binary(max_size=4),
    trace=st.none() | st.just(TRACE),
    same=st.booleans(),
)
@example(changes={4: b"", 1: b"/"}, key=b"", trace=None, same=False)
@example(changes={4: b"\xff"}, key=b"\xff", trace=None, same=False)
@settings(max_examples=400)
def test_whatever_stands_in_the_headers_the_short_way_says_the_same_or_nothing(changes, key, trace, same):
    headers = [(name, changes.get(at, value)) for at, (name, value) in enumerate(with_trace(trace).headers)]
    record = Record(
        TOPIC.name, 0, 0, dict(headers)["ce_subject"] if same else key, tuple(headers), GOOD.value
    )

    assert as_written(record, TOPIC) in (None, read_carefully(record))


@pytest.mark.parametrize("at", range(10), ids=lambda at: with_trace(TRACE).headers[at][0])
def test_whatever_stands_in_one_header_the_short_way_says_the_same_or_nothing(at):
    headers = with_trace(TRACE).headers
    changed = [(*headers[:at], (headers[at][0], odd), *headers[at + 1 :]) for odd in ODD]
    records = [Record(TOPIC.name, 0, 0, GOOD.key, one, GOOD.value) for one in changed]

    differing = [one for one in records if as_written(one, TOPIC) not in (None, read_carefully(one))]

    assert differing == []


def test_a_header_that_comes_twice_or_is_missing_is_read_the_careful_way():
    headers = with_trace(TRACE).headers

    for some in (headers + headers[1:2], headers[1:], headers[:-2]):
        assert as_written(Record(TOPIC.name, 0, 0, GOOD.key, some, b"{}"), TOPIC) is None


def test_a_record_without_a_body_and_one_of_another_system_are_read_the_careful_way():
    empty = Record(TOPIC.name, 0, 0, GOOD.key, GOOD.headers, None)

    assert as_written(empty, TOPIC) is None
    assert as_written(GOOD, TOPICS["village.inbound"]) is None
