"""The doors of three services with what people ask at them: each request new, and prepared so that it succeeds."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from messaging.pace import Pulse
from policy.load import areas
from schemas.codes import load
from services.followup import api as followup
from services.followup import store as revisits
from services.followup.desk import Desk as FollowupDesk
from services.intake import api as intake
from services.intake.desk import Desk as IntakeDesk
from services.intake.vault import Vault
from services.routing import api as routing
from services.routing import store as incidents
from services.routing.desk import Desk as RoutingDesk
from tests.builders import (
    ROOT,
    VILLAGE,
    a_centre,
    a_registry,
    a_revisit,
    an_accepted_incident,
    later,
    policies,
)
from tests.outages.wire import Way

CONTACTS = "reference,kind,role,area,valid_from,valid_until,capacity,name\n"
REPORT = {"area": VILLAGE, "category": "land", "channel": "walk-in", "description": "邻里纠纷"}
OPEN = dict.fromkeys(("accepted_at", "handle_by", "due_at", "due_step", "clock_from")) | {"status": "open"}
PERIOD = {"from": "2026-09-01", "to": "2026-09-30"}
EVERY = (Way.TORN, Way.DISMISSED, Way.DYING, Way.UNANSWERED)
HARD = (Way.DYING, Way.UNANSWERED)
HARDEST = (Way.DYING,)


@dataclass(frozen=True)
class Ask:
    """One request, and the status it has when all is well."""

    method: str
    path: str
    status: int = 200
    given: dict[str, Any] = field(default_factory=dict)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def put(self, client):
        """The answer to it; the same request every time."""
        headers = {"Idempotency-Key": self.key} | self.given.get("headers", {})
        return await client.request(self.method, self.path, **self.given | {"headers": headers})


def application(service, database):
    """A service's door over a database."""
    match service:
        case "routing":
            known = areas(ROOT / "policy" / "areas-620522.csv")
            return routing.api(database, RoutingDesk(a_centre()), load(), Pulse(1), known)
        case "intake":
            return intake.api(database, IntakeDesk(a_registry(), Vault(bytes(32))), Pulse(1))
        case "followup":
            return followup.api(database, FollowupDesk("village", policies()), load(), Pulse(1))


async def kept(database, **changes):
    """Puts an incident into routing's books, unless it says otherwise in handling since now; its path."""
    now = await database.now()
    due = now + timedelta(days=1)
    clock = {"clock_from": now, "due_at": due, "handle_by": due}
    one = an_accepted_incident(**{"incident_id": str(uuid.uuid4())} | clock | changes)
    async with database.transaction() as tx:
        await incidents.save(tx, [one], now)
    return f"/v1/incidents/{one.incident_id}"


def act(path, action, status=201, **fields):
    """Something is done to an incident."""
    return Ask("POST", f"{path}/actions", status, {"json": {"action": {"action": action, **fields}}})


async def escalate(database):
    """Up to the town, with its history."""
    return act(await kept(database, **OPEN), "escalate", reason="too-hard")


async def resolve(database):
    """Settled."""
    path = await kept(database)
    return act(path, "resolve", method="mediation", outcome="success", agreement=True)


async def link(database):
    """Handled with another, which is locked beside it."""
    lead = await kept(database)
    path = await kept(database)
    return act(path, "link", lead=lead.rpartition("/")[2])


async def forward(database):
    """Asked here of what the town owns."""
    return act(await kept(database, **OPEN, owner="town"), "accept", 202)


async def contacts(database):
    """A file of somebody new."""
    line = f"g-{uuid.uuid4().hex[:8]},person,grid-staff,{VILLAGE}001,2026-01-01,,,\n"
    return Ask(
        "PUT",
        "/v1/contacts",
        given={"content": (CONTACTS + line).encode(), "headers": {"content-type": "text/csv"}},
    )


async def one(database):
    """One incident with its history."""
    return Ask("GET", await kept(database))


async def deadlines(database):
    """Until when."""
    return Ask("GET", await kept(database) + "/deadlines")


async def sheet(database):
    """On paper."""
    return Ask("GET", await kept(database) + "/sheet")


async def listed(_):
    """The list."""
    return Ask("GET", "/v1/incidents")


async def registry(_):
    """The contacts."""
    return Ask("GET", "/v1/contacts")


async def ledger(database):
    """The ledger as a file."""
    await kept(database)
    return Ask("GET", "/v1/ledger", given={"params": PERIOD})


async def report(_):
    """A report with something for the vault."""
    return Ask("POST", "/v1/reports", 201, {"json": REPORT})


async def batch(_):
    """A report, an action on it and a patrol, recorded without a network."""
    at = {"occurred_at": "2026-09-14T09:20:00+08:00"}
    items = [
        {"id": "r", "kind": "report", "area": VILLAGE, "category": "land", "channel": "patrol"} | at,
        {"id": "a", "kind": "action", "report_id": "r", "action": {"action": "accept"}} | at,
        {"id": "p", "kind": "activity", "activity": "patrol", "area": VILLAGE, "role": "grid-staff"} | at,
    ]
    return Ask("POST", "/v1/batches", 202, {"json": {"device": f"d-{uuid.uuid4().hex[:8]}", "items": items}})


async def triage(_):
    """What triage proposes."""
    return Ask("POST", "/v1/triage", given={"json": REPORT})


async def visit(database):
    """What one party says at a revisit."""
    incident_id = str(uuid.uuid4())
    revisit = a_revisit(incident_id=incident_id, due_at=later(days=7))
    now = await database.now()
    async with database.transaction() as tx:
        await revisits.save(tx, [revisit], now)
    body = {"party": "p1", "means": "home", "result": "satisfied"}
    return Ask("POST", f"/v1/revisits/{incident_id}/visits", 201, {"json": body})


SAID = {
    "routing": {escalate: EVERY, link: HARDEST, resolve: HARDEST, forward: HARDEST, contacts: HARDEST},
    "intake": {report: HARD, batch: HARD},
    "followup": {visit: HARD},
}
"""What changes something, and how it is broken: one request in every way, what writes by the same code in fewer."""
ASKED = {
    "routing": {one: HARD, ledger: HARD} | dict.fromkeys((deadlines, sheet, listed, registry), HARDEST),
    "intake": {triage: HARDEST},
}
"""What changes nothing."""
