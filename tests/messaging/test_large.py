"""Of a record that is too large as much is kept as shows it, and nothing of one that is not is lost."""

from dataclasses import replace

import pytest

from messaging.cloudevents import decode
from messaging.errors import Rejected
from messaging.large import MAX_BODY, shown
from schemas.inbound import ReportSubmitted
from schemas.topics import TOPICS
from tests.builders import a_report, an_inbound_record

MOST, MEGABYTES = MAX_BODY, 3 << 20
BODY = a_report().model_dump_json().encode()
WHOLE = an_inbound_record(BODY)
BESIDE = sum(len(name) + len(said) for name, said in WHOLE.headers)


def with_headers(*more):
    return replace(WHOLE, headers=(*WHOLE.headers, *more))


LARGE = {
    "body": replace(WHOLE, value=BODY + b" " * MEGABYTES),
    "body, by one": replace(WHOLE, value=BODY.ljust(MOST + 1)),
    "key": replace(WHOLE, key=b"k" * MEGABYTES),
    "headers": with_headers(("x", b"y" * MEGABYTES)),
    "headers, many": with_headers(*[("x", b"y" * 100)] * 20_000),
    "headers, a name": with_headers(("x" * MEGABYTES, None)),
    "headers, by one": with_headers(("x", b"y" * (MOST - BESIDE))),
}


def kept_of(record):
    key, headers, value = shown(record.key, record.headers, record.value)
    return replace(record, key=key, headers=headers, value=value)


def refusal(record):
    with pytest.raises(Rejected) as why:
        decode(record, TOPICS["village.inbound"], {ReportSubmitted.type: ReportSubmitted})
    return why.value


@pytest.mark.parametrize("name", LARGE)
def test_it_is_refused_by_its_part_and_so_is_what_is_kept_of_it(name):
    part, before = name.partition(",")[0], refusal(LARGE[name])

    kept = kept_of(LARGE[name])

    assert (before.reason, [field for field, _ in before.fields]) == ("too-large", [part])
    assert (refusal(kept).detail, refusal(kept).fields) == (before.detail, before.fields)
    assert (
        len(kept.key) + len(kept.value) + sum(len(one) + len(said or b"") for one, said in kept.headers)
        < 3 * MOST
    )


@pytest.mark.parametrize(
    "record",
    [
        WHOLE,
        replace(WHOLE, value=BODY.ljust(MOST)),
        replace(WHOLE, key=b"k" * MOST),
        with_headers(("x", b"y" * (MOST - BESIDE - 1))),
        with_headers(("x", None)),
        replace(WHOLE, key=None),
    ],
    ids=["usual", "body", "key", "headers", "a header without a value", "no key"],
)
def test_what_is_not_too_large_is_kept_whole_and_read(record):
    assert kept_of(record) == record
    assert (
        decode(record, TOPICS["village.inbound"], {ReportSubmitted.type: ReportSubmitted}).event is not None
    )


def test_a_record_without_a_body_stays_one():
    assert kept_of(replace(WHOLE, value=None)).value is None
