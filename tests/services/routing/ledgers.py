"""What tests of the ledger keep in the books, and the door they ask for it."""

import csv
import io
import uuid

from messaging.pace import Pulse
from schemas.base import Actor
from schemas.codes import load
from schemas.routing import Entry
from services.routing import store
from services.routing.api import api
from services.routing.desk import Desk
from services.routing.export import BOM
from tests.builders import NOW, REPORTED_AT, a_centre, an_incident

PERIOD = {"from": "2026-09-01", "to": "2026-09-30"}


def a_line(**changes):
    fields = {
        "event": "incident.opened.v1", "tier": "village", "occurred_at": REPORTED_AT, "recorded_at": NOW,
        "actor": Actor(role="officer", ref="o-1102"), "rule": "default/1 first_tier.ordinary",
    }  # fmt: skip
    return Entry(**(fields | changes))


async def keep(database, *incidents):
    async with database.transaction() as tx:
        await store.save(tx, incidents, await database.now())


def with_lines(*lines, **changes):
    changes.setdefault("incident_id", str(uuid.uuid4()))
    return an_incident(history=lines, lines=(len(lines), 0, 0), **changes)


def application(database):
    return api(database, Desk(a_centre()), load(), Pulse(1))


async def rows(door, **asked):
    answer = await door.get("/v1/ledger", params=PERIOD | asked)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


def a_zone():
    return next(iter(a_centre().policies.values())).zone
