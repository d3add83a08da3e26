"""Valid examples of everything, each with only what matters to a test said by the test."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from messaging.envelope import Draft, Message, Record, Stream
from messaging.layout import headers_of
from policy.load import Area, policy
from policy.model import Policy
from schemas.base import Actor, Event, Party, Tier
from schemas.codes import load
from schemas.followup import RevisitCompleted
from schemas.handoff import IncidentHandedOver
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from schemas.intake import IncidentReported
from schemas.routing import IncidentResolved
from schemas.topics import TOPICS
from services.followup.state import Answer, Revisit
from services.intake.report import Registry
from services.routing.centre import Centre
from services.routing.incident import Incident
from services.routing.roster import Contact

ROOT = Path(__file__).parents[1]
"""The top of the checkout."""
INCIDENT = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e21"
VILLAGE = "620522101203"
REPORTED_AT = datetime(2026, 9, 14, 1, 20, tzinfo=UTC)
NOW = REPORTED_AT + timedelta(minutes=5)
OFFICER = Actor(role="officer", ref="o-1102")
APPLICANT = Party(ref="p1", role="party-role/1:applicant")
RESPONDENT = Party(ref="p2", role="party-role/1:respondent")
MATTER: dict[str, Any] = {
    "incident_id": INCIDENT,
    "area": VILLAGE,
    "category": "category/1:land",
    "channel": "channel/1:patrol",
    "severity": "severity/1:ordinary",
    "reported_at": REPORTED_AT,
    "backfill": False,
}


def later(**duration: float) -> datetime:
    """A moment after `NOW`."""
    return NOW + timedelta(**duration)


@cache
def _in_force() -> Policy:
    """Read once: thousands of tests ask for it."""
    return policy(ROOT / "policy" / "default.yaml")


def a_policy(**changes: Any) -> Policy:
    """The product's policy, with changes."""
    return Policy.model_validate(_in_force().model_dump() | changes) if changes else _in_force()


def policies(*versions: Policy) -> dict[str, Policy]:
    """Policies under their versions, the first one in force."""
    return {one.version: one for one in versions or (a_policy(),)}


def a_centre(tier: Tier = "village", *versions: Policy) -> Centre:
    """Where decisions are made."""
    return Centre(tier, policies(*versions))


def a_contact(reference: str, role: str = "grid-staff", area: str = VILLAGE, **changes: Any) -> Contact:
    """Somebody of the registry."""
    fields = {"kind": "person", "role": f"contact-role/1:{role}", "area": area}
    return Contact(reference=reference, **(fields | changes))


def asking(*roles: str, tier: Tier = "village", **terms: Any) -> dict[str, Any]:
    """The part of a policy by which these roles are asked at a tier, with half an hour to answer."""
    rules = [{"tier": tier, "role": one} for one in roles or ("grid-staff", "mediator")]
    return {"rules": rules, "answer": "PT30M"} | terms


def an_incident(**changes: Any) -> Incident:
    """An ordinary incident, open in the village that must act."""
    tier = changes.get("tier", "village")
    fields = MATTER | {
        "tier": tier, "owner": tier, "status": "open", "parties": (APPLICANT, RESPONDENT), "target_at": None,
        "attempt": 1, "policy": "default/2", "path": (), "opened_at": REPORTED_AT,
    }  # fmt: skip
    return Incident(**(fields | changes))


def an_accepted_incident(**changes: Any) -> Incident:
    """An incident in handling, with its clock running."""
    fields = {
        "status": "accepted", "accepted_at": NOW, "handle_by": later(days=1), "due_at": later(days=1),
        "due_step": "handle", "clock_from": NOW,
    }  # fmt: skip
    return an_incident(**(fields | changes))


def a_resolved_incident(**changes: Any) -> Incident:
    """An incident that waits for its revisit."""
    fields = {"status": "resolved", "accepted_at": NOW, "resolved_at": later(hours=1), "on_time": True}
    return an_incident(**(fields | changes))


def reported(**changes: Any) -> IncidentReported:
    """What intake says of an accepted report."""
    fields = MATTER | {
        "tier": "village", "source": "/http", "occurred_at": REPORTED_AT, "parties": (APPLICANT, RESPONDENT),
    }  # fmt: skip
    return IncidentReported(**(fields | changes))


def handed_over(**changes: Any) -> IncidentHandedOver:
    """An incident on its way from the village to the town."""
    fields = MATTER | {
        "to_tier": "town", "from_tier": "village", "occurred_at": NOW, "actor": OFFICER,
        "reason": "reason/1:too-hard", "parties": (APPLICANT, RESPONDENT), "target_at": None, "attempt": 1,
        "policy": "default/2", "path": ("village",), "history": (),
    }  # fmt: skip
    return IncidentHandedOver(**(fields | changes))


