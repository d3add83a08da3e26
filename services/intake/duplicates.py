"""Which earlier reports may be the same matter as a new one, and how much speaks for it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from policy.duplicates import Likeness
from schemas.duplicates import Candidate, DuplicateProposed
from schemas.intake import IncidentReported
from services.intake.likeness import Sketch, likeness

STEP = 0.11
"""So much likeness of the texts is a step."""
TEXT_FROM, TEXT_MOST = 2, 6
"""Steps of likeness below which two texts tell of two matters, and the most that count."""
GRID_DIGITS, VILLAGE_DIGITS = 15, 12
_CIRCUMSTANCES = 2
"""Near in time, another channel: what two reports without a text may have besides the same grid."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A report as it is compared with others; without a sketch, by its circumstances only."""

    incident_id: str
    area: str
    category: str
    channel: str
    reported_at: datetime
    sketch: Sketch | None = None

    @property
    def place(self) -> str:
        """The village, or the larger area, when the village was not said."""
        return self.area[:VILLAGE_DIGITS]

    @property
    def gridded(self) -> bool:
        """Whether even the grid was said."""
        return len(self.area) >= GRID_DIGITS


def compared(report: IncidentReported, sketch: Sketch | None = None) -> Compared:
    """A report, to be compared."""
    return Compared(
        report.incident_id, report.area, report.category, report.channel, report.reported_at, sketch
    )


def takes_part(one: Compared, rules: Likeness) -> bool:
    """Whether it could reach the threshold with anything at all: if not, nobody need look or remember it."""
    circumstances = _CIRCUMSTANCES + one.gridded
    most = circumstances + (TEXT_MOST if one.sketch is not None else 0)
    return rules.propose and most >= rules.threshold and (rules.radius == "village" or one.gridded)


def candidates(
    new: Compared, earlier: Iterable[Compared], rules: Likeness, most: int
) -> tuple[Candidate, ...]:
    """The likeliest of earlier reports that reach the threshold; among equals the earliest, likely the lead."""
    found = [(one, made) for one in earlier if (made := _candidate(new, one, rules)) is not None]
    found.sort(key=lambda pair: (-pair[1].score, pair[0].reported_at, pair[0].incident_id))
    return tuple(made for _, made in found[:most])


def _candidate(new: Compared, one: Compared, rules: Likeness) -> Candidate | None:
    apart = abs(new.reported_at - one.reported_at)
    same_grid = new.gridded and new.area == one.area
    if one.incident_id == new.incident_id or apart > rules.window:
        return None
    if rules.radius == "grid" and not same_grid:
        return None
    steps = _text_steps(new.sketch, one.sketch)
    if steps is None:
        return None
    grounds = {
        "text": steps,
        "place": int(same_grid),
        "time": int(apart <= rules.near),
        "channel": int(new.channel != one.channel),
    }
    score = sum(grounds.values())
    if score < rules.threshold:
        return None
    told = tuple(f"ground/1:{name}" for name, by in grounds.items() if by)
    return Candidate(lead=one.incident_id, score=score, grounds=told)


def _text_steps(new: Sketch | None, one: Sketch | None) -> int | None:
    """Steps for the text; none without one, and None where two texts tell of two matters."""
    if new is None or one is None:
        return 0
    steps = int(likeness(new, one) / STEP)
    return min(steps, TEXT_MOST) if steps >= TEXT_FROM else None


def proposed(report: IncidentReported, found: Sequence[Candidate], rule: str) -> DuplicateProposed:
    """What is said of it."""
    return DuplicateProposed(
        incident_id=report.incident_id,
        area=report.area,
        category=report.category,
        channel=report.channel,
        severity=report.severity,
        reported_at=report.reported_at,
        occurred_at=report.occurred_at,
        candidates=tuple(found),
        rule=rule,
    )
