"""What is recorded of events: whose trace it is in, what hangs on what, and what a span never says."""

import pytest

from messaging.gathering import gathering
from messaging.guard import plan
from messaging.spans import applying, begun, departing, firing, given_up, judged, not_sent, sending, taken
from messaging.stages import stage
from messaging.trace import sampled
from schemas.topics import TOPICS
from tests.builders import INCIDENT, a_draft, a_message, reported
from tests.recorded import context, of, recorded

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"
UNRECORDED = GIVEN[:-2] + "00"
INTAKE, INBOUND = TOPICS["village.intake"], TOPICS["village.inbound"]


def a_heard(traceparent, seq=1, **changes):
    """A message of the reader's, with a trace."""
    message = a_message(seq, event=changes.pop("event", reported()), **changes)
    message.traceparent = traceparent
    return message


def a_row(traceparent, number=1):
    """A row of the outbox, as far as a span goes."""
    return {
        "id": number,
        "topic": "village.routing",
        "type": "incident.opened.v1",
        "traceparent": traceparent,
    }


def test_while_nothing_is_recorded_nothing_is_in_hand_and_traces_go_on_as_they_are():
    message = a_heard(GIVEN)

    with applying("village-routing", 1):
        taken(message, INTAKE)
        assert gathering() is None

    assert message.traceparent == GIVEN
    assert departing(a_row(GIVEN)) == GIVEN
    assert begun([a_draft()]) == {}


def test_a_batch_in_which_nothing_is_recorded_has_no_span():
    with recorded() as spans, applying("village-routing", 2), stage("decode"):
        for trace in (UNRECORDED, None):
            assert taken(a_heard(trace), INTAKE).traceparent == trace

    assert len(spans) == 0


def test_a_message_s_span_goes_on_with_its_trace_and_what_follows_hangs_on_it():
    with recorded() as spans, applying("village-routing", 7):
        went_on = taken(a_heard(GIVEN), INTAKE).traceparent

    span = spans.one("apply village.intake")
    assert (span.context.trace_id, of(span.parent)) == (context(GIVEN)[0], context(GIVEN))
    assert (context(went_on), sampled(went_on)) == (of(span), True)
    assert dict(span.attributes) == {
        "messaging.system": "kafka", "messaging.operation.name": "apply", "messaging.operation.type": "process",
        "messaging.consumer.group.name": "village-routing", "messaging.destination.name": "village.intake",
        "messaging.destination.partition.id": "0", "messaging.kafka.offset": 1,
        "cloudevents.event_type": "incident.reported.v1",
    }  # fmt: skip


def test_the_batch_has_a_trace_of_its_own_and_links_lead_there_and_back():
    with recorded() as spans, applying("village-routing", 1500):
        for at, trace in enumerate((GIVEN, UNRECORDED, OTHER), start=1):
            taken(a_heard(trace, at), INTAKE)
        with stage("commit"):
            pass

    batch = spans.one("apply batch")
    parts = spans.named("apply village.intake")
    assert batch.parent is None
    assert [of(one) for one in batch.links] == [context(GIVEN), context(OTHER)]
    assert [[of(link) for link in one.links] for one in parts] == [[of(batch)]] * 2
    assert batch.context.trace_id not in {one.context.trace_id for one in parts}
    assert batch.attributes["messaging.batch.message_count"] == 1500
    assert of(spans.one("commit").parent) == of(batch)


def test_a_batch_that_is_tried_again_has_the_same_spans_and_says_that_it_was_held():
    with recorded() as spans, applying("village-routing", 1) as batch:
        first = taken(a_heard(GIVEN), INTAKE).traceparent
        batch.event("held")
        again = taken(a_heard(GIVEN), INTAKE).traceparent

    assert first == again
    assert len(spans.named("apply village.intake")) == 1
    assert [one.name for one in spans.one("apply batch").events] == ["held"]


def test_of_a_batch_that_is_given_up_only_the_batch_is_told():
    with recorded() as spans, applying("village-routing", 1):
        taken(a_heard(GIVEN), INTAKE)
        given_up("stopped")

    [batch] = spans
    assert (batch.name, batch.status.is_ok, batch.attributes["error.type"]) == (
        "apply batch",
        False,
        "stopped",
    )


