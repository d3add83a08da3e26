"""吹哨—响应—支援 as the simulator does it: who is called, and what each participant does next. Pure."""

from random import Random
from typing import Any

from cli.cast import dice, happens
from cli.habits import Case, Deed, Step, at_centre, since_here

URGENT = frozenset(("safety", "traffic", "medical"))
RINGS = (("grid-staff", "1-minute"), ("police", "3-minutes"), ("medical-aid", "5-minutes"))
"""Published of Tianshui: rapid response within 1, 3 and 5 minutes."""
SLOWLY = (("officer", "slow"), ("justice-office", "slow"))
"""Who is called when there is time."""
SILENT, EXCUSED, LATE, CALLED_OFF = 0.02, 0.04, 0.1, 0.03
FINAL = frozenset(("reported", "excused", "unresponsive", "called-off"))
RESPONSES: dict[str, dict[str, str]] = {
    "acknowledge": {"action": "acknowledge"},
    "arrive": {"action": "arrive"},
    "support": {"action": "support", "support": "staff"},
    "result": {"action": "report-result", "outcome": "success"},
}


def steps(seed: int, case: Case, whistles: list[dict[str, Any]]) -> list[Step] | None:
    """A whistle, then what is left to do about it; None once it has ended."""
    chance, blown = dice(seed, "whistle", case.incident_id, case.tier), since_here(case, whistles, "blown_at")
    if not blown:
        return [at_centre(case, "whistle", chance.uniform(0.2, 1.5), _call(case))]
    last = blown[-1]
    if last["ended_at"] is not None:
        return None
    off = {"action": "call-off", "whistle": last["number"], "reason": "no-longer-needed"}
    if happens(dice(seed, "call-off", case.incident_id, case.tier), CALLED_OFF):
        return [at_centre(case, f"w{last['number']}-call-off", 0.5, off)]
    found = (_response(seed, case, last["number"], one) for one in last["participants"])
    return [one for one in found if one is not None]


def _call(case: Case) -> dict[str, Any]:
    """Named participants: the three rings when every minute counts, two offices when there is time."""
    called = RINGS if case.category in URGENT else SLOWLY
    village = case.area[:12]
    return {
        "action": "whistle",
        "participants": [{"role": role, "ref": f"{role}/{village}", "ring": ring} for role, ring in called],
    }


def _response(seed: int, case: Case, whistle: int, one: dict[str, Any]) -> Step | None:
    """What a participant does next; a few never answer, and a few are excused by somebody else."""
    if one["standing"] in FINAL:
        return None
    about = {"whistle": whistle, "participant": one["name"]}
    chance = dice(seed, "response", case.incident_id, whistle, one["name"])
    silent, excused = happens(chance, SILENT), happens(chance, EXCUSED)
    if one["standing"] == "called" and silent:
        return None
    if one["standing"] == "called" and excused:
        action = {"action": "excuse", "reason": "engaged-elsewhere", "approver": f"post/{case.tier}-duty"}
        return at_centre(case, f"w{whistle}-{one['name']}-excuse", 1.0, action | about)
    stage = next(stage["step"] for stage in one["stages"] if stage["done_at"] is None)
    slow = dice(seed, stage, case.incident_id, whistle, one["name"])
    name = f"w{whistle}-{one['name']}-{stage}"
    return Step(name, Deed(_pace(slow), RESPONSES[stage] | about), "participant", one["ref"] or one["role"])


def _pace(chance: Random) -> float:
    """At once, mostly: a minute of the first ring is two seconds in a demonstration."""
    return chance.uniform(2.0, 4.0) if happens(chance, LATE) else 0.0
