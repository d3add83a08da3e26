"""Whatever bytes come, a record is a message or is rejected; nothing else is ever raised."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.cloudevents import decode, from_json, sequence_of, to_json
from messaging.envelope import Record
from messaging.errors import Rejected
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.intake import IncidentReported
from schemas.topics import TOPICS
from tests.builders import a_record, a_report, an_inbound_record, reported

WANTED = {one.type: one for one in (ReportSubmitted, ActionSubmitted, IncidentReported)}
GOOD = {
    "village.intake": a_record(reported()),
    "village.inbound": an_inbound_record(a_report().model_dump_json().encode()),
}
NAMES = st.sampled_from([
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_sequence", "ce_recordedtime",
    "content-type", "traceparent",
]) | st.text(max_size=8)  # fmt: skip
VALUES = (
    st.binary(max_size=40)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
    | st.sampled_from([
        b"application/cloudevents+json", b"1.0", b"/partner", b"/fengqiao/village/intake", b"9" * 5000,
        b"0001-01-01T00:00:00+23:59",
    ])
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.none() | st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode())


@pytest.mark.wide
@pytest.mark.parametrize("topic", GOOD)
@given(
    headers=st.dictionaries(NAMES, VALUES, max_size=6),
    body=BODIES,
    keep_body=st.booleans(),
    key=st.binary(max_size=8),
)
@settings(max_examples=120)
def test_any_headers_and_any_body_are_a_message_or_are_rejected(topic, headers, body, keep_body, key):
    good = GOOD[topic]
    spoilt = tuple((dict(good.headers) | headers).items())
    record = Record(topic, 0, 0, key or good.key, spoilt, good.value if keep_body else body)

    with contextlib.suppress(Rejected):
        decode(record, TOPICS[topic], WANTED)

    sequence_of(record, TOPICS[topic])
    assert from_json(topic, to_json(record), record.value) == record


@given(
    data=JSON,
    extra=st.dictionaries(st.sampled_from(["id", "source", "type", "specversion", "traceparent"]), JSON),
)
@settings(max_examples=120)
def test_any_structured_event_is_a_message_or_is_rejected(data, extra):
    envelope = {
        "specversion": "1.0",
        "id": "1",
        "source": "/p",
        "type": "report.submitted.v1",
        "data": data,
    } | extra
    record = Record(
        "village.inbound",
        0,
        0,
        b"k",
        (("content-type", b"application/cloudevents+json"),),
        json.dumps(envelope).encode(),
    )

    with contextlib.suppress(Rejected):
        message = decode(record, TOPICS["village.inbound"], WANTED)
        (message.id + message.source + message.type + (message.traceparent or "")).encode()


FIELDS = st.sampled_from(
    ["area", "category", "channel", "severity", "occurred_at", "parties", "target_at", "backfill"]
)


@given(changes=st.dictionaries(FIELDS, JSON | st.text(alphabet="é王", min_size=3), max_size=3))
@settings(max_examples=120)
def test_no_reason_repeats_a_value(changes):
    body = a_report().model_dump(mode="json") | changes

    with contextlib.suppress(Rejected):
        try:
            decode(an_inbound_record(json.dumps(body).encode()), TOPICS["village.inbound"], WANTED)
        except Rejected as why:
            assert not set("é王") & set(str(why))
            raise
