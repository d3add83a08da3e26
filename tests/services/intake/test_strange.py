"""Whatever another system sends, it is let in or refused with a reason; no byte of it can do anything else."""

import gc
import time
from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from messaging.cloudevents import from_json, to_json
from messaging.each import each
from messaging.inbox import Inbox, Reading
from schemas.topics import topics_read_by
from services.intake.app import LISTENS_TO
from services.intake.desk import Desk, _Batch
from services.intake.docket import Docket
from services.intake.vault import Vault
from tests.builders import a_registry, an_inbound_record, later
from tests.services.intake.judged import Judge, read
from tests.services.intake.strange import strange

LONGEST_S = 2.0
"""Of CPU: a usual one takes a hundredth of a thousandth of it, and one that is read in quadratic time minutes."""
REASONS = {
    "not-utf-8", "not-json", "null-value", "too-large", "wrong-schema", "forged-source", "unknown-type", "unknown-code",
    "unknown-area", "personal-data", "future", "id-reused",
}  # fmt: skip


def outcome(message, why):
    """What can be told apart from outside."""
    return str(why) if message is None else (replace(message, record=None, unreadable=None), str(why))


@pytest.mark.parametrize(
    ("seed", "count"),
    [
        pytest.param("some", 4_000, marks=pytest.mark.wide),
        pytest.param("many", 100_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_every_strange_record_is_let_in_or_refused_for_a_reason_that_repeats_nothing(seed, count):
    judge, ended = Judge(a_registry(), partial(later, days=400)), Counter()

    for at in range(count):
        record, began = strange(seed, at), time.thread_time()
        ended[judge.reason(record)] += 1
        took = time.thread_time() - began
        assert took < LONGEST_S, f"strange({seed!r}, {at}) took {took:.1f} s"

    assert ended.keys() == REASONS | {None}, "else what is behind a check is not reached"
    assert ended[None] > count / 10
    print(dict(ended))


@pytest.mark.wide
def test_an_operator_who_sends_one_back_sends_what_came():
    for at in range(2_000):
        record = strange("back", at)
        again = from_json(record.topic, to_json(record), record.value)

        assert outcome(*read(again)) == outcome(*read(record)), f"strange('back', {at})"


def through(desk, inbox, records):
    """Takes a batch as far as there is no database; how many were refused, and how many of their senders told."""
    batch = _Batch({}, Docket(desk.registry))
    messages, letters = inbox._decoded(records)
    faults = each(messages, lambda one: desk._step(batch, one, later(days=400)))
    told = [one.said(later(days=400)) for one in batch.refused]
    return len(letters) + len(faults.rejected), len(told)


@pytest.mark.wide
def test_a_batch_of_strange_records_is_out_of_memory_when_it_is_done():
    """Whatever holds itself stays until the collector comes round, by then with all of the batches in between."""
    desk = Desk(a_registry(), Vault(bytes(32)))
    inbox = Inbox(None, Reading(topics_read_by("intake", "village"), LISTENS_TO, desk.handle), lambda: None)
    records = [strange("left", at) for at in range(600)]
    gc.collect()

    gc.disable()
    try:
        refused, told = through(desk, inbox, records)
        left = gc.collect()
    finally:
        gc.enable()

    assert refused > told > 0
    assert left == 0


def test_of_a_header_that_is_given_twice_the_last_counts_also_without_a_value():
    first = an_inbound_record(b"{}")

    twice = replace(first, headers=(*first.headers, ("ce_type", b"report.whispered.v1")))
    emptied = replace(first, headers=(*first.headers, ("ce_id", None)))

    assert read(twice)[1].reason == "unknown-type"
    assert str(read(emptied)[1]).startswith("wrong-schema: ce_id")


def test_the_mode_is_known_however_its_name_is_written():
    headers = (("content-type", b"Application/CloudEvents+JSON; charset=UTF-8"),)
    record = replace(an_inbound_record(b'{"specversion": "1.0"}'), headers=headers)

    assert str(read(record)[1]).startswith("wrong-schema: ce_id")


def deeper(frames, look):
    return look() if frames == 0 else deeper(frames - 1, look)


@pytest.mark.parametrize("depth", [150, 190, 198, 202, 250, 700, 850, 950, 990, 5000, 15_000])
def test_how_deep_a_structured_event_may_be_does_not_hang_on_who_reads_it(depth):
    headers = (("content-type", b"application/cloudevents+json"),)
    body = b'{"specversion":"1.0","id":"1","source":"/p","type":"report.submitted.v1","data":{"x":%s},"y":%s}'
    deep = b"[" * depth + b"]" * depth
    record = replace(an_inbound_record(body % (deep, deep)), headers=headers)

    reasons = {deeper(frames, lambda: read(record)[1].reason) for frames in (0, 300, 600)}

    assert reasons == {"not-json" if depth > 198 else "wrong-schema"}
