"""One incident lived through again under one policy, from its report on: same deeds, same times, other rules. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cli.trials.recorded import LIVED, Deed, Record, Revisited, deeds
from messaging.errors import Rejected
from policy.model import Policy
from schemas.base import Event, Tier, matter_of
from schemas.codes import bare
from schemas.followup import RevisitCompleted
from schemas.intake import IncidentReported
from schemas.routing import (
    IncidentAccepted,
    IncidentEscalated,
    IncidentHandedOver,
    IncidentOpened,
    IncidentOverdue,
    IncidentReopened,
    IncidentResolved,
)
from schemas.supervision import IncidentListed
from services.followup.revisit import plan
from services.routing.centre import Centre
from services.routing.handling import Request
from services.routing.incident import Incident
from services.routing.life import act, arrive, late
from services.routing.refusal import Refused

ROUNDS = 1000
"""More timers than any incident has; a reminder a day for years."""


@dataclass(slots=True)
class Life:
    """What became of it: everything a reader may want to compare."""

    first_tier: Tier | None = None
    lived: list[tuple[Tier, str]] = field(default_factory=list)
    due: list[tuple[Tier, str, datetime]] = field(default_factory=list)
    """Tier and step of every deadline that was begun, and when it was to run out."""
    overdue: list[tuple[Tier, str]] = field(default_factory=list)
    raised: list[tuple[Tier, Tier]] = field(default_factory=list)
    """From where to where a missed deadline raised it."""
    listed: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What people did that would not have been allowed, and why."""
    revisits: list[datetime] = field(default_factory=list)


class Living:
    """An incident on its way through the tiers under one policy."""

    def __init__(self, record: Record, policy: Policy) -> None:
        # sessions are not lived through again, so nothing can be asked of them
        lenient = policy.model_copy(
            update={"mediation": policy.mediation.model_copy(update={"agreement_required": False})}
        )
        self._policies = {policy.version: lenient}
        self._record = record
        self._held: dict[Tier, Incident] = {}
        self._at: Tier = record.first_tier
        self.life = Life()

    def through(self, until: datetime) -> Life:
        """Its whole life, the clock running on until then."""
        self._take(self._reported(), self._record.first_tier, self._record.began_at)
        for deed in deeds(self._record.history):
            self._clock(deed.line.recorded_at)
            self._do(deed)
        self._clock(until)
        return self.life

    def _reported(self) -> IncidentReported:
        before, first = self._record.incident, self._record.history[0]
        matter = matter_of(before) | {"severity": self._record.severity}
        return IncidentReported(
            **matter,
            tier=self._record.first_tier,
            source="/recorded",
            occurred_at=first.occurred_at,
            parties=before.parties,
            target_at=before.target_at,
        )

    def _centre(self, tier: Tier) -> Centre:
        return Centre(tier, self._policies)

    def _clock(self, until: datetime) -> None:
        """All timers that pass until then, at the moment they do."""
        for _ in range(ROUNDS):
            held = self._held[self._at]
            passed = held.next_due
            if passed is None or passed.due_at > until:
                return
            after, events = late(held, passed, self._centre(self._at), passed.due_at)
            if after is held:
                return
            self._keep(after, events, passed.due_at)

    def _do(self, deed: Deed) -> None:
        held, now = self._held[self._at], deed.line.recorded_at
        try:
            if isinstance(deed.what, Revisited):
                self._revisit(held, deed.what, deed)
                return
            request = Request(deed.what, deed.line.actor, deed.line.occurred_at)  # type: ignore[arg-type] # one of ours
            after, events = act(held, request, self._centre(self._at), now)
        except Refused as refusal:
            self.life.refused.append((deed.line.event, refusal.reason))
        except Rejected:
            self.life.refused.append((deed.line.event, "not-in-this-state"))
        else:
            self._keep(after, events, now)

    def _revisit(self, held: Incident, ended: Revisited, deed: Deed) -> None:
        rules = self._policies[held.policy].revisit
        relapse = ended.reason is not None and bare(ended.reason) in rules.reopen_on
        done = RevisitCompleted(
            **matter_of(held),
            occurred_at=deed.line.occurred_at,
            actor=deed.line.actor,
            attempt=held.attempt,
            resolved_at=held.resolved_at or deed.line.occurred_at,
            outcome="relapse" if relapse else "satisfied",
            reason=ended.reason,
        )
        self._take(done, self._at, deed.line.recorded_at)

    def _take(
        self, arrival: IncidentReported | IncidentHandedOver | RevisitCompleted, tier: Tier, now: datetime
    ) -> None:
        self._at = tier
        after, events = arrive(self._held.get(tier), arrival, self._centre(tier), now)
        assert after is not None
        self._keep(after, events, now)

    def _keep(self, after: Incident, events: Sequence[Event], now: datetime) -> None:
        """Keeps the state, notes what happened, and follows it to the tier it is handed to."""
        self._held[self._at] = after
        for event in events:
            self._note(event, now)
        for event in events:
            if isinstance(event, IncidentHandedOver):
                self._take(event, event.to_tier, now)

    def _note(self, event: Event, now: datetime) -> None:
        life = self.life
        if event.type in LIVED:
            life.lived.append((self._at, event.type))
        match event:
            case IncidentOpened():
                life.first_tier = life.first_tier or self._at
                self._begun("accept", event.due_at)
            case IncidentAccepted() | IncidentReopened():
                self._begun("handle", event.due_at)
            case IncidentOverdue():
                life.overdue.append((self._at, event.step))
            case IncidentEscalated(by="deadline"):
                life.raised.append((self._at, event.to_tier))
            case IncidentListed(by="policy"):
                life.listed += 1
            case IncidentResolved():
                planned = plan(None, event, self._policies, now)
                if planned is not None and planned[0].due_at is not None:
                    life.revisits.append(planned[0].due_at)
            case _:
                pass

    def _begun(self, step: str, due_at: datetime | None) -> None:
        if due_at is not None:
            self.life.due.append((self._at, step, due_at))
