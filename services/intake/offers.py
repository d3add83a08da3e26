"""What a report of another body is: an offer, under the source's own number, in the month it was made. Pure."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from schemas.codes import bare
from schemas.intake import IncidentReported
from schemas.referrals import Answer

Name = tuple[str, str]
"""A source and the number it has for a matter."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A line of the referral ledger as it begins; a matter that only has a number is kept for its number's sake."""

    incident_id: str
    source: str
    number: str | None
    area: str
    month: str
    offered_at: datetime
    backfill: bool

    @property
    def name(self) -> Name | None:
        """What its source calls it."""
        return None if self.number is None else (self.source, self.number)


@dataclass(frozen=True, slots=True)
class Told:
    """What a source was answered: the answer with the highest order, and whether any of them was an acceptance."""

    incident_id: str
    order: int
    answer: Answer
    at: datetime
    accepted: bool

    def and_(self, other: "Told") -> "Told":
        """Both together, in whatever order they came."""
        last = max(self, other, key=lambda one: one.order)
        return Told(last.incident_id, last.order, last.answer, last.at, self.accepted or other.accepted)


def month_of(moment: datetime, zone: tzinfo) -> str:
    """The month of a moment there: `2026-09`."""
    return moment.astimezone(zone).strftime("%Y-%m")


def offered(report: IncidentReported, zone: tzinfo) -> Offered | None:
    """The offer a report is; None when no body made it and it has no number."""
    if report.referred_by is None and report.source_number is None:
        return None
    return Offered(
        incident_id=report.incident_id,
        source=bare(report.referred_by or report.channel),
        number=report.source_number,
        area=report.area,
        month=month_of(report.reported_at, zone),
        offered_at=report.reported_at,
        backfill=report.backfill,
    )
