"""How centres work together with others: which way a matter is worked on, and what comes next on it. Pure."""

from datetime import datetime
from typing import Any, Literal

from cli import habits, mediating, outside, whistling
from cli.cast import dice, happens, pick
from cli.habits import Case, Deed, Step, at_centre, happened, since_here
from schemas.base import Tier

Plan = Literal[
    "alone", "whistle", "session", "refer", "recall", "transfer", "give-back", "extend", "suspend",
    "triage", "supervise",
]  # fmt: skip
PLANS: dict[tuple[Tier, bool], dict[Plan, float]] = {
    ("village", False): {
        "alone": 94.5,
        "refer": 1,
        "extend": 1.8,
        "suspend": 1.3,
        "triage": 1,
        "supervise": 0.4,
    },
    ("village", True): {"session": 60, "whistle": 20, "alone": 20},
    ("town", False): {"alone": 50, "refer": 12, "recall": 6, "transfer": 14, "whistle": 12, "supervise": 6},
    ("town", True): {"session": 50, "whistle": 20, "transfer": 12, "alone": 18},
    ("county", False): {"alone": 55, "refer": 20, "recall": 5, "transfer": 20},
    ("county", True): {"whistle": 20, "refer": 20, "transfer": 20, "alone": 40},
}
"""How matters that a centre settles are worked on, by tier and by whether they are more than ordinary.

What is published says who does what, and gives no shares: ordinary matters are settled on the spot, prominent ones by
joint mediation, and what is major or hard by the departments of the town or of the county.
"""
WHISTLED = 0.4
"""Share of the urgent ordinary matters that are whistled for."""
GIVEN_BACK = 0.06
"""Share of what other bodies sent that goes back to its source."""
NEW_LEADER = 0.4
LONGEST_PAUSE_S = 4.0


def plan(seed: int, case: Case) -> Plan:
    """How a matter is worked on before it is settled; what came back is settled as it always was."""
    if case.status != "accepted" or case.attempt > 1:
        return "alone"
    deed = habits.centre(seed, case)
    if deed.action["action"] != "resolve" or deed.after >= habits.LATE_S:
        return "alone"
    if case.offered and happens(dice(seed, "give-back?", case.incident_id), GIVEN_BACK):
        return "give-back"
    chance = dice(seed, "together", case.incident_id, case.tier)
    serious = case.severity != "ordinary"
    if not serious and case.category in whistling.URGENT:
        return "whistle" if happens(chance, WHISTLED) else "alone"
    chosen: Plan = pick(chance, PLANS[case.tier, serious])
    return chosen


def steps(seed: int, case: Case, whole: dict[str, Any], now: datetime) -> list[Step] | None:
    """What is to be done next about a matter with a plan, as its door shows it; None when nothing is left to do."""
    match plan(seed, case):
        case "whistle":
            return whistling.steps(seed, case, whole["whistles"])
        case "session":
            return mediating.steps(seed, case, whole, now)
        case "refer":
            return outside.referral(seed, case, whole)
        case "recall":
            return outside.recalled(seed, case, whole)
        case "transfer":
            return outside.transfer(seed, case, whole)
        case "give-back":
            return outside.given_back(seed, case)
        case "extend":
            return _extension(seed, case, whole)
        case "suspend":
            return _pause(seed, case, whole)
        case "triage":
            return _judgement(seed, case)
        case "supervise":
            return _supervision(seed, case, whole)
        case "alone":
            return None


def ending(seed: int, case: Case, whole: dict[str, Any]) -> Deed:
    """The settlement after all that: a session that came to no agreement is a matter for the tier above."""
    held = [one for one in since_here(case, whole["sessions"], "called_at") if one["state"] == "held"]
    if not held:
        return habits.centre(seed, case)
    after = dice(seed, "ending", case.incident_id, case.tier).uniform(0.5, 3.0)
    if not held[-1]["agreement"]:
        return Deed(after, {"action": "escalate", "reason": "too-hard"})
    return Deed(after, {"action": "resolve", "method": "joint", "outcome": "success", "agreement": True})


def _extension(seed: int, case: Case, whole: dict[str, Any]) -> list[Step] | None:
    if happened(whole, "extended"):
        return None
    approver, chance = f"post/{case.tier}-secretary", dice(seed, "extend", case.incident_id, case.tier)
    action = {"action": "extend", "reason": "complex", "approver": approver, "span": "PT20S"}
    return [at_centre(case, "extend", chance.uniform(0.5, 2.0), action)]


def _pause(seed: int, case: Case, whole: dict[str, Any]) -> list[Step] | None:
    chance = dice(seed, "suspend", case.incident_id, case.tier)
    if whole["suspended_at"] is not None:
        return [at_centre(case, "resume", chance.uniform(1.0, LONGEST_PAUSE_S), {"action": "resume"})]
    if happened(whole, "suspended"):
        return None
    approver = f"post/{case.tier}-secretary"
    action = {"action": "suspend", "reason": "party-away", "approver": approver}
    return [at_centre(case, "suspend", chance.uniform(0.5, 2.0), action)]


def _judgement(seed: int, case: Case) -> list[Step]:
    """改判: graver than it was said to be; after that it is worked on as what it is."""
    chance = dice(seed, "triage", case.incident_id, case.tier)
    action = {"action": "triage", "severity": "prominent", "reason": "complex"}
    return [at_centre(case, "triage", chance.uniform(0.5, 1.5), action)]


def _supervision(seed: int, case: Case, whole: dict[str, Any]) -> list[Step] | None:
    """挂牌督办 by a person: listed, reminded of, sometimes given to another leader; struck off after it is closed."""
    chance, leader = dice(seed, "supervise", case.incident_id), f"post/{case.tier}-leader"
    another = happens(chance, NEW_LEADER)
    if whole["listing"] is None:
        action = {"action": "list", "leader": f"{leader}-1", "reason": "leader-decides"}
    elif not happened(whole, "reminded"):
        action = {"action": "remind"}
    elif another and not happened(whole, "leader-changed"):
        action = {"action": "change-leader", "leader": f"{leader}-2", "reason": "leader-moved"}
    else:
        return None
    return [Step(action["action"], Deed(chance.uniform(0.3, 1.0), action), "leader", f"{leader}-1")]
