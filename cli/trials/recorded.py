"""What people did to an incident, read out of its history: what the policy made of it is left out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from cli.trials.deeds import Revisited, deed_of
from schemas.base import Action, Tier
from schemas.routing import Entry
from services.routing.incident import Incident

LIVED = (
    "incident.opened.v1",
    "incident.accepted.v1",
    "incident.triaged.v1",
    "incident.suspended.v1",
    "incident.resumed.v1",
    "incident.extended.v1",
    "incident.overdue.v1",
    "incident.escalated.v1",
    "incident.returned.v1",
    "incident.resolved.v1",
    "incident.reopened.v1",
    "incident.closed.v1",
)
"""Its course: where the own policy leads to another one than is recorded, nothing is compared."""
PARTS: dict[str, tuple[str, ...]] = {
    "assignment": (
        "incident.assigned.v1",
        "incident.taken.v1",
        "incident.declined.v1",
        "incident.unanswered.v1",
        "incident.unclaimed.v1",
    ),
    "referrals": (
        "incident.transferred.v1",
        "incident.referred.v1",
        "incident.returned-to-source.v1",
        "referral.opened.v1",
        "referral.accepted.v1",
        "referral.returned.v1",
        "referral.concluded.v1",
        "referral.recalled.v1",
    ),
    "supervision": ("incident.listed.v1", "incident.struck-off.v1"),
}
"""What is lived through beside it: where that comes to something else than is recorded, the part is not compared."""
ASKED, TAKEN, ACCEPTED = "incident.assigned.v1", "incident.taken.v1", "incident.accepted.v1"
UNCLAIMED = "incident.unclaimed.v1"
NOBODY_ASKED = ("incident.opened.v1", "incident.declined.v1", "incident.unanswered.v1")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that did not come from the policy: an action, or the end of a revisit."""

    line: Entry
    what: Action | Revisited
    taken: bool = False
    """Whether it shows that the matter was taken on: whoever is asked then is taken to have done it."""


@dataclass(frozen=True, slots=True)
class Record:
    """An incident as it is stored, with its whole history."""

    incident: Incident
    history: tuple[Entry, ...]

    @property
    def first_tier(self) -> Tier:
        """Where it was reported."""
        return self.history[0].tier

    @property
    def began_at(self) -> datetime:
        """When that was recorded."""
        return self.history[0].recorded_at

    @property
    def severity(self) -> str:
        """The severity it was reported with."""
        judged = (one.detail for one in self.history if one.event == "incident.triaged.v1" and one.detail)
        return next((detail.split()[0] for detail in judged), self.incident.severity)

    def severity_at(self, moment: datetime) -> str:
        """The severity it had when something was recorded."""
        judged = (
            (one.recorded_at, one.detail)
            for one in self.history
            if one.event == "incident.triaged.v1" and one.detail
        )
        return next(
            (detail.split()[1] for at, detail in reversed(list(judged)) if at <= moment), self.severity
        )

    @property
    def lived(self) -> tuple[tuple[Tier, str], ...]:
        """What happened to it where, as far as it is its course."""
        return tuple((one.tier, one.event) for one in self.history if one.event in LIVED)

    def of(self, part: str) -> tuple[tuple[Tier, str], ...]:
        """What happened of one part."""
        return tuple((one.tier, one.event) for one in self.history if one.event in PARTS[part])


def deeds(history: tuple[Entry, ...]) -> Iterator[Deed]:
    """What people did, in order; taking it on and accepting it at once are one deed."""
    asked = False
    for place, line in enumerate(history):
        before, after = history[place - 1 : place], history[place + 1 : place + 2]
        if line.event in (ASKED, *NOBODY_ASKED):
            asked = line.event == ASKED
        if line.event == TAKEN and _with(after, line, ACCEPTED):
            continue
        if (what := deed_of(line)) is None or _judged(history[:place], line):
            continue
        free = not asked and not any(one.event == ASKED for one in _breath(history[place + 1 :], line))
        begins = line.event in {ACCEPTED, "incident.reopened.v1"}
        taken = line.event == TAKEN or (begins and (free or _with(before, line, TAKEN)))
        yield Deed(line, what, taken)


def _judged(before: tuple[Entry, ...], line: Entry) -> bool:
    """Whether it climbed because its severity was judged anew: what follows from that is the policy's."""
    with_it = _breath(before[::-1], line) if line.event == "incident.escalated.v1" else ()
    return any(one.event == "incident.triaged.v1" for one in with_it)


def _breath(beside: tuple[Entry, ...], line: Entry) -> Iterator[Entry]:
    """What was recorded together with it."""
    return takewhile(lambda one: one.recorded_at == line.recorded_at, beside)


def _with(beside: tuple[Entry, ...], line: Entry, event: str) -> bool:
    """Whether the line beside it is of that kind, and was recorded in the same breath."""
    return any(one.event == event and one.recorded_at == line.recorded_at for one in beside)
