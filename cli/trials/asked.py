"""Who could be asked in a life: whom the record shows to have been asked, else whom the registry has. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from cli.trials.recorded import ASKED, UNCLAIMED, Record, deeds
from policy.model import Policy
from schemas.base import Tier
from schemas.codes import bare
from schemas.routing import Entry
from services.routing import registry
from services.routing.roster import Contact, Roster, around


@dataclass(frozen=True, slots=True)
class Registry:
    """The contacts of a tier, by the area they are for."""

    entries: Mapping[str, Sequence[registry.Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[registry.Entry]) -> "Registry":
        """These entries."""
        found: dict[str, list[registry.Entry]] = {}
        for one in entries:
            found.setdefault(one.area, []).append(one)
        return cls(found)

    def near(self, area: str, on: date) -> list[Contact]:
        """Who was there for an area on a day."""
        every = (one for code in around(area) for one in self.entries.get(code, ()))
        return [
            one.contact
            for one in every
            if one.valid_from <= on and (one.valid_until is None or one.valid_until >= on)
        ]


Registries = Mapping[Tier, Registry]


class Recorded(Roster):
    """Those who were asked, in the order they were, then others; how much these had in hand then is not known."""

    def __init__(
        self,
        asked: Sequence[Contact],
        others: Iterable[Contact] = (),
        empty: Collection[str] | None = None,
    ) -> None:
        super().__init__([*others, *asked])
        self._asked = asked
        self._empty = empty

    def best(self, role: str, area: str, without: Collection[str]) -> Contact | None:
        """Who is next in a role; where the record shows that nobody more was to be had, nobody is."""
        named = (one for one in self._asked if bare(one.role) == role and one.reference not in without)
        if (found := next(named, None)) is not None:
            return found
        return None if self._empty is None or role in self._empty else super().best(role, area, without)


@dataclass(frozen=True, slots=True)
class People:
    """Who can be asked in one life; in that of the own policy, which has no registries, nobody but those who were."""

    record: Record
    own: Policy
    registries: Registries | None = None

    def at(self, tier: Tier, now: datetime) -> Roster:
        """Who can be asked at a tier at a moment."""
        area = self.record.incident.area
        lines = [one for one in self.record.history if one.tier == tier and one.event == ASKED]
        known = [contact for one in lines if (contact := _contact(one, area)) is not None]
        if self.registries is None:
            return Recorded(list(self._asked(lines, now)), known)
        near = self.registries.get(tier, Registry()).near(area, self.own.where.day(now))
        there = {one.reference for one in near}
        late = sorted(lines, key=lambda one: one.recorded_at < now)
        pairs = ((one, contact) for one in late if (contact := _contact(one, area)) is not None)
        order = [who for one, who in pairs if one.recorded_at <= now or who.reference in there]
        return Recorded(order, near, self._empty(tier, now))

    def _asked(self, lines: Iterable[Entry], now: datetime) -> Iterator[Contact]:
        """Whom the own policy asked at a moment: a timer was acted on soon after it, before anybody did anything."""
        after = (one.line.recorded_at for one in deeds(self.record.history) if one.line.recorded_at > now)
        until = next(after, None)
        for one in lines:
            soon = one.recorded_at >= now and (until is None or one.recorded_at < until)
            contact = _contact(one, self.record.incident.area) if soon else None
            if contact is not None and (one.detail or "").endswith(" policy"):
                yield contact

    def _empty(self, tier: Tier, now: datetime) -> set[str]:
        """The roles the own policy asks for in which nobody more was found: it went on to the next, or gave up."""
        severity = self.own.severity(self.record.severity_at(now))
        category = bare(self.record.incident.category)
        roles = [one.role for one in self.own.assignment.rules if one.fits(tier, severity, category)]
        here = [one for one in self.record.history if one.tier == tier]
        asked = {bare(one.role) for line in here if (one := _contact(line, "")) is not None}
        if not asked or any(one.event == UNCLAIMED for one in here):
            return set(roles)
        last = max((at for at, role in enumerate(roles) if role in asked), default=0)
        return set(roles[:last])


def _contact(line: Entry, area: str) -> Contact | None:
    """Somebody of the registry who was named."""
    match (line.detail or "").split() if line.event == ASKED else ():
        case [reference, role, _]:
            return Contact(reference, "person", role, area)
        case _:
            return None
