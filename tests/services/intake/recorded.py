"""What a device recorded without a network, and what became of it."""

from tests.builders import VILLAGE
from tests.messaging.tiny import rows

DEVICE = "grid-07"
AT = "2026-09-14T09:20:00+08:00"
NAME = "王小明"


def a_report(name="i-1", **fields):
    given = {"area": VILLAGE, "category": "land", "channel": "patrol"}
    return {"id": name, "kind": "report", "occurred_at": AT} | given | fields


def an_action(name="i-2", **fields):
    given = {"report_id": "i-1", "action": {"action": "accept"}}
    return {"id": name, "kind": "action", "occurred_at": AT} | given | fields


def a_patrol(name="i-3", **fields):
    given = {"activity": "patrol", "area": VILLAGE, "role": "grid-staff", "minutes": 45}
    return {"id": name, "kind": "activity", "occurred_at": AT} | given | fields


async def send(door, *items, device=DEVICE):
    return await door.post("/v1/batches", json={"device": device, "items": items})


def states(answer):
    return {one["id"]: one["state"] for one in answer.json()["items"]}


async def said(database):
    """Type and key of every event published, in order."""
    return await rows(database, "select type, key from outbox order by id")


async def counts(database):
    """How many rows each table of what was let in has."""
    tables = ("report", "activity", "item", "outbox", "vault")
    return {name: (await rows(database, f"select count(*) from {name}"))[0][0] for name in tables}
