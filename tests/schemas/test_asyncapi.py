"""The AsyncAPI document says what the table says, neither more nor less."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from schemas.asyncapi import headers_kind
from schemas.base import SERVICES, TIERS
from schemas.generate import HERE
from schemas.topics import EVENTS, FLOWS, TOPICS, topics_read_by


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return yaml.safe_load((HERE / "asyncapi.yaml").read_text(encoding="utf-8"))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def follow(document: Any, pointer: str) -> Any:
    for step in pointer.removeprefix("#/").split("/"):
        document = document[step]
    return document


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    headers = document["components"]["messages"][name]["headers"]
    return Draft202012Validator(headers | {"components": document["components"]})


def numbered_headers(name: str = "incident.closed.v1") -> dict[str, str]:
    incident = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e21"
    return {
        "ce_specversion": "1.0",
        "ce_id": f"village.routing/{incident}/7",
        "ce_source": "/fengqiao/village/routing",
        "ce_type": name,
        "ce_subject": incident,
        "ce_time": "2026-09-18T08:00:00+00:00",
        "ce_sequence": "7",
        "ce_recordedtime": "2026-09-18T08:00:01.000200+00:00",
        "content-type": "application/json",
    }


def test_every_reference_resolves(document: dict[str, Any]):
    found = list(references(document))

    assert len(found) > len(TOPICS)
    for one in found:
        if one.startswith("#/"):
            follow(document, one)
        else:
            assert json.loads((HERE / one).read_text(encoding="utf-8"))["$id"]


def test_every_topic_of_the_table_is_a_channel_as_the_table_has_it(document: dict[str, Any]):
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"].keys() == TOPICS.keys()
    for name, topic in TOPICS.items():
        channel = document["channels"][name]
        kafka = channel["bindings"]["kafka"]
        assert channel["address"] == name
        assert kafka["partitions"] == topic.partitions
        assert kafka["topicConfiguration"] == {
            "cleanup.policy": [topic.cleanup],
            "retention.ms": topic.retention_ms,
            "max.message.bytes": topic.max_bytes,
        }
        assert list(channel["messages"]) == [event.type for event in topic.flow.events]


def test_each_writer_sends_and_each_reader_receives_exactly_as_in_the_table(document: dict[str, Any]):
    said = {
        (
            one["action"],
            *(tag["name"] for tag in one["tags"]),
            one["channel"]["$ref"].removeprefix("#/channels/"),
        )
        for one in document["operations"].values()
    }

    sends = {("send", topic.flow.writer, topic.tier, name) for name, topic in TOPICS.items()}
    receives = {
        ("receive", service, tier, topic.name)
        for service in SERVICES
        for tier in TIERS
        for topic in topics_read_by(service, tier)
    }
    assert said == sends | receives
    assert len(document["operations"]) == len(said)


def test_every_event_is_one_message_with_its_own_schema(document: dict[str, Any]):
    messages = document["components"]["messages"]

    assert messages.keys() == EVENTS.keys()
    for name, message in messages.items():
        assert message["name"] == name
        assert message["payload"] == {"$ref": f"./json/{name}.json"}
        assert message["bindings"]["kafka"]["key"]["description"]


def test_an_event_on_two_topics_carries_the_same_headers_on_both():
    for event in EVENTS.values():
        assert len({headers_kind(flow) for flow in FLOWS if event in flow.events}) == 1


def test_numbered_headers_are_accepted_with_and_without_a_trace(document: dict[str, Any]):
    trace = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}

    assert validator(document, "incident.closed.v1").is_valid(numbered_headers())
    assert validator(document, "incident.closed.v1").is_valid(numbered_headers() | trace)


@pytest.mark.parametrize("name", sorted(numbered_headers()))
def test_each_numbered_header_is_required(document: dict[str, Any], name: str):
    headers = numbered_headers()
    del headers[name]

    assert not validator(document, "incident.closed.v1").is_valid(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", "0.3"),
        ("ce_source", "/fengqiao/village/intake"),
        ("ce_source", "/fengqiao/nation/routing"),
        ("ce_type", "incident.opened.v1"),
        ("ce_subject", "somebody"),
        ("ce_sequence", "0"),
        ("ce_sequence", "1.5"),
        ("ce_sequence", "07"),
        ("content-type", "text/plain"),
        ("traceparent", "yes"),
    ],
)
def test_a_wrong_header_is_refused(document: dict[str, Any], name: str, value: str):
    assert not validator(document, "incident.closed.v1").is_valid(numbered_headers() | {name: value})


def test_another_system_sends_four_headers_and_never_signs_as_one_of_ours(document: dict[str, Any]):
    check = validator(document, "report.submitted.v1")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "2026-0914-113",
        "ce_source": "/hotline/12345",
        "ce_type": "report.submitted.v1",
    }

    assert check.is_valid(headers)
    assert not check.is_valid(headers | {"ce_source": "/fengqiao/village/intake"})


def test_only_numbered_topics_speak_of_a_sequence(document: dict[str, Any]):
    kinds = document["components"]["schemas"]

    assert [kind for kind, schema in kinds.items() if "ce_sequence" in schema["properties"]] == ["numbered"]
    assert {flow.kind for flow in FLOWS if not flow.sequenced} == {"inbound", "metrics"}
    assert all((headers_kind(flow) == "numbered") == flow.sequenced for flow in FLOWS)
