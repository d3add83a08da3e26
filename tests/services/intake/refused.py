"""What is not let in from another system, one of each kind, and how it is delivered."""

import json

from messaging.large import MAX_BODY
from tests.builders import INCIDENT, VILLAGE, an_inbound_record
from tests.services.intake.house import ELIGIBLE, REPORT

NAME, TELEPHONE = "王小明", "13800138000"
SECRET = f"{NAME}-{TELEPHONE}"
"""What a person might write anywhere."""
NEW_VILLAGE = "620522101999"
PLAIN = {name: value for name, value in REPORT.items() if name != "source_number"}
RESOLVE = {
    "incident_id": INCIDENT, "occurred_at": "2026-09-14T10:00:00+08:00", "reference": "h-7",
    "action": {"action": "resolve", "method": "people-mediation", "outcome": TELEPHONE},
}  # fmt: skip
PATROL = {"activity": "patrol", "area": VILLAGE, "role": "gossip", "occurred_at": "2026-09-14T10:00:00+08:00"}
FAR = "2999-01-01T00:00:00Z"


def sent(name, body, kind="report.submitted.v1", **changes):
    """One event of a hotline; a body that is no bytes is sent as JSON."""
    value = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    given = {"ce_id": name.encode(), "ce_source": b"/hotline", "ce_type": kind.encode()} | changes
    return an_inbound_record(value, **given)


def acted(body):
    return sent("bad", body, "action.submitted.v1")


KINDS = {
    "unknown-code category": sent("bad", PLAIN | {"category": NAME}),
    "unknown-code parties": sent("bad", PLAIN | {"parties": [NAME]}),
    "unknown-area area": sent("bad", PLAIN | {"area": NEW_VILLAGE}),
    "future occurred_at": sent("bad", PLAIN | {"occurred_at": FAR}),
    "personal-data source_number": sent("bad", PLAIN | {"source_number": TELEPHONE}),
    "personal-data action.outcome": acted(RESOLVE),
    "unknown-code action.outcome": acted(RESOLVE | {"action": RESOLVE["action"] | {"outcome": "x"}}),
    "future occurred_at of an action": acted(
        RESOLVE | {"occurred_at": FAR, "action": {"action": "accept"}},
    ),
    "unknown-code role": sent("bad", PATROL, "activity.submitted.v1"),
    "unknown-code source": sent("bad", ELIGIBLE | {"source": "gossip"}, "referral.eligible-declared.v1"),
    "future month": sent("bad", ELIGIBLE | {"month": "2199-01"}, "referral.eligible-declared.v1"),
    "wrong-schema area": sent("bad", PLAIN | {"area": SECRET}),
    "wrong-schema action": acted(RESOLVE | {"action": {"action": SECRET}}),
    "not-json body": sent("bad", b'{"note": "13800138000"'),
    "not-utf-8 body": sent("bad", b'{"area": "\xff 13800138000"}'),
    "null-value body": sent("bad", None),
    "too-large body": sent("bad", b"1" * (MAX_BODY + 1)),
    "unknown-type ce_type": sent("bad", PLAIN, f"report.{SECRET}.v1"),
}


async def deliver(house, *records):
    for _ in range(2):
        await house.inbox.apply(list(records))


async def refusals(house):
    return [event for _, event in await house.said("submission.refused.v1")]
