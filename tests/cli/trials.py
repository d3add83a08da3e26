"""Histories for trials: what people did is recorded by the functions the service decides with."""

from datetime import date

from cli.trials.asked import Registry
from cli.trials.recorded import Record
from cli.trials.tally import Tally
from cli.trials.tried import try_one
from schemas.actions import Accept, Resolve
from services.routing.centre import Centre
from services.routing.handling import Request
from services.routing.life import act, arrive, late
from services.routing.registry import Entry
from services.routing.roster import Roster
from tests.builders import NOW, OFFICER, VILLAGE, a_policy, later, policies, reported

UNTIL = later(days=60)
ACCEPTED = (later(hours=1), Accept())


WHEN_ACCEPTED = {
    "rules": [{"tier": "village", "role": "grid-staff", "when": "accepted"}],
    "answer": "PT30M",
    "unclaimed": "alarm",
}
"""Terms of assignment by which somebody is asked once the centre has accepted."""


def alarming(**changes):
    """The product's policy with changes, by which nothing leaves its tier: a missed deadline is an alarm."""
    return a_policy(missed={"accept": "alarm", "handle": "alarm"}, **changes)


def entry(reference, role, valid_from=date(2026, 1, 1), valid_until=None):
    """Somebody in the registry of the village."""
    fields = {"kind": "person", "role": f"contact-role/1:{role}", "area": VILLAGE}
    return Entry(reference=reference, valid_from=valid_from, valid_until=valid_until, **fields)


def resolved_at(moment, method="mediation", outcome="success"):
    """It is resolved then."""
    return moment, Resolve(method=f"method/1:{method}", outcome=f"outcome/1:{outcome}")


def recorded(*deeds, policy=None, contacts=(), until=UNTIL, **matter):
    """An incident of one tier under a policy, with what was done when, by whom, and what the clock did between."""
    centre = Centre(matter.get("tier", "village"), policies(policy or alarming()), Roster(contacts))
    incident, _ = arrive(None, reported(**matter), centre, NOW)
    for at, action, *who in deeds:
        incident = passed(incident, centre, at)
        incident, _ = act(incident, Request(action, who[0] if who else OFFICER, at), centre, at)
    incident = passed(incident, centre, until)
    return Record(incident, incident.history)


def passed(incident, centre, until):
    """All timers up to a moment."""
    while incident.next_due is not None and incident.next_due.due_at <= until:
        timer = incident.next_due
        incident, _ = late(incident, timer, centre, timer.due_at)
    return incident


def tried(record, draft, own=None, entries=(), until=UNTIL):
    """What became of trying it: the tally of this one incident."""
    tally = Tally()
    registries = {"village": Registry.of(entries)}
    try_one(record, (own or alarming(), draft), registries, until, tally)
    return tally


def found(tally):
    """Every difference in English, with how."""
    return {kind[1]: [how for _, how in some] for kind, some in tally.examples.items()}
