"""心理疏导, 帮扶 as the simulator does it: who is offered counselling, what a support plan consists of. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cli.cast import dice, happens, pick
from cli.habits import Deed, Step

COUNSELLED, SUPPORTED = 0.06, 0.03
"""Shares of the resolved matters with somebody in need of it; nothing is published about how many there are."""
TAKEN, ENDED_EARLY = 0.7, 0.4
PURPOSES = {"livelihood": 4, "health": 2, "employment": 2, "family": 2, "legal": 1, "schooling": 1}
AIDS = {"visit": 5, "subsidy": 2, "job-placement": 1, "legal-aid": 1, "counselling-session": 2}
STEPS = 2
SUPPORT = "support"
LASTS = timedelta(seconds=25)


def needed(seed: int, incident_id: str) -> bool:
    """Whether somebody in this matter is looked after."""
    return any(_needs(seed, incident_id))


def step(seed: int, view: dict[str, Any], done: Collection[str], now: datetime) -> Step | None:
    """What is done next for the first party of a resolved matter, after these steps; None when all is done."""
    incident_id, party = view["incident_id"], view["answers"][0]["party"]["ref"]
    counselled, supported = _needs(seed, incident_id)
    chance, about = dice(seed, "care", incident_id), {"party": party}
    if counselled and (action := _counselling(view["counselling"].get(party), chance)):
        return _done(f"counsel-{action['counselling']}", 1.0, action | about)
    plan = next((one for one in view["plans"] if one["party"]["ref"] == party), None)
    if supported and (plan is not None or SUPPORT not in done):
        found = _support(plan, chance, now)
        return found and _done(found[0], chance.uniform(1.0, 3.0), found[1] | about)
    return None


def _needs(seed: int, incident_id: str) -> tuple[bool, bool]:
    chance = dice(seed, "care?", incident_id)
    return happens(chance, COUNSELLED), happens(chance, SUPPORTED)


def _counselling(said: str | None, chance: Random) -> dict[str, str] | None:
    """Offered first; most take it."""
    if said is None:
        return {"action": "counsel", "counselling": "offered"}
    if not said.endswith("offered"):
        return None
    return {"action": "counsel", "counselling": "taken" if happens(chance, TAKEN) else "declined"}


def _support(plan: dict[str, Any] | None, chance: Random, now: datetime) -> tuple[str, dict[str, str]] | None:
    """A plan with a purpose and an end, some steps of it, and sometimes its end before its date."""
    if plan is None:
        until = (now + LASTS).isoformat()
        return SUPPORT, {
            "action": "start-support-plan", "purpose": pick(chance, PURPOSES), "until": until
        }  # fmt: skip
    if plan["steps"] < STEPS:
        return f"aid-{plan['steps']}", {"action": "record-support-step", "aid": pick(chance, AIDS)}
    if happens(chance, ENDED_EARLY):
        return "support-ended", {"action": "end-support-plan", "reason": "purpose-reached"}
    return None


def _done(name: str, after: float, action: dict[str, Any]) -> Step:
    return Step(name, Deed(after, action), "staff", "play/care")
