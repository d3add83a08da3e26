"""Clocks counted again from the events alone: none is lost, doubled or early, whatever else runs beside it."""

from collections import defaultdict, deque
from datetime import timedelta

from tests.system import joint
from tests.system.timers import Timers

LATE = timedelta(seconds=5)
"""A deadline that passed longer ago than this, and is still in the table, was lost."""
STEPS = ("accept", "handle")
MOVES = ("incident.resumed.v1", "incident.extended.v1", "incident.clock-moved.v1", "incident.unlinked.v1")
ANSWERS = ("incident.assigned.v1", "incident.taken.v1", "incident.declined.v1", "incident.unanswered.v1")
ENDS = (
    "incident.resolved.v1", "incident.closed.v1", "incident.escalated.v1", "incident.returned.v1",
    "incident.returned-to-source.v1",
)  # fmt: skip


AWAY = (
    "incident.transferred.v1", "incident.referred.v1", "referral.accepted.v1", "referral.returned.v1",
    "referral.concluded.v1", "referral.recalled.v1", "referral.overdue.v1",
)  # fmt: skip
AWAITED = {"incident.transferred.v1": "transfer.answer", "incident.referred.v1": "referral.answer"}


def clocks(books):
    """The tables have the next of what the events say, and each fired once, in time."""
    for tier in books.tiers:
        for service in ("routing", "followup"):
            running, given = defaultdict(Timers), _given(books, tier)
            asked = {}
            for said in books.events(f"{tier}.{service}"):
                yield from _step(running[said.key], said, given)
                yield from joint.followed(running[said.key], said, asked)
                running[said.key].alarm.follow(said)
                running[said.key].set("alarm", running[said.key].alarm.at())
            following = {
                key: min((due_at, step.partition(" ")[0]) for step, due_at in timers.items())
                for key, timers in running.items()
                if timers
            }
            yield from _compared(books, (tier, service), following)


def _given(books, tier):
    """What other tiers handed to this one, in order, by incident and giver."""
    given = defaultdict(deque)
    for other in books.tiers:
        for said in books.events(f"{other}.handoff"):
            if said.type == "incident.handed-over.v1" and said.event.to_tier == tier:
                given[said.key, other].append(said.event)
    return given


def _compared(books, place, following):
    where = "-".join(place)
    rows = {row["incident_id"]: (row["due_at"], row["step"]) for row in books.of(*place, "deadline")}
    for incident in sorted(rows.keys() | following.keys()):
        if rows.get(incident) != following.get(incident):
            yield f"{where} {incident}: clock {rows.get(incident)}, not {following.get(incident)}"
    now = books.of(*place, "clock")[0]["now"]
    for incident, (due_at, step) in rows.items():
        if due_at < now - LATE:
            yield f"{where} {incident}: {step} was due {now - due_at} ago and nothing happened"


def _step(timers, said, given):
    """Follows the timers of one incident through its events; says what fired that was not running, or too early."""
    event = said.event
    match said.type:
        case "incident.opened.v1":
            timers.clear()
            timers.set("accept", event.due_at)
            timers.set("remind", _travelled(given, said))
            timers.suspended, timers.paused = None, None
        case "incident.accepted.v1" | "incident.reopened.v1":
            timers.pop("accept", None)
            timers.set("handle", event.due_at)
        case kind if kind in ANSWERS:
            yield from _answered(timers, said)
        case kind if kind in MOVES:
            if said.type in ("incident.resumed.v1", "incident.unlinked.v1"):
                _resumed(timers, said)
            timers.set(event.step, event.due_at)
        case "incident.wait-moved.v1":
            if event.wait not in timers:
                yield f"{said.topic} {said.key}: {event.wait} was counted again and was not running"
            timers.set(event.wait, event.due_at)
        case "incident.suspended.v1" | "incident.linked.v1":
            timers.suspended, timers.paused = said.recorded_at, timers.pop("answer", timers.paused)
            for step in STEPS:
                timers.pop(step, None)
        case "incident.overdue.v1":
            yield from timers.fired(said, event.step, event.due_at)
        case "incident.still-overdue.v1":
            yield from timers.fired(said, "alarm", timers.get("alarm"))
        case "incident.listed.v1" | "incident.reminded.v1" | "incident.struck-off.v1":
            yield from _listed(timers, said)
        case kind if kind in AWAY:
            yield from _away(timers, said)
        case kind if kind in ENDS:
            timers.clear()
        case _:
            yield from _visited(timers, said)


def _listed(timers, said):
    """A rhythm reminds of a listed incident until it is struck off."""
    if said.type == "incident.struck-off.v1":
        timers.pop("remind", None)
        return
    if said.type == "incident.reminded.v1" and said.event.by == "rhythm":
        yield from timers.fired(said, "remind", timers.get("remind"))
    timers.set("remind", said.event.remind_at)


def _visited(timers, said):
    """The dates of revisits and of support plans."""
    event = said.event
    match said.type:
        case "revisit.completed.v1" | "round.completed.v1":
            timers.pop("revisit", None)
        case "support-plan.started.v1":
            timers.set(f"support-plan {event.number}", event.until)
        case "support-plan.ended.v1" if event.by == "date":
            step = f"support-plan {event.number}"
            yield from timers.fired(said, step, timers.get(step))
        case "support-plan.ended.v1":
            timers.pop(f"support-plan {event.number}", None)
        case "revisit.planned.v1" | "round.planned.v1":
            timers.set("revisit", event.due_at)
        case "revisit.overdue.v1" | "round.overdue.v1":
            yield from timers.fired(said, "revisit", event.due_at)


def _away(timers, said):
    """An answer is awaited by a clock of its own: an overdue one is asked for again, any other ends the waiting."""
    event = said.event
    if said.type == "referral.overdue.v1":
        yield from timers.fired(said, event.step, event.due_at)
        timers.set(event.step, event.next_at)
        return
    for step in (*AWAITED.values(), "referral.result"):
        timers.pop(step, None)
    if said.type in AWAITED:
        timers.set(AWAITED[said.type], event.due_at)
    elif said.type == "referral.accepted.v1":
        timers.set("referral.result", event.due_at)


def _answered(timers, said):
    """Somebody was asked, or answered, or did not."""
    event = said.event
    if said.type == "incident.unanswered.v1":
        yield from timers.fired(said, "answer", event.due_at)
    timers.pop("answer", None)
    timers.paused = None
    if said.type == "incident.assigned.v1" and event.answer_by is not None:
        timers.assigned_at = event.occurred_at
        if timers.suspended:
            timers.paused = event.answer_by
        else:
            timers["answer"] = event.answer_by


def _resumed(timers, said):
    if timers.paused is not None:
        timers["answer"] = timers.paused + (said.recorded_at - max(timers.suspended, timers.assigned_at))
    timers.suspended, timers.paused = None, None


def _travelled(given, said):
    """When the rhythm of a listing that came with the incident reminds next."""
    handed = given[said.key, said.event.from_tier]
    listing = handed.popleft().listing if handed else None
    return None if listing is None else listing.remind_at
