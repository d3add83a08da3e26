"""What must hold in the books of all tiers at any moment: read from the databases, judged by rules of its own."""

import json
from collections import Counter, defaultdict
from datetime import datetime

AWAY = {"incident.escalated.v1": "away", "incident.returned.v1": "away"}
GIVEN_BACK = {"incident.returned-to-source.v1": "returned-to-source"}
MOVES = {
    None: {"incident.opened.v1": "open", **AWAY},
    "open": {
        "incident.accepted.v1": "accepted", "incident.resolved.v1": "resolved",
        **AWAY, **GIVEN_BACK,
    },
    "accepted": {"incident.resolved.v1": "resolved", **AWAY, **GIVEN_BACK},
    "resolved": {"incident.closed.v1": "closed", "incident.reopened.v1": "accepted"},
    "closed": {"incident.reopened.v1": "accepted"},
    "returned-to-source": {},
    "away": {"incident.opened.v1": "open"},
}  # fmt: skip
"""Where an event may lead; whatever else is published leaves the state as it is, and is listed below."""
WORK = ("open", "accepted")
STAYS = {
    "action.refused.v1": {*MOVES},
    "duplicate.dismissed.v1": {*WORK},
    "incident.declined.v1": {*WORK},
    "incident.joined.v1": {*MOVES},
    "incident.linked.v1": {*WORK},
    "incident.origin-linked.v1": {*MOVES},
    "incident.parted.v1": {*MOVES},
    "incident.taken.v1": {*WORK},
    "incident.unanswered.v1": {*WORK},
    "incident.unclaimed.v1": {*WORK},
    "incident.unlinked.v1": {*MOVES},
    "incident.referred.v1": {*WORK},
    "incident.transferred.v1": {*WORK},
    "referral.accepted.v1": {*WORK},
    "referral.answered.v1": {*MOVES},
    "referral.concluded.v1": {*WORK},
    "referral.opened.v1": {*WORK},
    "referral.overdue.v1": {*WORK},
    "referral.recalled.v1": {*WORK},
    "referral.returned.v1": {*WORK},
    "incident.assigned.v1": {*WORK},
    "incident.clock-moved.v1": {*WORK},
    "incident.extended.v1": {*WORK},
    "incident.leader-changed.v1": {*WORK, "resolved", "closed"},
    "incident.listed.v1": {*WORK},
    "incident.overdue.v1": {*WORK},
    "incident.reminded.v1": {*WORK},
    "incident.resumed.v1": {*WORK},
    "incident.struck-off.v1": {"resolved", "closed"},
    "incident.suspended.v1": {*WORK},
    "incident.triaged.v1": {*WORK},
    "mediation.adjourned.v1": {*WORK},
    "mediation.called.v1": {*WORK},
    "mediation.cancelled.v1": {*WORK},
    "mediation.confirmed.v1": {*WORK, "resolved", "closed"},
    "mediation.held.v1": {*WORK},
    "mediation.missed.v1": {*WORK},
    "whistle.acknowledged.v1": {*WORK},
    "whistle.arrived.v1": {*WORK},
    "whistle.blown.v1": {*WORK},
    "whistle.called-off.v1": {*WORK},
    "whistle.ended.v1": {*WORK},
    "whistle.excused.v1": {*WORK},
    "whistle.overdue.v1": {*WORK},
    "whistle.reported.v1": {*WORK},
    "whistle.supported.v1": {*WORK},
    "whistle.unresponsive.v1": {*WORK},
}
NEVER_WHILE_LINKED = {"incident.accepted.v1", "incident.overdue.v1", *AWAY}
FORBIDDEN_WHILE_SUSPENDED = {
    "incident.accepted.v1",
    "incident.resolved.v1",
    "incident.returned.v1",
    "incident.overdue.v1",
}


