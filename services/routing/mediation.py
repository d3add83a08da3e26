"""联合调解: when a session may be called, moved, held, missed or confirmed, and when the rules say no. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, assert_never

from schemas.actions import Resolve
from schemas.base import SYSTEM, Event
from schemas.codes import bare
from schemas.mediation import (
    AdjournSession,
    AgreementConfirmed,
    CalledBody,
    CallSession,
    CancelSession,
    ConfirmAgreement,
    HoldSession,
    MediationAction,
    MissSession,
    SessionAdjourned,
    SessionCalled,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
)
from services.routing.clocks import Policies
from services.routing.guesses import until
from services.routing.incident import Incident
from services.routing.occasion import Occasion
from services.routing.refusal import Refused
from services.routing.rules import rule
from services.routing.sessions import Session

HANDED_OVER = "reason/1:handed-over"
SUCCESS = "success"


def decide(incident: Incident, action: MediationAction, occasion: Occasion) -> Sequence[Event]:
    """The events of an action. Raises `Refused`."""
    match action:
        case CallSession():
            return [_call(incident, action, occasion)]
        case ConfirmAgreement():
            return [_confirm(incident, action, occasion)]
        case AdjournSession():
            session = _pending(incident, action.session, occasion)
            times = _times(incident, action.at, occasion)
            moved = {"was_at": session.at, "at": action.at, "reason": action.reason}
            return [SessionAdjourned(**_about(incident, session) | occasion.by | moved | times)]
        case HoldSession():
            return [_hold(incident, action, occasion)]
        case MissSession():
            return [_miss(incident, action, occasion)]
        case CancelSession():
            session = _pending(incident, action.session, occasion)
            return [SessionCancelled(**_about(incident, session) | occasion.by, reason=action.reason)]
        case _:
            assert_never(action)


def in_these_books(incident: Incident, action: object) -> bool:
    """Whether it is about an agreement that was reached here: a court may confirm it long after the matter left."""
    return isinstance(action, ConfirmAgreement) and any(
        one.number == action.session for one in incident.sessions
    )


def may_resolve(incident: Incident, action: Resolve, policies: Policies) -> None:
    """No matter is resolved before its sessions, nor jointly without what the policy asks. Raises `Refused`."""
    none_pending(incident)
    rules = policies[incident.policy].mediation
    if incident.backfill or bare(action.method) not in rules.methods or not rules.agreement_required:
        return
    held = [one for one in incident.sessions if one.state == "held" and one.attempt == incident.attempt]
    if not held:
        raise Refused("no-session-held")
    if policies[incident.policy].outcome(action.outcome) == SUCCESS and not any(
        one.agreement for one in held
    ):
        raise Refused("no-agreement")


def none_pending(incident: Incident) -> None:
    """Nobody who was called to a session is left waiting. Raises `Refused`."""
    for one in incident.sessions:
        if one.pending:
            raise Refused("session-open", f"session:{one.number}")


def handed_over(incident: Incident, occurred_at: datetime) -> list[Event]:
    """Sessions that are still to be held end where the incident leaves: the next owner calls its own."""
    by = {"occurred_at": occurred_at, "actor": SYSTEM, "reason": HANDED_OVER}
    return [SessionCancelled(**_about(incident, one) | by) for one in incident.sessions if one.pending]


def late(incident: Incident, step: str, due_at: datetime) -> list[Event]:
    """A session nobody has reported on is missed; who came is not known."""
    number = int(step.split(":")[1])
    session = next(one for one in incident.sessions if one.number == number)
    by = {"occurred_at": due_at, "actor": SYSTEM, "rule": rule(incident, "mediation", "grace")}
    return [SessionMissed(**_about(incident, session) | by, by="clock")]


def _call(incident: Incident, action: CallSession, occasion: Occasion) -> SessionCalled:
    if incident.suspended_at is not None:
        raise Refused("suspended")
    if incident.status != "accepted":
        raise Refused("not-accepted")
    bodies = tuple(
        CalledBody(name=f"b{number}", role=one.role, ref=one.ref)
        for number, one in enumerate(action.bodies, start=1)
    )
    return SessionCalled(
        **incident.matter,
        **occasion.by,
        session=incident.convened + 1,
        attempt=incident.attempt,
        at=action.at,
        place=action.place,
        bodies=bodies,
        **_times(incident, action.at, occasion),
    )


def _times(incident: Incident, at: datetime, occasion: Occasion) -> dict[str, Any]:
    """The latest it may be held, and when it counts as missed: never before somebody could have said otherwise."""
    if at < occasion.occurred_at:
        raise Refused("session-in-the-past")
    if incident.backfill:
        return {"held_by": None, "missed_at": None}
    policy, now = occasion.policy, occasion.now
    held_by = policy.mediation.hold_within.due(now, policy.where).at
    if at > held_by:
        raise Refused("session-too-late", held_by.astimezone(policy.zone).isoformat())
    under = rule(incident, "mediation", "grace")
    missed = until(max(at, now), policy.where, under, policy.mediation.grace)
    return {"held_by": held_by, "missed_at": missed.at, "guess": missed.guess}


def _hold(incident: Incident, action: HoldSession, occasion: Occasion) -> SessionHeld:
    session = _pending(incident, action.session, occasion)
    if action.reference is not None and not action.agreement:
        raise Refused("no-agreement")
    return SessionHeld(
        **_about(incident, session) | occasion.by | _came(incident, session, action.present),
        agreement=action.agreement,
        reference=action.reference,
    )


def _miss(incident: Incident, action: MissSession, occasion: Occasion) -> SessionMissed:
    session = _pending(incident, action.session, occasion)
    if occasion.occurred_at < session.at:
        raise Refused("session-not-yet")
    came = _came(incident, session, action.present)
    return SessionMissed(**_about(incident, session) | occasion.by | came, by="person", reason=action.reason)


def _confirm(incident: Incident, action: ConfirmAgreement, occasion: Occasion) -> AgreementConfirmed:
    """A court confirms an agreement once, or does not; the matter may be resolved or closed by then."""
    session = _known(incident, action.session)
    if not session.agreement or session.held_at is None:
        raise Refused("no-agreement")
    if session.confirmed is not None:
        raise Refused("confirmed-already")
    if occasion.occurred_at < session.held_at:
        raise Refused("before-the-step")
    return AgreementConfirmed(
        **_about(incident, session) | occasion.by, confirmed=action.confirmed, reference=action.reference
    )


def _known(incident: Incident, number: int) -> Session:
    found = next((one for one in incident.sessions if one.number == number), None)
    if found is None:
        # A number of the past was a session of a tier that handed the incident over.
        raise Refused("session-over" if number <= incident.convened else "unknown-session")
    return found


def _pending(incident: Incident, number: int, occasion: Occasion) -> Session:
    """The session, if it is still to be held and had been called by then. Raises `Refused`."""
    found = _known(incident, number)
    if not found.pending:
        raise Refused("session-over", found.state)
    if occasion.occurred_at < found.called_at:
        raise Refused("before-the-step")
    return found


def _came(incident: Incident, session: Session, present: Iterable[str]) -> dict[str, tuple[CalledBody, ...]]:
    """Who of the bodies and the parties was there, and who was not. Raises `Refused` for a name nobody has."""
    parties = (CalledBody(name=one.ref, role=one.role) for one in incident.parties)
    expected = (*session.bodies, *parties)
    there = set(present)
    if there - {one.name for one in expected}:
        raise Refused("unknown-participant")
    return {
        "present": tuple(one for one in expected if one.name in there),
        "missing": tuple(one for one in expected if one.name not in there),
    }


def _about(incident: Incident, session: Session) -> dict[str, Any]:
    """What every event of a session says."""
    told = {"session": session.number, "attempt": session.attempt, "at": session.at}
    return {**incident.matter, **told}
