"""The AsyncAPI 3.0 document: what the table of topics says, in the words other tools read."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from schemas.base import SERVICES, TIERS, Event, IncidentId
from schemas.flow import Flow
from schemas.topics import EVENTS, FLOWS, TOPICS, Topic, source_of, topics_read_by

BINDING = "0.5.0"
"""The version of AsyncAPI's Kafka bindings that the document speaks."""
INTRODUCTION = """\
The events of the county, town and village governance centres: CloudEvents 1.0, each with a JSON body.

Our services write binary mode: attributes are record headers named `ce_…`. On `<tier>.inbound`, where
other systems write, structured mode (`content-type: application/cloudevents+json`) is read as well.

Delivery is at least once. `ce_sequence` is dense from 1 per incident and topic, so a reader drops what
it has applied already and notices what is missing. `ce_time` is when it happened, `ce_recordedtime`
when it was recorded.

What another system sent and what is not let in, it reads as `submission.refused.v1` on `<tier>.intake`, under its own
`source` and `id`: the reason, and the wrong fields with what would be accepted.

Schemas tolerate fields they do not know. A change that would break a reader becomes a new version of
the type, beside the old one.
"""
KEYS = {
    "incident id": "The incident id (of an activity its own): one incident lies in one partition, in order.",
    "cell": (
        "Names the cell, or what else is said: `heartbeat`, `restated|<event>|<cell>`, `definition|<id>@<version>`. "
        "Compaction keeps what was said last of each. A null value retires a definition; a cell never gets one."
    ),
    "chosen by the sender": "Chosen by the sender: records of one key keep their order; a case id is best.",
}
"""What each kind of key in the table promises."""

Node = dict[str, Any]


def document(version: str) -> Node:
    """Build the whole document for a release of the product."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fengqiao events",
            "version": version,
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(topic) for name, topic in TOPICS.items()},
        "operations": dict(_operations()),
        "components": {
            "messages": {name: _message(name, event) for name, event in EVENTS.items()},
            "schemas": {"numbered": _numbered(), "current": _current(), "inbound": _inbound()},
        },
    }


def headers_kind(flow: Flow) -> str:
    """Which headers the records of a flow carry: `numbered` per incident, `current` values, or `inbound`."""
    if flow.writer == "partners":
        return "inbound"
    return "numbered" if flow.sequenced else "current"


def _channel(topic: Topic) -> Node:
    return {
        "address": topic.name,
        "title": f"{topic.flow.kind} of the {topic.tier}",
        "description": f"Written by {_writer(topic)} only. Key: {topic.flow.key}.",
        "messages": {
            event.type: {"$ref": f"#/components/messages/{event.type}"} for event in topic.flow.events
        },
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_bytes,
                },
                "bindingVersion": BINDING,
            }
        },
    }


def _writer(topic: Topic) -> str:
    return "other systems" if topic.flow.writer == "partners" else f"{topic.flow.writer} of the {topic.tier}"


def _operations() -> Iterator[tuple[str, Node]]:
    for topic in TOPICS.values():
        yield _operation("send", topic, topic.tier, topic.flow.writer)
    for tier in TIERS:
        for service in SERVICES:
            for topic in topics_read_by(service, tier):
                yield _operation("receive", topic, tier, service)


def _operation(action: str, topic: Topic, tier: str, who: str) -> tuple[str, Node]:
    verb = "writes" if action == "send" else "reads"
    return f"{tier}.{who}.{action}.{topic.name}", {
        "action": action,
        "title": f"{who} of the {tier} {verb} {topic.name}",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": who}, {"name": tier}],
    }


def _message(name: str, event: type[Event]) -> Node:
    flows = [flow for flow in FLOWS if event in flow.events]
    return {
        "name": name,
        "title": event.__name__,
        "summary": (event.__doc__ or "").partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "allOf": [{"$ref": f"#/components/schemas/{headers_kind(flows[0])}"}],
            "properties": {"ce_type": {"const": name}, **_sources(flows)},
        },
        "payload": {"$ref": f"./json/{name}.json"},
        "bindings": {"kafka": {"key": _key(flows[0]), "bindingVersion": BINDING}},
    }


def _sources(flows: list[Flow]) -> Node:
    signed = sorted(
        source_of(flow.writer, tier) for flow in flows for tier in TIERS if flow.writer != "partners"
    )
    return {"ce_source": {"enum": signed}} if signed else {}


def _key(flow: Flow) -> Node:
    return {"type": "string", "description": KEYS[flow.key]} | (
        _incident() if flow.key == "incident id" else {}
    )


def _incident() -> Node:
    return {"pattern": TypeAdapter(IncidentId).json_schema()["pattern"]}


def _headers(required: list[str], more: Node) -> Node:
    attributes: Node = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "minLength": 1, "maxLength": 200},
        "ce_source": {"type": "string", "minLength": 1, "maxLength": 200},
        "ce_type": {"type": "string", "description": "The event type; it ends in its version."},
        "ce_subject": {"type": "string", "description": "The key of the record."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "traceparent": {"type": "string", "description": "W3C trace context.", "pattern": _TRACEPARENT},
        "content-type": {"type": "string", "pattern": "^application/json"},
    }
    always = ["ce_specversion", "ce_id", "ce_source", "ce_type"]
    described = {name: attributes.get(name, {}) | more.get(name, {}) for name in attributes | more}
    return {"type": "object", "required": always + required, "properties": described}


_TRACEPARENT = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
_RECORDED = {
    "type": "string",
    "format": "date-time",
    "description": "When the owner's database recorded it, by its own clock.",
}


def _numbered() -> Node:
    more = {
        "ce_id": {"description": "topic/incident/sequence: the same after a replay."},
        "ce_subject": {"description": "The incident id; equals the key.", **_incident()},
        "ce_sequence": {
            "type": "string",
            "description": "A decimal number, dense from 1 per incident and topic: a hole is a loss.",
            "pattern": "^[1-9][0-9]{0,18}$",
        },
        "ce_recordedtime": _RECORDED,
    }
    return _headers(["ce_subject", "ce_time", "ce_sequence", "ce_recordedtime", "content-type"], more)


def _current() -> Node:
    more = {"ce_id": {"description": "Names this value of the cell."}}
    return _headers(["ce_subject", "ce_time", "content-type"], more)


def _inbound() -> Node:
    more = {
        "ce_id": {"description": "With ce_source it names the event for ever: sent twice, it counts once."},
        "ce_source": {
            "description": "Your system, e.g. `/hotline/12345`.",
            "not": {"pattern": "^/fengqiao/"},
        },
        "ce_subject": {"description": "Not read."},
        "ce_time": {"description": "Not read: the body says when it happened."},
    }
    return _headers([], more)
