"""From when, how long and by which rule each time besides the clock of the step is counted. Pure."""

from datetime import datetime, timedelta

from policy.model import Policy
from policy.parts import SEVERITIES
from policy.spans import Span, span_of
from policy.telling import Count
from schemas.codes import bare
from services.routing.away import Away
from services.routing.guesses import since_again, until
from services.routing.incident import Incident, Timer
from services.routing.rules import rule
from services.routing.sessions import Session


def count_of(incident: Incident, timer: Timer, policy: Policy) -> Count | None:
    """How a timer was counted; None where no rule of the policy comes to it."""
    if timer.guess is not None:
        spans = tuple(map(span_of, timer.guess.spans))
        return Count(timer.guess.since, spans, timer.guess.rule)
    match timer.step.split(":"):
        case ["alarm"]:
            return _alarm(incident, timer, policy)
        case ["answer"]:
            return _answer(incident, timer, policy)
        case ["remind"]:
            return _reminder(incident, timer, policy)
        case ["whistle", number, name, what]:
            return _of_whistle(incident, (int(number), name, what), policy)
        case ["session", number, _]:
            return _missed(incident, session_of(incident, int(number)), policy)
        case _:
            assert incident.away is not None
            return _out(incident, incident.away, policy)


def session_of(incident: Incident, number: int) -> Session:
    """The session of a number."""
    return next(one for one in incident.sessions if one.number == number)


def held_by(incident: Incident, session: Session, policy: Policy) -> Count:
    """How the latest time was counted that a session may be set for."""
    return Count(session.since, (policy.mediation.hold_within,), rule(incident, "mediation", "hold_within"))


def _alarm(incident: Incident, timer: Timer, policy: Policy) -> Count | None:
    """In its rhythm since the moment that passed, or since it was said; None for what rested."""
    if (missed := incident.missed) is None:
        return None
    span, under = policy.missed.again, rule(incident, "missed", "again")
    for since in (span.since(missed.passed, policy.where), missed.said_at):
        if _comes_to(since, span, timer.due_at, policy):
            return Count(since, (span,), under)
    return None


def _answer(incident: Incident, timer: Timer, policy: Policy) -> Count | None:
    """The time to answer stands still with the clock of the step, and runs on by as much."""
    assert incident.assignment is not None
    if policy.assignment.answer is None:
        return None
    span, since = span_of(policy.assignment.answer), incident.assignment.since
    under = rule(incident, "assignment", "answer")
    if since is None:
        return Count(None, (span,), under)
    return Count(since, (span,), under, timer.due_at - since - policy.assignment.answer)


def _reminder(incident: Incident, timer: Timer, policy: Policy) -> Count | None:
    """The rhythm of the severity it had when the last reminder was due: the one that comes to this time."""
    assert incident.listing is not None
    since, rhythms = incident.listing.since, policy.supervision.remind
    first = policy.severity(incident.severity)
    for severity in (first, *(one for one in SEVERITIES if one != first)):
        under, span = rule(incident, "supervision", "remind", severity), rhythms.get(severity)
        if span is None:
            continue
        if since is None:
            return Count(None, (span,), under)
        for begin in _said_again(since, span, policy):
            if _comes_to(begin, span, timer.due_at, policy):
                return Count(begin, (span,), under)
    return None


def _said_again(said: datetime, span: Span, policy: Policy) -> tuple[datetime, datetime]:
    """From when it may be counted when something was said: from then, or in its rhythm since the day before."""
    where = policy.where
    midnight = where.end(where.day(said) - timedelta(days=1))
    return said, since_again(midnight, said, where, span)


def _comes_to(since: datetime, span: Span, due_at: datetime, policy: Policy) -> bool:
    return until(since, policy.where, None, span).at == due_at


def _of_whistle(incident: Incident, place: tuple[int, str, str], policy: Policy) -> Count | None:
    number, name, what = place
    whistle = next(one for one in incident.whistles if one.number == number)
    one = whistle.participant(name)
    assert one is not None
    ring = policy.whistle.rings[one.ring]
    if what == "unresponsive":
        under = rule(incident, "whistle", "rings", one.ring, "grace")
        return Count(one.stages[0].since, (ring.acknowledge, ring.grace), under)
    stage = next(stage for stage in one.stages if stage.step == what)
    under = rule(incident, "whistle", "rings", one.ring, what)
    return Count(stage.since, (dict(ring.steps)[stage.step],), under)


def _missed(incident: Incident, session: Session, policy: Policy) -> Count:
    since = None if session.since is None else max(session.at, session.since)
    return Count(since, (policy.mediation.grace,), rule(incident, "mediation", "grace"))


def _out(incident: Incident, away: Away, policy: Policy) -> Count:
    """What was given out of hand: for the answer, for the result, or once more after that was late."""
    if away.body is None:
        rules, under = policy.referrals.transfer, rule(incident, "referrals", "transfer")
        first, once_more = rules.answer, rules.remind
    else:
        body = policy.referrals.to(bare(away.body))
        under = rule(incident, "referrals", *policy.referrals.place(bare(away.body)))
        first, once_more = body.result if away.step == "referral.result" else body.answer, body.remind
    if not away.asked_again or away.since is None or away.due_at is None:
        return Count(away.since, (once_more if away.asked_again else first,), under)
    begins = _said_again(away.since, once_more, policy)
    begin = next((one for one in begins if _comes_to(one, once_more, away.due_at, policy)), None)
    return Count(begin, (once_more,), under)
