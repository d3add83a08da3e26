"""What a batch does to the referral ledger: what is there is looked up first, what is new is written at its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from messaging.database import Connection
from schemas.base import Event
from schemas.codes import bare, find
from schemas.declarations import EligibleDeclared, EligibleRecorded
from schemas.inbound import ReportSubmitted
from schemas.intake import IncidentReported
from schemas.referrals import ReferralAnswered
from services.intake import referral_store
from services.intake.declarations import Standing, record
from services.intake.offers import Name, Offered, Told, offered
from services.intake.referral_store import Period
from services.intake.report import Registry


@dataclass(slots=True)
class Docket:
    """The part of the ledger a batch is about, and what is new."""

    registry: Registry
    taken: dict[Name, str] = field(default_factory=dict)
    standing: dict[Period, dict[str, Standing]] = field(default_factory=dict)
    offers: list[Offered] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    recorded: list[EligibleRecorded] = field(default_factory=list)

    def offer(self, report: IncidentReported) -> str | None:
        """Notes the offer a report is; the incident that has its number, if one has."""
        offer = offered(report, self.registry.policy.zone)
        if offer is None:
            return None
        if offer.name is not None:
            if offer.name in self.taken:
                return self.taken[offer.name]
            self.taken[offer.name] = offer.incident_id
        self.offers.append(offer)
        return None

    def answer(self, event: ReferralAnswered) -> None:
        """Notes what a source was answered, by whichever tier."""
        said = Told(
            event.incident_id, event.order, event.answer, event.occurred_at, event.answer == "accepted"
        )
        before = self.told.get(event.incident_id)
        self.told[event.incident_id] = said if before is None else before.and_(said)

    def declare(self, declared: EligibleDeclared, door: str) -> EligibleRecorded | None:
        """Notes a checked declaration; None when it changes nothing. Raises `NotRecorded`."""
        areas = self.standing.setdefault((bare(declared.source), declared.month), {})
        channel = find(self.registry.codes, "channel", bare(declared.source))
        recorded = record(areas, declared, door, channel)
        if recorded is not None:
            areas[recorded.area] = Standing(recorded.version, recorded.count)
            self.recorded.append(recorded)
        return recorded

    async def look_up(self, tx: Connection, names: Iterable[Name], periods: Iterable[Period]) -> "Docket":
        """Reads what a batch needs to know."""
        if wanted := set(names):
            self.taken = await referral_store.taken(tx, wanted)
        if about := set(periods):
            self.standing = await referral_store.standing(tx, about)
        return self

    async def write(self, tx: Connection, now: datetime) -> None:
        """Writes what is new; offers first, since an answer may be about one of them."""
        if self.offers:
            await referral_store.save_offers(tx, self.offers)
        if self.told:
            await referral_store.save_answers(tx, list(self.told.values()))
        if self.recorded:
            await referral_store.save_declarations(tx, self.recorded, now)


async def opened(tx: Connection, registry: Registry, events: Sequence[Event | None]) -> Docket:
    """The docket of what arrives together: reports and declarations.

    Of one that names no code in force nothing is looked up: it will be refused, and no column may be able to hold it.
    """
    names = [
        (bare(one.channel), one.source_number)
        for one in events
        if isinstance(one, ReportSubmitted | IncidentReported)
        and one.source_number is not None
        and find(registry.codes, "channel", one.channel) is not None
    ]
    periods = [
        (bare(one.source), one.month)
        for one in events
        if isinstance(one, EligibleDeclared) and find(registry.codes, "referral-body", one.source) is not None
    ]
    return await Docket(registry).look_up(tx, names, periods)
