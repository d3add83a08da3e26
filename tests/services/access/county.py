"""A county in four databases, with something in each area around a caller, and the doors of three tiers over them."""

import json
from contextlib import suppress
from functools import cache
from urllib.parse import urlencode

from doors.gate import Guard, guarded
from messaging.pace import Pulse
from policy.load import areas
from schemas.base import TIERS
from schemas.codes import load
from services.followup import store as revisits
from services.followup.api import api as followup
from services.followup.desk import Desk as RevisitDesk
from services.intake import items_store
from services.intake import store as reports
from services.intake.api import api as intake
from services.intake.desk import Desk as IntakeDesk
from services.intake.items import Line, device_source
from services.intake.items_store import Batch
from services.intake.report import Registry
from services.intake.vault import Vault
from services.metrics.api import api as metrics
from services.metrics.naming import Naming
from services.metrics.stream import Hub
from services.routing import store as incidents
from services.routing.api import api as routing
from services.routing.desk import Desk
from tests.builders import NOW, ROOT, a_centre, a_policy, a_revisit, an_incident, policies, reported

AREAS = areas(ROOT / "policy" / "areas-620522.csv")
HOME = "620522100"
"""Of the caller: a town."""
PLACES = {
    "own": HOME,
    "below": next(code for code in AREAS if code.startswith(HOME) and len(code) == 12),
    "above": "620522",
    "elsewhere": next(code for code in AREAS if len(code) == 12 and not code.startswith(HOME)),
}
"""An area of each relation."""
NO_AREA = "999999"
IDS = {relation: f"0199f2c4-7a31-7c58-9d0e-00000000000{at}" for at, relation in enumerate(PLACES)}
"""What is in each of these: an incident, a report, a revisit, a batch, all of one id."""
COUNTED = {"own": 7_000, "below": 20_000, "above": 300_000, "elsewhere": 4_000_000}
"""How many reports were received in each: whose they are is seen in every sum."""
NOTHING = "0199f2c4-7a31-7c58-9d0e-0000000000ff"

WALLED = ("routing", "followup", "metrics", "intake")
"""Whose doors have a role of their own at the database."""
SERVICES = ("intake", "routing", "followup", "metrics")


FIGURES = """
    with a as (
        insert into cell (version, tier, area, day, category, channel, counts)
        values (1, 'village', $1, '2026-09-14', 'category/1:land', 'channel/1:hotline', $2::text::json)
    ), b as (
        insert into total (tier, area, counts, version, changed_at) values ('village', $1, $2::text::json, 1, now())
    ), c as (
        insert into restatement
            (recorded_at, event, area, day, category, channel, tier, source, type, kind, occurred_at, changes)
        values (now(), $3, $1, '2026-09-14', 'category/1:land', 'channel/1:hotline', 'village', '/s', 't', 'late',
            now(), '{"received": 1}')
    ), d as (
        insert into tier_state values ('village', now()) on conflict do nothing
    )
    insert into unusual (day, area, category, tier, rule, kind, seen, expected, season, score, as_of, unpublished)
    values (to_char(now(), 'YYYY-MM-DD'), $1, 'category/1:land', 'village', $3, 'spike', 9, '1.0', '1.00', '9.0', now(),
        false)
"""
"""Of one area: its area, its counts, and what its rows are known by."""


class County:
    """Its doors, by service and tier."""

    def __init__(self, databases, sign_in, behind=None):
        """`behind` are the databases as the doors have them, through roles of their own; else they have the owners'."""
        self.databases = databases
        self._behind = databases if behind is None else behind
        self.hub = Hub(databases["metrics"])
        self.naming = Naming(AREAS, load())
        self.doors = {
            (service, tier): guarded(self._door(service, tier), Guard(service, tier, sign_in))
            for service in databases
            for tier in TIERS
        }

    def _door(self, service, tier):
        database = self._behind[service]
        match service:
            case "intake":
                desk = IntakeDesk(Registry(tier, AREAS, load(), a_policy()), Vault(bytes(32)))
                return intake(database, desk, Pulse(1))
            case "routing":
                return routing(database, Desk(a_centre(tier)), load(), Pulse(1), AREAS)
            case "followup":
                return followup(database, RevisitDesk(tier, policies()), load(), Pulse(1), AREAS)
            case _:
                return metrics(database, self.hub, self.naming, tier)

    async def due(self):
        """In each area a revisit that nobody has made, whatever came of it before."""
        async with self.databases["followup"].transaction() as tx:
            await revisits.save(tx, [a_revisit(incident_id=IDS[one], area=PLACES[one]) for one in IDS], NOW)

    async def settle(self):
        """Something in each area."""
        async with self.databases["routing"].transaction() as tx:
            await incidents.save(
                tx, [an_incident(incident_id=IDS[one], area=PLACES[one]) for one in IDS], NOW
            )
        await self.due()
        async with self.databases["intake"].transaction() as tx:
            made = [reported(incident_id=IDS[one], area=PLACES[one]) for one in IDS]
            await reports.save_reports(tx, made, NOW)
        async with self.databases["metrics"].transaction() as tx:
            for one, area in PLACES.items():
                await tx.execute(FIGURES, area, json.dumps({"received": COUNTED[one]}), IDS[one])


async def batches(database, tier):
    """A batch of a device of each area, at a tier."""
    async with database.transaction() as tx:
        await tx.execute("delete from batch")
        for one, name in IDS.items():
            source = device_source(tier, f"{PLACES[one]}/tablet")
            await items_store.save_batch(tx, Batch(name, source, [Line("x", problem={})], NOW))


class Answered(BaseException):
    """Enough of an answer was heard."""


async def ask(door, method, path, token, *, query=None, body=None, kind="application/json", key="k"):
    """The answer of a door, asked in memory: (status, body). Of a stream only its beginning."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"idempotency-key", key.encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": urlencode(query or {}).encode(), "root_path": "",
        "scheme": "http", "server": ("door", 80), "client": ("test", 1),
        "headers": [*headers, *([] if body is None else [(b"content-type", kind.encode())])],
    }  # fmt: skip
    given, status, heard = [raw if body is not None else b""], 0, bytearray()

    async def receive():
        if given:
            return {"type": "http.request", "body": given.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            return
        heard.extend(message.get("body", b""))
        if path.endswith("/stream") and status == 200:
            raise Answered

    with suppress(Answered):
        await door(scope, receive, send)
    return status, bytes(heard)


@cache
def csv(area):
    """A file of one contact."""
    return f"reference,kind,role,area,valid_from\no-1,person,grid-staff,{area},2026-01-01\n".encode()