async def read(house, *only):
    """Every tier's incidents, deadlines, published events and revisits, by incident; or those of one member."""
    found = defaultdict(dict)
    for (tier, service), member in house.members.items():
        if only and member not in only:
            continue
        async with member.database.connection() as connection:
            state = "incident" if service == "routing" else "revisit"
            for row in await connection.fetch(f"select incident_id, state from {state}"):
                found[row["incident_id"]][tier, service] = {"state": json.loads(row["state"]), "events": []}
            for row in await connection.fetch(
                "select key, type, data, topic, seq from outbox order by topic, seq"
            ):
                books = found[row["key"]].setdefault((tier, service), {"state": None, "events": []})
                books["events"].append(
                    (row["topic"], row["seq"], row["type"], json.loads(bytes(row["data"])))
                )
            for row in await connection.fetch("select incident_id, due_at from deadline"):
                found[row["incident_id"]][tier, service].setdefault("deadlines", []).append(row["due_at"])
            letters = await connection.fetch("select kind, reason, detail from dead_letter")
            assert not letters, f"{tier} {service} gave up: {[tuple(one) for one in letters]}"
    return dict(found)


def seen(found):
    """How often each event was published."""
    return Counter(
        name for books in found.values() for one in books.values() for _, _, name, _ in one["events"]
    )


def hold(found, *, settled):
    """All rules. `settled`: nothing is under way, so every incident is in somebody's hands."""
    for incident, books in found.items():
        owners = [tier for (tier, service), one in books.items() if service == "routing" and _owned(one)]
        assert len(owners) <= 1, f"{incident} is owned by {owners}"
        if settled:
            assert owners, f"{incident} is in nobody's hands"
        for (tier, service), one in books.items():
            if service == "routing":
                _life(one, tier)
                _deadline(one)
        _revisited(books)


def owner(books):
    """The tier in whose hands an incident is, and its state there."""
    return next(
        (tier, one["state"]) for (tier, service), one in books.items() if service == "routing" and _owned(one)
    )


def _owned(one):
    state = one["state"]
    return state is not None and state["owner"] == state["tier"]


def _life(one, tier):
    """The published events are a life that the rules allow, it ends where the state is, and numbers are dense."""
    mine = [(seq, name, data) for topic, seq, name, data in one["events"] if topic == f"{tier}.routing"]
    assert [seq for seq, _, _ in mine] == list(range(1, len(mine) + 1))
    at, still, linked, whistles = None, False, False, set()
    for _, name, data in mine:
        assert not (linked and name in NEVER_WHILE_LINKED), f"{name} while linked"
        linked = {
            "incident.linked.v1": True,
            "incident.unlinked.v1": False,
            "incident.resolved.v1": False,
        }.get(name, linked)
        assert at != "open" or name != "incident.resolved.v1" or data["by_lead"], (
            "resolved before it was accepted"
        )
        whistles = _whistles(whistles, name, data)
        assert not (whistles and name == "incident.resolved.v1"), "resolved while a whistle is open"
        assert not (still and name in FORBIDDEN_WHILE_SUSPENDED), f"{name} while suspended"
        if name in MOVES[at]:
            at, still = MOVES[at][name], False
        else:
            assert at in STAYS[name], f"{name} after {at}"
            still = {"incident.suspended.v1": True, "incident.resumed.v1": False}.get(name, still)
    status = (
        None
        if one["state"] is None
        else {"handed-over": "away"}.get(one["state"]["status"], one["state"]["status"])
    )
    assert at == status, f"the events end {at}, the state is {status}"


def _whistles(before, name, data):
    """The whistles that are open after an event."""
    match name:
        case "whistle.blown.v1":
            return before | {data["whistle"]}
        case "whistle.called-off.v1" | "whistle.ended.v1":
            return before - {data["whistle"]}
        case _:
            return before


def _deadline(one):
    """What somebody must work on has one next deadline until it was missed; what is done or elsewhere has none."""
    state, due = one["state"], one.get("deadlines", [])
    if state is None:
        return
    works = _owned(one) and state["status"] in WORK
    runs = works and not state["suspended_at"] and not state["ties"]["lead"] and state["due_at"] is not None
    assert len(due) <= int(works), f"{state['status']} with {len(due)} deadlines"
    assert len(due) == 1 or not runs, "its clock runs, and no deadline is stored"
    if runs:
        assert due[0] <= datetime.fromisoformat(state["due_at"])


def _revisited(books):
    """销号 only after the revisit of that very resolution, at the tier that resolved it."""
    for (tier, service), one in books.items():
        closed = [data["attempt"] for _, _, name, data in one["events"] if name == "incident.closed.v1"]
        done = [
            data["attempt"]
            for _, _, name, data in books.get((tier, "followup"), {"events": []})["events"]
            if name == "revisit.completed.v1" and data["outcome"] != "relapse"
        ]
        assert service != "routing" or set(closed) <= set(done)
