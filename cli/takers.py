"""四个一, 网格员: who is there for each area, and whether somebody who is asked to handle a matter takes it. Pure."""

from collections.abc import Iterator

from cli import habits
from cli.cast import Places, dice, happens, pick
from cli.habits import Case, Deed, Step
from schemas.base import Tier

GRID_STAFF = 517
"""Published of Qin'an, which has 436 villages and communities."""
SILENT, DECLINED = 0.02, 0.03
REASONS = {"overloaded": 5, "off-duty": 3, "conflict-of-interest": 1, "not-my-remit": 1}
COLUMNS = "reference,kind,role,area,valid_from"
SINCE = "2020-01-01"
ABOVE = ("justice-office", "police", "civil-affairs", "human-resources", "petition-office")
"""Bodies of every town and of the county."""


def registry(tier: Tier, places: Places) -> str:
    """The registry of contacts of a tier, as a file."""
    lines = _in_villages(places) if tier == "village" else _above(tier, places)
    return "\n".join((COLUMNS, *lines)) + "\n"


def answer(seed: int, case: Case) -> Step | None:
    """What somebody says who is asked; about a matter that is left lying nobody says anything, and it climbs."""
    if case.asked is None or (case.status == "open" and habits.centre(seed, case).after >= habits.LATE_S):
        return None
    chance = dice(seed, "asked", case.incident_id, case.attempt, case.asked)
    if happens(chance, SILENT):
        return None
    action = {"action": "take"}
    if happens(chance, DECLINED):
        action = {"action": "decline", "reason": pick(chance, REASONS)}
    name = f"asked-{case.attempt}-{case.asked}"
    return Step(name, Deed(chance.uniform(0.3, 4.0), action), case.role, case.asked)


def _in_villages(places: Places) -> Iterator[str]:
    """One grid worker for each village, a second one in the busiest, a mediator, and the four contacts."""
    spare = GRID_STAFF - len(places.villages)
    for at, village in enumerate(places.villages):
        for number in range(1, 3 if at < spare else 2):
            yield _line(f"grid-staff/{village}/{number}", "grid-staff", village)
        town = village[:9]
        yield _line(f"mediator/{village}", "mediator", village)
        yield _line(f"officer/{village}", "officer", village)
        yield _line(f"legal-adviser/{town}", "legal-adviser", village)
        yield _line(f"liaison-judge/{town}", "liaison-judge", village)
        yield _line(f"liaison-prosecutor/{places.county}", "liaison-prosecutor", village)


def _above(tier: Tier, places: Places) -> Iterator[str]:
    areas = places.towns if tier == "town" else (places.county,)
    return (_line(f"{role}/{area}", role, area, "body") for area in areas for role in ABOVE)


def _line(reference: str, role: str, area: str, kind: str = "person") -> str:
    return f"{reference},{kind},{role},{area},{SINCE}"
