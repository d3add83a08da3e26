"""合并 as the simulator does it: a proposed duplicate is linked or not, and sometimes taken apart again. Pure."""

from typing import Any

from cli.cast import dice, happens
from cli.habits import Case, Step, at_centre

ALIKE_FROM = 6
"""Steps of likeness from which a person of the centre sees the same matter in two reports."""
UNDONE = 0.12
"""Share of the links that turn out to be a mistake."""


def judged(seed: int, case: Case, whole: dict[str, Any]) -> list[Step]:
    """What is said of each earlier report that was proposed: the likeliest is linked, what is less alike is not."""
    return [_judged(seed, case, one) for one in whole["ties"]["proposals"][:1]]


def _judged(seed: int, case: Case, candidate: dict[str, Any]) -> Step:
    lead, chance = candidate["lead"], dice(seed, "tie", case.incident_id, candidate["lead"])
    action = {"action": "link" if candidate["score"] >= ALIKE_FROM else "dismiss", "lead": lead}
    return at_centre(case, f"{action['action']}-{lead}", chance.uniform(0.1, 0.6), action)


def undone(seed: int, case: Case) -> list[Step]:
    """撤销合并: a few are matters of their own after all, and are worked on as such."""
    chance = dice(seed, "undone", case.incident_id)
    if not happens(chance, UNDONE):
        return []
    action = {"action": "unlink", "reason": "linked-by-mistake"}
    return [at_centre(case, "unlink", chance.uniform(0.3, 1.2), action)]
