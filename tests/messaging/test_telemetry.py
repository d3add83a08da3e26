"""A scrape has what the table says and nothing else; what nobody knows is absent, and no label is anybody's."""

from datetime import timedelta

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from messaging.health import Health, probes
from messaging.readings import Readings
from messaging.stages import stage
from messaging.telemetry import (
    BATCH,
    COUNTED,
    DOUBT,
    LAG,
    LATE,
    READY,
    STAGE,
    TABLE,
    UNSENT,
    batch_events,
    exemplar,
)
from messaging.timer import acted_on
from messaging.web import serve
from tests.builders import NOW

OPEN = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
LABELS = {
    "condition",
    "group",
    "kind",
    "method",
    "policy",
    "queue",
    "reason",
    "route",
    "schema",
    "scope",
    "side",
    "stage",
}
LABELS |= {"status", "version"}


async def scraped(health, accept):
    async with serve(probes(health), "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{port}/telemetry", headers={"accept": accept})


def samples(readings, name):
    """Labels → value of one name."""
    found = [
        one for family in parse(readings.text("")[0].decode()) for one in family.samples if one.name == name
    ]
    return {tuple(one.labels.values()): one.value for one in found}


def test_every_name_is_ours_once_and_says_in_both_languages_what_it_is():
    names = [one.name for one in TABLE]

    assert len(set(names)) == len(names)
    assert all(one.startswith("fengqiao_") for one in names)
    for one in TABLE:
        assert one.zh.endswith("。"), one.name
        assert one.en.endswith("."), one.name
        assert one.unit in {"", "events", "seconds", "rows", "letters", "bytes"}, one.name
        assert one.name.endswith(one.unit), one.name


def test_labels_are_of_few_values_and_nobodys():
    assert {label for one in TABLE for label in one.labels} == LABELS


def test_what_is_counted_as_it_happens_is_in_the_table_as_it_is_counted():
    table = {one.name: one for one in TABLE}

    for one in COUNTED:
        series = table.pop(one._name)
        assert (series.kind, series.labels, series.help) == (one._type, one._labelnames, one._documentation)
    assert {one.kind for one in table.values()} == {"gauge", "info"}


def test_what_nobody_knows_at_the_moment_is_absent_and_not_zero():
    readings, seen = Readings(), {"lag": 7, "unsent": None}
    readings.reads(LAG, lambda: seen["lag"], "village-routing")
    readings.reads(UNSENT, lambda: seen["unsent"])

    known = samples(readings, LAG.name), samples(readings, UNSENT.name)
    seen |= {"lag": None, "unsent": 0}

    assert known == ({("village-routing",): 7}, {})
    assert (samples(readings, LAG.name), samples(readings, UNSENT.name)) == ({}, {(): 0})


def test_conditions_are_told_as_numbers():
    health = Health("village-routing")
    health.set("database", ok=True)
    health.set("consumer village-routing", ok=False, why="it is held")
    health.doubt("relay", "the broker is away")
    health.doubt("kafka", None)

    told = samples(health.readings, READY.name), samples(health.readings, DOUBT.name)

    assert told == (
        {("database",): 1, ("consumer village-routing",): 0},
        {("relay",): 1, ("kafka",): 0},
    )


async def test_who_asks_for_open_metrics_is_given_it_and_everybody_else_plain_text():
    plain, opened = [await scraped(Health("n"), one) for one in ("*/*", OPEN)]

    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert opened.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert opened.text.endswith("# EOF\n")
    names = [{one.name for one in family} for family in (parse(plain.text), parse_open(opened.text))]
    assert {BATCH.name, "process_resident_memory_bytes"} <= names[0] & names[1]


@pytest.mark.parametrize(
    ("sampler", "told"), [(ALWAYS_ON, True), (ALWAYS_OFF, False)], ids=["kept", "not kept"]
)
def test_a_bucket_names_a_trace_if_there_is_one_to_look_at(sampler, told):
    tracer = TracerProvider(sampler=sampler).get_tracer("test")
    before = exemplar()

    with tracer.start_as_current_span("batch") as span, stage("judge"):
        batch_events.observe(699, exemplar())
    text, _ = Readings().text(OPEN)

    assert before is None
    trace = f'trace_id="{span.get_span_context().trace_id:032x}"'
    lines = [one for one in text.decode().splitlines() if trace in one]
    assert bool([one for one in lines if one.startswith(f'{BATCH.name}_bucket{{le="700.0"}}')]) == told
    assert bool([one for one in lines if one.startswith(STAGE.name) and 'stage="judge"' in one]) == told


def test_a_stage_that_raises_took_its_time_all_the_same():
    before = samples(Readings(), f"{STAGE.name}_count")["fire",]

    with pytest.raises(ZeroDivisionError), stage("fire"):
        raise ZeroDivisionError

    assert samples(Readings(), f"{STAGE.name}_count")["fire",] == before + 1


def test_a_batch_of_deadlines_is_told_by_how_many_and_by_the_most_overdue():
    def told():
        text = Readings()
        names = ("fengqiao_deadlines_fired_total", f"{LATE.name}_sum", f"{LATE.name}_count")
        return [samples(text, one)[()] for one in names]

    before = told()

    acted_on([NOW - timedelta(seconds=2), NOW - timedelta(seconds=90), NOW], NOW)

    assert [round(after - was, 6) for after, was in zip(told(), before, strict=True)] == [3, 90, 1]
