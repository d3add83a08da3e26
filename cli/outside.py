"""移交, 分流, 收回 as the simulator does it: what leaves the centre's hands, and what the other side answers. Pure."""

from random import Random
from typing import Any

from cli.cast import dice, happens, pick
from cli.habits import Case, Deed, Step, at_centre, happened

RETURNED, OPENED_FIRST = 0.08, 0.5
SUCCEEDED = 0.866
"""As of what a court sends here: of 105 cases 91 succeeded."""
BODIES = {"court": 5, "police": 2, "labour-arbitration": 2, "legal-aid": 1}
RECALL_AFTER_S = 0.1


def referral(seed: int, case: Case, whole: dict[str, Any]) -> list[Step] | None:
    """Out to a body, which answers as another system, over the bus."""
    chance, away = dice(seed, "referral", case.incident_id, case.tier), whole["away"]
    body = "labour-arbitration" if case.category == "labour" else pick(chance, BODIES)
    if away is None:
        return None if happened(whole, "referred") else [_refer(case, body, chance.uniform(0.5, 2.0))]
    ref = f"{body}/{case.incident_id}/{away['stage']}"
    name = f"answer-{away['number']}-{away['stage']}"
    return [Step(name, Deed(1.0, _answer(chance, away, case)), "partner", ref, by_system=True)]


def recalled(seed: int, case: Case, whole: dict[str, Any]) -> list[Step] | None:
    """Out to a body, and back before it was opened."""
    chance = dice(seed, "recall", case.incident_id, case.tier)
    if whole["away"] is not None:
        action = {"action": "recall", "reason": "no-longer-needed"}
        return [at_centre(case, "recall", RECALL_AFTER_S, action)]
    if happened(whole, "referred"):
        return None
    return [_refer(case, pick(chance, BODIES), chance.uniform(0.5, 2.0))]


def transfer(seed: int, case: Case, whole: dict[str, Any]) -> list[Step] | None:
    """To a department of the tier, which accepts it or gives it back."""
    chance, away = dice(seed, "transfer", case.incident_id, case.tier), whole["away"]
    department = f"department/{case.area[:9]}/{case.category}"
    if away is None:
        action = {"action": "transfer", "department": department, "reason": "needs-departments"}
        if happened(whole, "transferred"):
            return None
        return [at_centre(case, "transfer", chance.uniform(0.5, 2.0), action)]
    said: dict[str, Any] = {"action": "answer-referral", "number": away["number"], "answer": "accepted"}
    if happens(chance, RETURNED):
        said |= {"answer": "returned", "reason": "can-be-settled-locally"}
    return [Step(f"answer-{away['number']}", Deed(1.0, said), "department", department)]


def given_back(seed: int, case: Case) -> list[Step]:
    """退回来源: not a matter for mediation; its source has it again."""
    chance = dice(seed, "give-back", case.incident_id)
    action = {"action": "return-to-source", "reason": "not-for-mediation"}
    return [at_centre(case, "give-back", chance.uniform(1.0, 4.0), action)]


def _refer(case: Case, body: str, after: float) -> Step:
    unit = f"{body}/{case.area[:6]}"
    action = {"action": "refer", "body": body, "unit": unit, "reason": "beyond-authority"}
    return at_centre(case, "refer", after, action)


def _answer(chance: Random, away: dict[str, Any], case: Case) -> dict[str, Any]:
    returned, succeeded = happens(chance, RETURNED), happens(chance, SUCCEEDED)
    opened = happens(chance, OPENED_FIRST)
    said: dict[str, Any] = {"action": "answer-referral", "number": away["number"]}
    if away["stage"] == "accepted":
        return said | {"answer": "succeeded" if succeeded else "failed"}
    if away["stage"] == "sent" and opened:
        return said | {"answer": "opened"}
    if returned:
        return said | {"answer": "returned", "reason": "can-be-settled-locally"}
    return said | {"answer": "accepted", "case_number": f"case/{case.incident_id[:8]}"}
