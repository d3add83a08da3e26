"""Figures counted again from the events alone, once through the product's table and once by hand."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.codes import bare
from services.metrics.counting import Cell
from services.metrics.facts import LISTENS_TO, increments
from services.metrics.restated import logged
from services.metrics.sketches import FEW

ZONE = ZoneInfo("Asia/Shanghai")
COUNTED = {
    "received": "incident.reported.v1",
    "opened": "incident.opened.v1",
    "accepted": "incident.accepted.v1",
    "escalated": "incident.escalated.v1",
    "resolutions": "incident.resolved.v1",
    "reopened": "incident.reopened.v1",
    "suspended": "incident.suspended.v1",
    "extended": "incident.extended.v1",
    "listed": "incident.listed.v1",
    "reminders": "incident.reminded.v1",
    "overdue_again": "incident.still-overdue.v1",
    "struck_off": "incident.struck-off.v1",
    "rounds_planned": "round.planned.v1",
    "rounds_done": "round.completed.v1",
    "rounds_overdue": "round.overdue.v1",
    "support_plans": "support-plan.started.v1",
    "support_steps": "support-plan.step-recorded.v1",
    "proposed": "duplicate.proposed.v1",
    "dismissed": "duplicate.dismissed.v1",
    "linked": "incident.linked.v1",
    "unlinked": "incident.unlinked.v1",
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
        yield from _differences(f"{tier} open by report", _by_report(original[tier]), _waiting(books, tier))
        for other in books.tiers:
            yield from _differences(f"{tier} of {other}", _cells(books, tier, other), original[other])
            totals = Counter(
                {(row["measure"], row["area"]): row["value"] for row in _of(books, tier, other, "total")}
            )
            summed = Counter()
            for cell, value in original[other].items():
                summed[cell.measure, cell.area] += value
            summed = _sketched(summed, lambda one: (one[0], one[1:]))
            yield from _differences(f"{tier} totals of {other}", totals, summed)
            yield from _differences(
                f"{tier} log of {other}", _log(books, tier, other), _restated(books, other)
            )
    for tier, _, row in books.each("cell"):
        if row["unpublished"]:
            yield f"{tier}: the cell of {row['area']} on {row['day']} is not published"
    for tier, _, row in books.each("restatement"):
        if row["unpublished"]:
            yield f"{tier}: that {row['event']} restates {row['day']} is not published"


def _of(books, tier, other, table):
    return (row for row in books.of(tier, "metrics", table) if row["tier"] == other)


def _log(books, tier, other):
    rows = _of(books, tier, other, "restatement")
    return Counter({(row["event"], _cell(row)): row["value"] for row in rows})


def _restated(books, tier):
    """What events changed of days that were over when they were recorded."""
    found = Counter()
    for said in _tier_events(books, tier):
        if isinstance(said.event, LISTENS_TO):
            recorded = said.recorded_at.astimezone(ZONE).date().isoformat()
            for cell, by in increments(said.event, ZONE):
                if cell.day < recorded and logged(cell.measure):
                    found[f"{said.topic}/{said.key}/{said.seq}", cell] += by
    return found


def _cell(row):
    return Cell(row["measure"], row["area"], row["day"], row["category"], row["channel"])


def _cells(books, tier, other):
    return Counter({_cell(row): row["value"] for row in _of(books, tier, other, "cell")})


def _tier_events(books, tier):
    for kind in ("intake", "routing", "followup"):
        yield from books.events(f"{tier}.{kind}")


def _expected(books, tier):
    found = Counter()
    for said in _tier_events(books, tier):
        if isinstance(said.event, LISTENS_TO):
            for cell, by in increments(said.event, ZONE):
                found[cell] += by
    return _sketched(found, lambda cell: (cell.measure, cell[1:]))


def _sketched(counts, taken_apart):
    """Counts without the durations to the second of places where more than a few were added."""
    many = {
        (measure.removeprefix("added:"), place)
        for (measure, place), by in ((taken_apart(one), by) for one, by in counts.items())
        if measure.startswith("added:") and by > FEW
    }
    found = Counter()
    for one, by in counts.items():
        measure, place = taken_apart(one)
        if not (measure.startswith("exact:") and (measure.split(":")[1], place) in many):
            found[one] = by
    return found


def _plain(books, tier):
    types = Counter(said.type for said in _tier_events(books, tier))
    states = books.incidents(tier).values()
    plain = Counter({measure: types[kind] for measure, kind in COUNTED.items()})
    undone = [said.event for said in _tier_events(books, tier) if said.type == "incident.reopened.v1"]
    plain["closed"] = types["incident.closed.v1"] - sum(one.closed_at is not None for one in undone)
    for measure, with_lead in (("resolved", False), ("resolved_with_lead", True)):
        signs = {"incident.resolved.v1": 1, "incident.reopened.v1": -1}
        plain[measure] = sum(
            signs[said.type]
            for said in _tier_events(books, tier)
            if said.type in signs and (said.event.by_lead is not None) == with_lead
        )
    down = [said.event for said in _tier_events(books, tier) if said.type == "incident.returned.v1"]
    plain["returned"] = sum(one.by == "person" for one in down)
    plain["open"] = sum(_is_open(one, tier) for one in states)
    plain["overdue_now"] = sum(_is_open(one, tier) and one["missed"] is not None for one in states)
    answers = (said.event for said in books.events(f"{tier}.followup") if said.type == "revisit.visited.v1")
    plain["satisfied"] = sum(bare(one.result) == "satisfied" for one in answers)
    return plain


def _is_open(state, tier):
    return state["owner"] == tier and state["status"] in ("open", "accepted") and not state["ties"]["lead"]


def _waiting(books, tier):
    """How many are open by area and day of their report, from the books of routing."""
    waiting = Counter()
    for one in books.incidents(tier).values():
        if _is_open(one, tier):
            day = datetime.fromisoformat(one["reported_at"]).astimezone(ZONE).date().isoformat()
            waiting[one["area"], day] += 1
    return waiting


def _by_report(cells):
    found = Counter()
    for cell, value in cells.items():
        if cell.measure == "cohort.open":
            found[cell.area, cell.day] += value
    return found


def _sums(cells):
    sums = Counter()
    for cell, value in cells.items():
        sums[cell.measure] += value
        sums["satisfied"] += value * (
            cell.measure.startswith("answer.") and cell.measure.endswith(".satisfied")
        )
    return Counter(
        {
            measure: sums[measure]
            for measure in [
                *COUNTED,
                "returned",
                "resolved",
                "resolved_with_lead",
                "closed",
                "open",
                "overdue_now",
                "satisfied",
            ]
        }
    )


def _differences(what, found, expected):
    for one in sorted(found.keys() | expected.keys(), key=str):
        if found[one] != expected[one]:
            yield f"{what}: {one} is {found[one]}, not {expected[one]}"
