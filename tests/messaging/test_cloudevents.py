"""Records become messages, or are rejected with a reason that never repeats what was sent."""

import dataclasses
import json

import pytest

from messaging.cloudevents import MAX_BODY, decode, from_json, sequence_of, to_json
from messaging.envelope import Record
from messaging.errors import Rejected
from messaging.lenient import EXCESSIVE, UNPACKABLE
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.intake import IncidentReported
from schemas.topics import TOPICS
from tests.builders import INCIDENT, NOW, a_record, a_report, an_inbound_record, reported

INBOUND, INTAKE = TOPICS["village.inbound"], TOPICS["village.intake"]
WANTED = {one.type: one for one in (ReportSubmitted, ActionSubmitted, IncidentReported)}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "王小明-13800138000"  # what a person might write anywhere


def changed(record, **headers):
    """The record with headers replaced, or left out where None is given."""
    kept = {name: value for name, value in (dict(record.headers) | headers).items() if value is not None}
    return dataclasses.replace(record, headers=tuple(kept.items()))


def refusal(record, topic=INBOUND):
    with pytest.raises(Rejected) as caught:
        decode(record, topic, WANTED)
    return caught.value


def body(**changes):
    return json.dumps(a_report().model_dump(mode="json") | changes).encode()


def structured(**changes):
    envelope = {
        "specversion": "1.0", "id": "r-1", "source": "/partner", "type": "report.submitted.v1",
        "data": a_report().model_dump(mode="json"),
    }  # fmt: skip
    given = {name: value for name, value in (envelope | changes).items() if value is not None}
    headers = (
        ("content-type", b"application/cloudevents+json; charset=utf-8"),
        ("traceparent", TRACE.encode()),
    )
    return dataclasses.replace(an_inbound_record(json.dumps(given).encode()), headers=headers)


def test_our_own_event_comes_back_as_it_was_sent():
    event = reported()

    message = decode(a_record(event, seq=3), INTAKE, WANTED)

    assert message.event == event
    assert (message.stream, message.seq) == (("village.intake", INCIDENT), 3)
    assert message.id == f"village.intake/{INCIDENT}/3"
    assert message.source == "/fengqiao/village/intake"
    assert (message.occurred_at, message.recorded_at) == (NOW, NOW)


def test_a_type_the_reader_passes_over_has_no_event_but_keeps_its_place():
    message = decode(a_record(reported(), seq=3), INTAKE, {})

    assert message.event is None
    assert message.seq == 3


def test_a_partner_may_use_binary_mode():
    message = decode(an_inbound_record(body(), traceparent=TRACE.encode()), INBOUND, WANTED)

    assert message.event == a_report()
    assert (message.stream, message.seq, message.source, message.id) == (None, 0, "/partner", "r-1")
    assert message.traceparent == TRACE


def test_a_partner_may_use_structured_mode():
    message = decode(structured(), INBOUND, WANTED)

    assert message.event == a_report()
    assert (message.source, message.id, message.traceparent) == ("/partner", "r-1", TRACE)


def test_a_trace_inside_the_structured_event_wins():
    message = decode(structured(traceparent="00-x"), INBOUND, WANTED)

    assert message.traceparent == "00-x"


def test_fields_we_do_not_know_are_passed_over():
    assert decode(an_inbound_record(body(novelty=1), ce_novelty=b"1"), INBOUND, WANTED).event == a_report()


CELLS = TOPICS["village.metrics"]


@pytest.mark.parametrize(
    "headers", [(), (("ce_source", CELLS.source.encode()), ("ce_type", b"metric.cell.v1"))]
)
def test_a_tombstone_of_a_compacted_topic_is_a_message_without_an_event(headers):
    message = decode(Record(CELLS.name, 0, 0, b"definition|closure_rate@1", headers, None), CELLS, {})

    assert (message.event, message.stream, message.source) == (None, None, CELLS.source)


def test_what_a_later_release_says_on_a_compacted_topic_is_passed_over():
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": b"1",
        "ce_source": CELLS.source.encode(),
        "ce_type": b"metric.dreamt.v1",
    }

    message = decode(Record(CELLS.name, 0, 0, b"dream", tuple(headers.items()), b"{}"), CELLS, WANTED)

    assert (message.event, message.type) == (None, "metric.dreamt.v1")


def test_a_tombstone_that_is_signed_by_somebody_else_is_refused():
    forged = (("ce_source", b"/fengqiao/town/metrics"),)

    with pytest.raises(Rejected, match="forged-source"):
        decode(Record(CELLS.name, 0, 0, b"heartbeat", forged, None), CELLS, {})


@pytest.mark.parametrize(("name", "said"), [(EXCESSIVE, "too-large"), (UNPACKABLE, "wrong-schema")])
def test_what_stands_for_records_that_could_not_be_read_is_no_tombstone(name, said):
    """Else what they said of their keys would be passed over, and nobody told."""
    with pytest.raises(Rejected, match=f"{said}: partition 0, offset 7: a batch of records"):
        decode(Record(CELLS.name, 0, 7, None, ((name, b""),), None), CELLS, {})