def test_a_type_whose_body_nobody_reads_has_a_span_too_because_its_headers_may_be_enough():
    with recorded() as spans, applying("village-intake", 1):
        taken(a_heard(GIVEN, event=None), INTAKE)

    assert spans.one("apply village.intake").attributes["cloudevents.event_type"] == "incident.reported.v1"


def test_what_is_delivered_twice_says_so_the_second_time():
    message = a_heard(GIVEN)
    outcome = plan({message.stream: 1}, [message])

    with recorded() as spans, applying("village-routing", 1):
        taken(message, INTAKE)
        judged(outcome, a_verdict())

    assert spans.one("apply village.intake").attributes["fengqiao.outcome"] == "duplicate"


def a_verdict():
    """Nothing but duplicates."""
    from messaging.guard import Verdict

    return Verdict({}, frozenset(), [], [], [], {}, [])


@pytest.mark.parametrize(("share", "chosen"), [(0.0, False), (1.0, True)])
@pytest.mark.parametrize("given", [GIVEN, UNRECORDED, None, "王小明"])
def test_of_what_comes_from_outside_we_decide_whether_it_is_recorded(given, share, chosen):
    with recorded(share) as spans, applying("village-intake", 1):
        went_on = taken(a_heard(given, topic="village.inbound"), INBOUND).traceparent

    assert sampled(went_on) is chosen
    assert len(spans.named("apply village.inbound")) == chosen
    if given in (GIVEN, UNRECORDED):
        assert went_on[:36] == given[:36]


def test_without_tracing_a_stranger_s_wish_does_not_go_on():
    went_on = taken(a_heard(GIVEN, topic="village.inbound"), INBOUND).traceparent

    assert not sampled(went_on)


def test_a_row_is_sent_with_the_span_of_its_sending():
    with recorded() as spans, sending(3):
        went_on = departing(a_row(GIVEN, 1))
        assert departing(a_row(UNRECORDED, 2)) == UNRECORDED
        assert departing(a_row(None, 3)) is None

    span, batch = spans.one("send village.routing"), spans.one("send batch")
    assert (of(span), of(span.parent)) == (context(went_on), context(GIVEN))
    assert [of(one) for one in batch.links] == [context(GIVEN)]
    assert [of(one) for one in span.links] == [of(batch)]


def test_rows_that_nobody_acknowledged_are_told_because_their_number_may_stand_in_a_record():
    with recorded() as spans, pytest.raises(KeyError), sending(2):
        for number, trace in enumerate((GIVEN, OTHER)):
            departing(a_row(trace, number))
        not_sent(a_row(OTHER, 1), TimeoutError())
        raise KeyError

    sent, lost = spans.named("send village.routing")
    assert "error.type" not in sent.attributes
    assert lost.attributes["error.type"] == "TimeoutError"
    assert spans.one("send batch").attributes["error.type"] == "KeyError"


def test_each_incident_the_clock_speaks_of_begins_a_trace():
    drafts = [a_draft("a"), a_draft("a"), a_draft("b")]

    with recorded() as spans, firing():
        traces = begun(drafts)

    roots = spans.named("fire deadline")
    assert {context(traces[key]) for key in "ab"} == {of(one) for one in roots}
    assert [one.parent for one in roots] == [None, None]
    assert {of(one) for one in spans.one("fire batch").links} == {of(one) for one in roots}


def test_what_a_clock_did_not_get_done_is_not_told():
    with recorded() as spans, pytest.raises(KeyError), firing():
        begun([a_draft("a")])
        raise KeyError

    assert [one.name for one in spans] == ["fire batch"]


def test_a_clock_chooses_too():
    with recorded(0.0) as spans, firing():
        assert begun([a_draft("a")]) == {}

    assert len(spans) == 0


def test_no_span_says_what_an_incident_is_called_nor_a_key():
    with recorded() as spans, applying("village-routing", 1), stage("apply"):
        taken(a_heard(GIVEN, event=reported()), INTAKE)

    said = [one.to_json() for one in spans]
    assert len(said) == 3
    assert not any(INCIDENT in one for one in said)
