"""联合调解 under another policy: until when sessions are to be held, and which would count as missed. Pure."""

from collections.abc import Collection, Iterator
from datetime import datetime

from cli.trials import wording
from cli.trials.recorded import Record
from cli.trials.wording import Difference
from policy.model import Policy
from schemas.codes import bare
from schemas.routing import Entry
from services.routing.mediation import SUCCESS
from services.routing.sessions import Session

SET = ("mediation.called.v1", "mediation.adjourned.v1")
MISSED = "mediation.missed.v1"
OVER = ("mediation.held.v1", "mediation.cancelled.v1", MISSED)


def differences(record: Record, own: Policy, draft: Policy) -> Iterator[Difference]:
    """Of the sessions this tier called, and of what was resolved jointly.

    Raises `ValueError` where the own policy does not lead to what is recorded.
    """
    for session in record.incident.sessions:
        if session.held_by is not None and session.missed_at is not None:
            yield from _session(_lines(record, session), session, own, draft)
    if draft.mediation.agreement_required and not own.mediation.agreement_required:
        yield from _resolved(record, draft.mediation.methods)


def _lines(record: Record, session: Session) -> list[Entry]:
    place = f"session:{session.number}"
    about = (one for one in record.history if one.event.startswith("mediation."))
    return [one for one in about if (one.detail or "").split()[0] == place]


def _session(lines: list[Entry], session: Session, own: Policy, draft: Policy) -> Iterator[Difference]:
    set_at = next((one.recorded_at for one in reversed(lines) if one.event in SET), None)
    if set_at is None:
        raise ValueError("nothing says when it was set")
    (was_by, was_missed), (by, missed) = (_times(session, set_at, policy) for policy in (own, draft))
    if (was_by, was_missed) != (session.held_by, session.missed_at):
        raise ValueError("its own policy gives other times")
    if by != was_by:
        kind = wording.moved(("联合调解最迟召开日", "the latest day of a session"), was_by, by)
        yield kind, f"{wording.at(was_by)} → {wording.at(by)}"
    if session.at > by:
        yield wording.not_allowed("mediation.called.v1", "session-too-late")
    if missed != was_missed:
        kind = wording.moved(("联合调解记为未开", "a session counts as missed"), was_missed, missed)
        yield kind, f"{wording.at(was_missed)} → {wording.at(missed)}"
    over = next((one for one in lines if one.event in OVER), None)
    if over is None:
        return
    said = f"{wording.at(was_missed)} → {wording.at(missed)}"
    by_clock = over.event == MISSED and (over.detail or "").split()[1] == "clock"
    if not by_clock and was_missed >= over.recorded_at > missed:
        yield ("联合调解会记为未开", "a session would be recorded as missed"), said
    if by_clock and missed > was_missed:
        yield ("联合调解会多等", "a session would be waited for longer"), said


def _times(session: Session, set_at: datetime, policy: Policy) -> tuple[datetime, datetime]:
    """The latest it may be held, and when it counts as missed, from when it was set for its last time."""
    rules = policy.mediation
    held_by = rules.hold_within.due(set_at, policy.where).at
    return held_by, rules.grace.due(max(session.at, set_at), policy.where).at


def _resolved(record: Record, methods: Collection[str]) -> Iterator[Difference]:
    """What was resolved jointly without what the draft wants to see of it."""
    held: list[Entry] = []
    for line in record.history:
        said = (line.detail or "").split()
        if line.event == "incident.reopened.v1":
            held = []
        if line.event == "mediation.held.v1":
            held.append(line)
        joint = line.event == "incident.resolved.v1" and bare(said[0]) in methods
        if not joint or record.incident.backfill:
            continue
        here = [(one.detail or "").split() for one in held if one.tier == line.tier]
        if not here:
            yield wording.not_allowed(line.event, "no-session-held")
        elif bare(said[1]) == SUCCESS and not any("agreement" in one for one in here):
            yield wording.not_allowed(line.event, "no-agreement")
