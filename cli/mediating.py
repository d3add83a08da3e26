"""联合调解 as the simulator does it: called, sometimes moved, held or missed, confirmed by a court. Pure."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from cli.cast import dice, happens
from cli.habits import Case, Step, at_centre, since_here

MISSED, AGREED, ADJOURNED, CANCELLED, CONFIRMED = 0.06, 0.88, 0.05, 0.03, 0.2
IN, LATER = timedelta(seconds=4), timedelta(seconds=3)
"""How long after the call a session is held, and how much later when it is moved."""


def steps(seed: int, case: Case, whole: dict[str, Any], now: datetime) -> list[Step] | None:
    """A session, and what is left to do about it; None once there is nothing to wait for."""
    sessions = since_here(case, whole["sessions"], "called_at")
    chance = dice(seed, "session", case.incident_id, case.tier, len(whole["sessions"]))
    if not sessions or (len(sessions) == 1 and sessions[0]["state"] == "missed"):
        name = f"session-{len(whole['sessions'])}"
        return [at_centre(case, name, chance.uniform(0.2, 1.0), _convening(case, now))]
    last = sessions[-1]
    if last["state"] == "called":
        return [_before(seed, case, last, now) or _at_its_time(case, whole, last, chance)]
    return _afterwards(seed, case, last)


def _convening(case: Case, now: datetime) -> dict[str, Any]:
    """The village committee's mediators and the justice office."""
    roles = ("peoples-mediation", "justice-office")
    bodies = [{"role": role, "ref": f"{role}/{case.area[:12]}"} for role in roles]
    at = (now + IN).isoformat()
    return {"action": "call-session", "at": at, "place": case.area, "bodies": bodies}


def _before(seed: int, case: Case, session: dict[str, Any], now: datetime) -> Step | None:
    """A few are set for another time, once, and a few turn out not to be needed."""
    chance, about = dice(seed, "before", case.incident_id, session["number"]), {"session": session["number"]}
    moved, needless = happens(chance, ADJOURNED), happens(chance, CANCELLED)
    if moved and not session["adjourned"]:
        later = (max(now, datetime.fromisoformat(session["at"])) + LATER).isoformat()
        action = about | {"action": "adjourn-session", "at": later, "reason": "party-away"}
        return at_centre(case, f"s{session['number']}-adjourn", 0.5, action)
    if needless:
        action = about | {"action": "cancel-session", "reason": "no-longer-needed"}
        return at_centre(case, f"s{session['number']}-cancel", 1.0, action)
    return None


def _at_its_time(case: Case, whole: dict[str, Any], session: dict[str, Any], chance: Random) -> Step:
    at, called_at = (datetime.fromisoformat(session[name]) for name in ("at", "called_at"))
    after = (at - called_at).total_seconds() + chance.uniform(0.5, 1.5)
    return at_centre(case, f"s{session['number']}", after, _came(case, whole, session, chance))


def _came(case: Case, whole: dict[str, Any], session: dict[str, Any], chance: Random) -> dict[str, Any]:
    """Once in a while nobody can be brought together; the second time everybody is."""
    about = {"session": session["number"]}
    bodies, parties = [one["name"] for one in session["bodies"]], [one["ref"] for one in whole["parties"]]
    if session["number"] == 1 and happens(chance, MISSED):
        return about | {"action": "miss-session", "present": bodies, "reason": "party-absent"}
    present = [*bodies, *parties]
    if not happens(chance, AGREED):
        return about | {"action": "hold-session", "present": present, "agreement": False}
    reference = f"agreement/{case.incident_id[:8]}/{session['number']}"
    return about | {"action": "hold-session", "present": present, "agreement": True, "reference": reference}


def _afterwards(seed: int, case: Case, session: dict[str, Any]) -> list[Step] | None:
    """司法确认: the parties of some agreements ask the court to confirm it."""
    wanted = session["agreement"] and session["confirmed"] is None
    if not wanted or not happens(dice(seed, "confirm", case.incident_id, session["number"]), CONFIRMED):
        return None
    ruling = {"session": session["number"], "confirmed": True, "reference": f"ruling/{case.incident_id[:8]}"}
    return [at_centre(case, f"s{session['number']}-confirm", 0.5, {"action": "confirm-agreement"} | ruling)]
