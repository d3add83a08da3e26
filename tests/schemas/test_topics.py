"""The table of topics is the one in the plan."""

import dataclasses

import pytest

from schemas.base import SERVICES, TIERS, Service, Tier
from schemas.topics import EVENTS, FLOWS, PARTITIONS, TOPICS, groups_of, topics_read_by

METRICS_ELSEWHERE = {
    "village": {"town.metrics", "county.metrics"},
    "town": {"village.metrics", "county.metrics"},
    "county": {"village.metrics", "town.metrics"},
}
READS: dict[tuple[str, str], set[str]] = {
    ("routing", "village"): {"village.intake", "village.followup", "town.handoff", "county.handoff"},
    ("routing", "town"): {"town.intake", "town.followup", "village.handoff", "county.handoff"},
    ("routing", "county"): {"county.intake", "county.followup", "village.handoff", "town.handoff"},
} | {
    ("intake", tier): {f"{tier}.inbound"} | {f"{one}.{kind}" for one in TIERS for kind in ("routing", "followup")}
    for tier in TIERS
} | {
    ("followup", tier): {f"{tier}.routing", f"{tier}.intake"} for tier in TIERS
} | {
    ("metrics", tier): {f"{tier}.intake", f"{tier}.routing", f"{tier}.followup"} | METRICS_ELSEWHERE[tier]
    for tier in TIERS
}  # fmt: skip


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_of_a_tier_reads_exactly_what_the_plan_says(service: Service, tier: Tier):
    assert {topic.name for topic in topics_read_by(service, tier)} == READS[service, tier]


@pytest.mark.parametrize("tiers", [("village", "county"), ("village", "town"), ("village",)])
@pytest.mark.parametrize("service", SERVICES)
def test_of_a_tier_that_is_not_there_nothing_is_read(service: Service, tiers: tuple[Tier, ...]):
    there = tuple(f"{one}." for one in tiers)
    wanted = {name for name in READS[service, "village"] if name.startswith(there)}

    assert {topic.name for topic in topics_read_by(service, "village", tiers)} == wanted
    in_groups = [topic.name for topics in groups_of(service, "village", tiers).values() for topic in topics]
    assert sorted(in_groups) == sorted(wanted)


def test_each_kind_of_topic_stands_once_in_the_table_with_its_writer():
    assert {flow.kind: flow.writer for flow in FLOWS} == {
        "inbound": "partners",
        "intake": "intake",
        "routing": "routing",
        "handoff": "routing",
        "followup": "followup",
        "metrics": "metrics",
    }
    assert len(FLOWS) == 6
    assert len(TOPICS) == len(FLOWS) * len(TIERS)


def test_a_topic_has_one_writer_and_its_source_names_that_writer_and_tier():
    for name, topic in TOPICS.items():
        if topic.trusted:
            assert topic.source == f"/fengqiao/{topic.tier}/{topic.flow.writer}"
        assert name == f"{topic.tier}.{topic.flow.kind}"


def test_only_inbound_is_untrusted():
    assert {name for name, topic in TOPICS.items() if not topic.trusted} == {
        f"{tier}.inbound" for tier in TIERS
    }


def test_every_topic_keyed_by_the_incident_is_numbered_and_no_other():
    for flow in FLOWS:
        assert flow.sequenced == (flow.key == "incident id")


def test_partitions_are_equal_everywhere_so_that_one_replica_owns_an_incident():
    assert {topic.partitions for topic in TOPICS.values()} == {PARTITIONS} == {12}


def test_every_event_travels_on_a_topic_under_a_type_of_its_own():
    travelling = [event for flow in FLOWS for event in flow.events]

    assert set(EVENTS.values()) == set(travelling)
    assert all(EVENTS[event.type] is event for event in travelling)
    assert len({event.type for event in travelling}) == len(set(travelling))


def test_an_event_on_two_topics_has_a_writer_for_each():
    for flow in FLOWS:
        assert len(set(flow.events)) == len(flow.events)
    shared = [name for name, event in EVENTS.items() if sum(event in flow.events for flow in FLOWS) > 1]
    assert shared == ["action.refused.v1", "action.done.v1"]


def test_metrics_keep_the_current_value_the_history_of_incidents_stays_and_everything_else_stays_two_weeks():
    kept = {"metrics": ("compact", -1)} | dict.fromkeys(("intake", "routing", "followup"), ("delete", -1))

    for topic in TOPICS.values():
        expected = kept.get(topic.flow.kind, ("delete", 14 * 24 * 3600 * 1000))
        assert (topic.cleanup, topic.retention_ms) == expected


def test_inbound_takes_records_larger_than_what_is_accepted_so_that_they_are_refused_with_a_reason():
    assert min(topic.max_bytes for topic in TOPICS.values() if not topic.trusted) > 2 * 1024 * 1024


def test_the_table_cannot_be_changed_at_run_time():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FLOWS[0].writer = "intake"
