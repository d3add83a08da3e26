"""Figures and clocks counted again from the events alone, once through the product's table and once by hand."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from schemas.codes import bare
from services.metrics.facts import LISTENS_TO, Cell, increments

ZONE = ZoneInfo("Asia/Shanghai")
LATE = timedelta(seconds=5)
"""A deadline that passed longer ago than this, and is still in the table, was lost."""
COUNTED = {
    "received": "incident.reported.v1",
    "opened": "incident.opened.v1",
    "accepted": "incident.accepted.v1",
    "escalated": "incident.escalated.v1",
    "resolutions": "incident.resolved.v1",
    "reopened": "incident.reopened.v1",
    "closed": "incident.closed.v1",
    "suspended": "incident.suspended.v1",
    "extended": "incident.extended.v1",
    "revisited": "revisit.completed.v1",
    "revisit_overdue": "revisit.overdue.v1",
}
"""Counters whose sum is simply the number of events of a type."""


def figures(books):
    """Each tier's cells are what its events add up to, and every other tier's copy of them is equal."""
    original = {tier: _cells(books, tier, tier) for tier in books.tiers}
    for tier in books.tiers:
        yield from _differences(f"{tier} figures", original[tier], _expected(books, tier))
        yield from _differences(f"{tier} plain count", _sums(original[tier]), _plain(books, tier))
        for other in books.tiers:
            yield from _differences(f"{tier} of {other}", _cells(books, tier, other), original[other])
            totals = Counter(
                {(row["measure"], row["area"]): row["value"] for row in _of(books, tier, other, "total")}
            )
            summed = Counter()
            for cell, value in original[other].items():
                summed[cell.measure, cell.area] += value
            yield from _differences(f"{tier} totals of {other}", totals, summed)
    for tier, _, row in books.each("cell"):
        if row["unpublished"]:
            yield f"{tier}: the cell of {row['area']} on {row['day']} is not published"


def _of(books, tier, other, table):
    return (row for row in books.of(tier, "metrics", table) if row["tier"] == other)


def _cells(books, tier, other):
    return Counter(
        {
            Cell(row["measure"], row["area"], row["day"], row["category"], row["channel"]): row["value"]
            for row in _of(books, tier, other, "cell")
        }
    )


def _tier_events(books, tier):
    for kind in ("intake", "routing", "followup"):
        yield from books.events(f"{tier}.{kind}")


def _expected(books, tier):
    found = Counter()
    for said in _tier_events(books, tier):
        if isinstance(said.event, LISTENS_TO):
            for cell, by in increments(said.event, ZONE):
                found[cell] += by
    return found


def _plain(books, tier):
    types = Counter(said.type for said in _tier_events(books, tier))
    states = books.incidents(tier).values()
    plain = Counter({measure: types[kind] for measure, kind in COUNTED.items()})
    plain["resolved"] = types["incident.resolved.v1"] - types["incident.reopened.v1"]
    down = [said.event for said in _tier_events(books, tier) if said.type == "incident.returned.v1"]
    plain["returned"] = sum(one.by == "person" for one in down)
    plain["open"] = sum(one["owner"] == tier and one["status"] in ("open", "accepted") for one in states)
    answers = (said.event for said in books.events(f"{tier}.followup") if said.type == "revisit.visited.v1")
    plain["satisfied"] = sum(bare(one.result) == "satisfied" for one in answers)
    return plain


def _sums(cells):
    sums = Counter()
    for cell, value in cells.items():
        sums[cell.measure] += value
        sums["satisfied"] += value * (
            cell.measure.startswith("answer.") and cell.measure.endswith(".satisfied")
        )
    return Counter(
        {measure: sums[measure] for measure in [*COUNTED, "returned", "resolved", "open", "satisfied"]}
    )


def _differences(what, found, expected):
    for one in sorted(found.keys() | expected.keys(), key=str):
        if found[one] != expected[one]:
            yield f"{what}: {one} is {found[one]}, not {expected[one]}"


def clocks(books):
    """No deadline is lost, doubled or early: the table has what the events say, and each fired once, in time."""
    for tier in books.tiers:
        for service, kind in (("routing", "routing"), ("followup", "followup")):
            running = {}
            for said in books.events(f"{tier}.{kind}"):
                yield from _step(running, said)
            rows = {
                row["incident_id"]: (row["step"], row["due_at"])
                for row in books.of(tier, service, "deadline")
            }
            for incident in sorted(rows.keys() | running.keys()):
                if rows.get(incident) != running.get(incident):
                    yield f"{tier}-{service} {incident}: clock {rows.get(incident)}, not {running.get(incident)}"
            now = books.of(tier, service, "clock")[0]["now"]
            for incident, (step, due_at) in rows.items():
                if due_at < now - LATE:
                    yield f"{tier}-{service} {incident}: {step} was due {now - due_at} ago and nothing happened"


def _step(running, said):
    """Follows the clock of one incident through its events; says what fired that was not running, or too early."""
    event, key = said.event, said.key
    match said.type:
        case "incident.opened.v1":
            _start(running, key, "accept", event.due_at)
        case "incident.accepted.v1" | "incident.reopened.v1":
            _start(running, key, "handle", event.due_at)
        case "incident.resumed.v1" | "incident.extended.v1" | "incident.clock-moved.v1":
            _start(running, key, event.step, event.due_at)
        case "revisit.planned.v1":
            _start(running, key, "revisit", event.due_at)
        case "incident.overdue.v1" | "revisit.overdue.v1":
            fired = (getattr(event, "step", "revisit"), event.due_at)
            if running.pop(key, None) != fired:
                yield f"{said.topic} {key}: {fired} fired and was not running"
            if said.recorded_at < event.due_at:
                yield f"{said.topic} {key}: {fired} fired {event.due_at - said.recorded_at} early"
        case "incident.assigned.v1" | "action.refused.v1" | "revisit.visited.v1":
            return
        case _:
            running.pop(key, None)


def _start(running, key, step, due_at):
    running.pop(key, None)
    if due_at is not None:
        running[key] = (step, due_at)