GOOD = an_inbound_record(body())
INBOUND_REASONS = {
    "null-value: the record has no body": an_inbound_record(None),
    "too-large: the body is larger": an_inbound_record(b"x" * (MAX_BODY + 1)),
    "not-utf-8: the body": an_inbound_record(b'{"area": "\xff"}'),
    "not-utf-8: a CloudEvents header": changed(GOOD, ce_id=b"\xff"),
    "not-json: the body": an_inbound_record(b"{"),
    "wrong-schema: body": an_inbound_record(b"[]"),
    "wrong-schema: category: Field required": an_inbound_record(json.dumps({"area": "620522"}).encode()),
    "wrong-schema: area: String should match": an_inbound_record(body(area=SECRET)),
    "wrong-schema: ce_specversion: only": changed(GOOD, ce_specversion=b"0.3"),
    "wrong-schema: ce_id: is missing": changed(GOOD, ce_id=None),
    "wrong-schema: ce_id: is missing, empty or": changed(GOOD, ce_id=b""),
    "wrong-schema: ce_source: is missing, empty or longer": changed(GOOD, ce_source=b"s" * 201),
    "wrong-schema: ce_id, ce_source: only": changed(GOOD, ce_id=b"a\0b"),
    "forged-source: ce_source: names of our own": changed(GOOD, ce_source=b"/fengqiao/village/intake"),
    "unknown-type: ce_type: this topic carries": changed(GOOD, ce_type=b"incident.reported.v1"),
}


@pytest.mark.parametrize("reason", INBOUND_REASONS)
def test_a_partner_is_told_what_is_wrong(reason):
    assert str(refusal(INBOUND_REASONS[reason])).startswith(reason)


STRUCTURED_REASONS = {
    "not-json": dataclasses.replace(structured(), value=b"{"),
    "not-json: the body cannot": dataclasses.replace(structured(), value=b"[" * 60_000),
    "not-utf-8": dataclasses.replace(structured(), value=b'{"id": "\xff"}'),
    "wrong-schema: a structured event is a JSON object": dataclasses.replace(structured(), value=b"[1]"),
    "wrong-schema: ce_id": structured(id=17),
    "wrong-schema: body": structured(data=None),
    "wrong-schema: area": structured(data={}),
    "unknown-type": structured(type=SECRET),
    "forged-source": structured(source="/fengqiao/county/routing"),
}


@pytest.mark.parametrize("reason", STRUCTURED_REASONS)
def test_structured_mode_has_the_same_reasons(reason):
    assert str(refusal(STRUCTURED_REASONS[reason])).startswith(reason)


OURS = a_record(reported())
TRUSTED_REASONS = {
    "forged-source: ce_source: village.intake is written by": changed(
        OURS, ce_source=b"/fengqiao/town/intake"
    ),
    "wrong-schema: ce_subject: must equal": dataclasses.replace(OURS, key=b"other"),
    "wrong-schema: ce_subject: must equal the": dataclasses.replace(OURS, key=None),
    "wrong-schema: ce_sequence": changed(OURS, ce_sequence=None),
    "wrong-schema: ce_sequence: must be": changed(OURS, ce_sequence=b"0"),
    "wrong-schema: ce_sequence: must be a": changed(OURS, ce_sequence=b"-1"),
    "wrong-schema: ce_sequence: must be a whole": changed(OURS, ce_sequence="²".encode()),
    "wrong-schema: ce_sequence: must be a whole number": changed(OURS, ce_sequence=b"9" * 5000),
    "wrong-schema: ce_time: must be an RFC 3339": changed(OURS, ce_time=b"yesterday"),
    "wrong-schema: ce_time: must carry an offset": changed(OURS, ce_time=b"2026-01-01T00:00:00"),
    "wrong-schema: ce_recordedtime": changed(OURS, ce_recordedtime=None),
}


@pytest.mark.parametrize("reason", TRUSTED_REASONS)
def test_our_own_topics_are_believed_no_more(reason):
    assert str(refusal(TRUSTED_REASONS[reason], INTAKE)).startswith(reason)


@pytest.mark.parametrize(
    "field", ["area", "category", "channel", "severity", "occurred_at", "parties", "target_at"]
)
def test_a_value_is_never_repeated_in_a_reason(field):
    why = refusal(an_inbound_record(body(**{field: {SECRET: SECRET}})))

    assert field in why.detail
    assert SECRET not in str(why)


@pytest.mark.parametrize("header", ["ce_specversion", "ce_type"])
def test_a_header_is_never_repeated_in_a_reason(header):
    assert SECRET not in str(refusal(changed(GOOD, **{header: SECRET.encode()})))


def test_a_large_event_of_our_own_is_read():
    event = reported(source="s" * MAX_BODY)

    assert decode(a_record(event), INTAKE, WANTED).event == event


def test_an_unreadable_event_of_ours_still_tells_its_place():
    broken = dataclasses.replace(a_record(reported(), seq=5), value=b"{")

    assert sequence_of(broken, INTAKE) == 5


@pytest.mark.parametrize(
    "claims",
    [
        {"ce_source": b"/partner"},
        {"ce_subject": b"other"},
        {"ce_sequence": b"9" * 19},
        {"ce_sequence": b"one"},
        {"ce_sequence": None},
    ],
)
def test_a_place_is_not_believed_without_the_signature_of_the_writer(claims):
    assert sequence_of(changed(a_record(reported(), seq=5), **claims), INTAKE) is None
    assert sequence_of(GOOD, INBOUND) is None


def test_a_record_survives_the_table_of_held_events():
    record = dataclasses.replace(a_record(reported()), key=b"\xff\0", headers=(("a", b"\0\xff"), ("a", b"")))

    text = to_json(record)

    assert text.isascii()
    assert from_json(record.topic, text, record.value) == record
