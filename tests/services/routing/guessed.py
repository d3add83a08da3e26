"""Matters for which something is waited until a time that is counted in working days, in a known year or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from schemas.base import SYSTEM
from schemas.guesses import IncidentWaitMoved
from schemas.supervision import PutOnList
from services.routing.changes import evolve
from services.routing.life import late
from tests.builders import NOW, a_centre, a_policy, an_accepted_incident, policies
from tests.services.routing import acting, joint
from tests.services.routing.listed import OFFICE
from tests.services.routing.sent_out import REFER, TRANSFER, answer

NEW_YEAR_S_EVE = datetime(2026, 12, 31, 1, 20, tzinfo=UTC)
"""What is counted from here is counted through a year whose holidays nobody has published."""


@cache
def the_policy():
    """Where sessions and the grace of a whistle are counted in working days as well."""
    whistle = a_policy().model_dump()["whistle"]
    whistle["rings"]["slow"]["grace"] = "2 working days"
    return a_policy(whistle=whistle, mediation={"hold_within": "10 working days", "grace": "3 working days"})


def the_policies():
    return policies(the_policy())


@cache
def centre():
    return a_centre("village", the_policy())


def done(action, now, incident=None, **who):
    return acting.done(incident or an_accepted_incident(), action, now, centre=centre(), **who)[0]


def asked_again(now):
    """A body that did not answer, and is asked again now."""
    out = done(REFER, now, an_accepted_incident(due_at=None, due_step=None))
    silent = out.changed(away=replace(out.away, due_at=now, guess=None))
    return late(silent, silent.next_due, centre(), now)[0]


def overdue(now):
    """A matter at the county whose deadline passes now."""
    passed = an_accepted_incident(tier="county", due_at=now)
    return late(passed, passed.next_due, a_centre("county", the_policy()), now)[0]


def responding(now):
    """Somebody of the slow ring who was called and has acknowledged it."""
    return joint.answered(called(now), "acknowledge", now, centre=centre())[0]


def called(now):
    return joint.whistled(joint.JUSTICE, now=now, centre=centre())


def convened(now):
    call = {"at": now + timedelta(days=1), "place": "620522", "bodies": [{"role": "court"}]}
    return joint.done(an_accepted_incident(), "call-session", now, centre=centre(), **call)[0]


WAITS = {
    "transfer.answer": (lambda now: done(TRANSFER, now), ("2 working days",), "referrals.transfer"),
    "referral.answer": (lambda now: done(REFER, now), ("5 working days",), "referrals.out"),
    "referral.answer again": (asked_again, ("3 working days",), "referrals.out"),
    "referral.result": (
        lambda now: done(answer("accepted"), now, done(REFER, now)),
        ("30 working days",),
        "referrals.out",
    ),
    "remind": (
        lambda now: done(PutOnList(leader="l-7", reason="reason/1:leader-decides"), now, actor=OFFICE),
        ("5 working days",),
        "supervision.remind.ordinary",
    ),
    "alarm": (overdue, ("1 working day",), "missed.again"),
    "session:1:missed": (convened, ("3 working days",), "mediation.grace"),
    "whistle:1:p1:support": (responding, ("3 working days",), "whistle.rings.slow.support"),
    "whistle:1:p1:unresponsive": (called, ("PT6H", "2 working days"), "whistle.rings.slow.grace"),
}
"""How each comes about, for how long it is waited, and by which rule."""


def waiting(name, now=NOW):
    """A matter in which something is waited for since a moment, and its timer."""
    incident = WAITS[name][0](now)
    return incident, timer(incident, name)


def timer(incident, name):
    return next(one for one in incident.timers if one.step == name.partition(" ")[0])


def mistaken(name, **by):
    """The same as if its year had not been known: it was thought to be later by so much; and as it should be."""
    right, known = waiting(name)
    guess = waiting(name, NEW_YEAR_S_EVE)[1].guess
    since = NOW + (guess.since - NEW_YEAR_S_EVE)
    wrong = IncidentWaitMoved(
        **right.matter,
        occurred_at=NOW,
        actor=SYSTEM,
        wait=known.step,
        reason="reason/1:calendar",
        was_due_at=known.due_at,
        due_at=known.due_at + timedelta(**by or {"days": 2}),
        guess=guess.model_copy(update={"since": since}),
    )
    return evolve(right, wrong, NOW), right