def resolved(**changes: Any) -> IncidentResolved:
    """What routing says of a settled incident."""
    fields = MATTER | {
        "occurred_at": later(hours=1), "actor": OFFICER, "parties": (APPLICANT, RESPONDENT),
        "method": "method/1:mediation", "outcome": "outcome/1:success", "agreement": True, "attempt": 1,
        "target_at": later(days=1), "on_time": True, "policy": "default/2",
    }  # fmt: skip
    return IncidentResolved(**(fields | changes))


def a_revisit(*answers: Answer, **changes: Any) -> Revisit:
    """A revisit of two parties whom nobody has asked yet."""
    fields = MATTER | {
        "attempt": 1, "resolved_at": later(hours=1), "policy": "default/2", "due_at": later(days=7),
        "answers": answers or (Answer(APPLICANT), Answer(RESPONDENT)),
    }  # fmt: skip
    return Revisit(**(fields | changes))


def a_completed_revisit(**changes: Any) -> RevisitCompleted:
    """What followup says when a revisit is done."""
    fields = MATTER | {
        "occurred_at": later(days=1), "actor": OFFICER, "attempt": 1, "resolved_at": later(hours=1),
        "outcome": "satisfied",
    }  # fmt: skip
    return RevisitCompleted(**(fields | changes))


def a_registry(tier: Tier = "village") -> Registry:
    """One village of one town of Qin'an, and the product's code lists."""
    areas = (
        Area("620522", "county", "秦安县", None),
        Area("620522101", "town", "莲花镇", "620522"),
        Area(VILLAGE, "village", "上袁村", "620522101"),
    )
    return Registry(tier, {one.code: one for one in areas}, load(), a_policy())


def a_report(**changes: Any) -> ReportSubmitted:
    """A report as another system sends it, with bare codes."""
    fields = {"area": VILLAGE, "category": "land", "channel": "patrol", "occurred_at": REPORTED_AT}
    return ReportSubmitted.model_validate(fields | changes)


def a_submitted_action(**changes: Any) -> ActionSubmitted:
    """An action as another system asks for it."""
    fields = {"report_id": "r-1", "occurred_at": NOW, "action": {"action": "accept"}}
    return ActionSubmitted.model_validate(fields | changes)


def an_activity(**changes: Any) -> ActivitySubmitted:
    """A patrol as another system tells of it."""
    fields = {
        "activity": "patrol",
        "area": VILLAGE,
        "role": "grid-staff",
        "occurred_at": REPORTED_AT,
        "minutes": 45,
    }
    return ActivitySubmitted.model_validate(fields | changes)


def a_message(
    seq: int = 1,
    *,
    key: str = INCIDENT,
    event: Event | None = None,
    topic: str = "village.intake",
    **record: Any,
) -> Message:
    """A message with a place in the stream of an incident."""
    raw = Record(topic, 0, seq, key.encode(), (), b"{}", **record)
    name = f"{topic}/{key}/{seq}"
    event_type = "incident.reported.v1" if event is None else event.type
    source = TOPICS[topic].source
    return Message(raw, Stream(topic, key), seq, name, source, event_type, NOW, NOW, None, event)


def a_record(event: Event, seq: int = 1, *, key: str = INCIDENT, topic: str = "village.intake") -> Record:
    """The record our own relay would send for an event."""
    row = {
        "topic": topic, "key": key, "seq": seq, "type": event.type, "occurred_at": NOW, "recorded_at": NOW,
        "traceparent": None,
    }  # fmt: skip
    headers = headers_of(row, TOPICS[topic].source)  # type: ignore[arg-type] # a row is read by name only
    return Record(topic, 0, seq - 1, key.encode(), tuple(headers), event.model_dump_json().encode())


def an_inbound_record(body: bytes | None, **changes: bytes | None) -> Record:
    """A partner's record in binary mode; a header given as None is left out."""
    headers: dict[str, bytes | None] = {
        "ce_specversion": b"1.0", "ce_id": b"r-1", "ce_source": b"/partner", "ce_type": b"report.submitted.v1",
        "content-type": b"application/json",
    }  # fmt: skip
    given = tuple((name, value) for name, value in (headers | changes).items() if value is not None)
    return Record("village.inbound", 0, 0, b"any", given, body)


def a_draft(key: str = INCIDENT, *, topic: str = "village.intake", event: Event | None = None) -> Draft:
    """An event to be published."""
    return Draft(topic, key, event or reported(), NOW)
