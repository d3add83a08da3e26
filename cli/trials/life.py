"""What became of an incident in one life: everything a reader may want to compare. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from cli.trials.recorded import LIVED, PARTS
from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.assignment import IncidentAssigned, IncidentUnanswered, IncidentUnclaimed
from schemas.base import Event, Tier
from schemas.referrals import IncidentReferred, IncidentTransferred, ReferralAccepted, ReferralOverdue
from schemas.routing import (
    IncidentAccepted,
    IncidentEscalated,
    IncidentOpened,
    IncidentReopened,
)
from schemas.supervision import IncidentListed, IncidentReminded
from services.routing.handoff import REASONS

OF_PARTS = frozenset(event for events in PARTS.values() for event in events)


@dataclass(slots=True)
class Life:
    """One life, told in the order in which it happened."""

    first_tier: Tier | None = None
    lived: list[tuple[Tier, str]] = field(default_factory=list)
    beside: list[tuple[Tier, str]] = field(default_factory=list)
    """What happened beside its course: assignment, referrals, supervision."""
    due: list[tuple[Tier, str, datetime]] = field(default_factory=list)
    """Tier and step of every deadline that was begun, and when it was to run out."""
    overdue: list[tuple[Tier, str]] = field(default_factory=list)
    overdue_again: list[datetime] = field(default_factory=list)
    """When it was said again that a deadline was missed."""
    raised: list[tuple[Tier, Tier]] = field(default_factory=list)
    """From where to where a missed deadline, or that nobody took it, raised it."""
    judged: list[tuple[Tier, Tier]] = field(default_factory=list)
    """From where to where its severity raised it, once that was judged anew."""
    listed: int = 0
    reminded: list[datetime] = field(default_factory=list)
    """When the rhythm of a listing reminded."""
    asked: list[tuple[Tier, str]] = field(default_factory=list)
    """At which tier which role was asked by itself."""
    unclaimed: list[Tier] = field(default_factory=list)
    stopped: list[bool] = field(default_factory=list)
    """Of each referral, whether the clock stood still."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What people did that would not have been allowed, and why."""
    revisits: list[tuple[datetime, ...]] = field(default_factory=list)
    """The dates of all rounds after each resolution."""
    revisited_late: list[bool] = field(default_factory=list)
    """Of each of them, whether the first round was not over by its date."""

    def of(self, part: str) -> tuple[tuple[Tier, str], ...]:
        """What happened of one part."""
        return tuple(one for one in self.beside if one[1] in PARTS[part])

    def note(self, event: Event, tier: Tier, now: datetime) -> None:
        """Keeps what there is to compare of an event."""
        if event.type in LIVED:
            self.lived.append((tier, event.type))
        if event.type in OF_PARTS:
            self.beside.append((tier, event.type))
        self._course(event, tier)
        self._beside(event, tier, now)

    def begun(self, tier: Tier, step: str, due_at: datetime | None) -> None:
        """A clock began, if there is one."""
        if due_at is not None:
            self.due.append((tier, step, due_at))

    def _course(self, event: Event, tier: Tier) -> None:
        match event:
            case IncidentOpened():
                self.first_tier = self.first_tier or tier
                self.begun(tier, "accept", event.due_at)
            case IncidentAccepted() | IncidentReopened():
                self.begun(tier, "handle", event.due_at)
            case IncidentOverdue() | ReferralOverdue():
                self.overdue.append((tier, event.step))
            case IncidentEscalated(by=by, reason=reason) if reason == REASONS["severity"]:
                if by == "person":  # else that is its first tier
                    self.judged.append((tier, event.to_tier))
            case IncidentEscalated(by="deadline" | "policy"):
                self.raised.append((tier, event.to_tier))
            case _:
                pass

    def _beside(self, event: Event, tier: Tier, now: datetime) -> None:
        match event:
            case IncidentStillOverdue():
                self.overdue_again.append(now)
            case IncidentListed(by="policy"):
                self.listed += 1
            case IncidentReminded(by="rhythm"):
                self.reminded.append(now)
            case IncidentAssigned():
                if event.by == "policy":
                    self.asked.append((tier, event.role or ""))
                self.begun(tier, "answer", event.answer_by)
            case IncidentUnanswered():
                self.overdue.append((tier, "answer"))
            case IncidentUnclaimed():
                self.unclaimed.append(tier)
            case IncidentTransferred():
                self.begun(tier, "transfer.answer", event.due_at)
            case IncidentReferred():
                self.begun(tier, "referral.answer", event.due_at)
                self.stopped.append(event.clock_stopped)
            case ReferralAccepted(kind="referral"):
                self.begun(tier, "referral.result", event.due_at)
            case _:
                pass
