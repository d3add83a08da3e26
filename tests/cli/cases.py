"""Matters as the simulator sees them at the doors, and what it plans for them."""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

from cli import together
from cli.cast import Places
from cli.habits import Case
from deploy.local.plan import PROJECT
from policy.load import areas
from schemas import codes
from schemas.actions import AnyAction
from services.intake.report import Registry
from tests.builders import a_policy

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ACTION = TypeAdapter(AnyAction)
LISTS = codes.load()
REGISTRY = areas(PROJECT / "policy" / "areas-620522.csv")
PLACES = Places.of({"code": one.code, "tier": one.tier, "name": one.name} for one in REGISTRY.values())


@cache
def a_registry(tier):
    """What intake of a tier checks against."""
    return Registry(tier, REGISTRY, LISTS, a_policy())


def at_the_door(deed):
    """The action of a deed as a door takes it: one it knows, its codes in full."""
    return codes.completed(LISTS, ACTION.validate_python(deed.action), "")


def a_case(n, *, tier="village", severity="prominent", category="land", attempt=1, **about):
    case = Case(str(uuid.UUID(int=n)), tier, severity, "accepted", attempt, NOW.isoformat())
    return replace(case, category=category, area="620522101201", **about)


def a_whole(**changes):
    """What the door shows of an incident nothing has happened to."""
    parties = [{"ref": "p1", "role": "party-role/1:applicant"}]
    empty = {
        "whistles": [],
        "sessions": [],
        "history": [],
        "away": None,
        "suspended_at": None,
        "listing": None,
    }
    return empty | {"parties": parties} | changes


@cache
def planned(plan, **about):
    """Some hundred cases with this plan."""
    found = [one for n in range(2500) if together.plan(7, one := a_case(n, **about)) == plan]
    assert found
    return found[:200]


def a_participant(standing="called", done=()):
    steps = ("acknowledge", "arrive", "support", "result")
    stages = [{"step": one, "done_at": NOW.isoformat() if one in done else None} for one in steps]
    return {"name": "p1", "role": "police", "ref": "police/1", "standing": standing, "stages": stages}


def whistled(participant, ended_at=None):
    about = {"number": 1, "blown_at": NOW.isoformat(), "ended_at": ended_at}
    return a_whole(whistles=[about | {"participants": [participant]}])


def a_session(state, *, agreement=None, number=1):
    times = {"called_at": NOW.isoformat(), "at": (NOW + timedelta(seconds=4)).isoformat()}
    bodies = [{"name": "b1"}, {"name": "b2"}]
    about = {"number": number, "attempt": 1, "state": state, "agreement": agreement}
    about |= {"adjourned": 0, "confirmed": None}
    return {**times, **about, "bodies": bodies}


def action_names(cases, whole):
    """Which actions come next, and how often."""
    steps = [one for case in cases for one in together.steps(7, case, whole, NOW)]
    return Counter(one.deed.action["action"] for one in steps)
