"""One incident lived through again under one policy, from its report on: same deeds, same times, other rules. Pure."""

from collections.abc import Sequence
from datetime import datetime

from cli.trials.asked import People
from cli.trials.deeds import Revisited
from cli.trials.life import Life
from cli.trials.recorded import Deed, Record, deeds
from messaging.errors import Rejected
from policy.model import Policy
from schemas.assignment import Take
from schemas.base import Actor, Event, Tier, matter_of
from schemas.codes import bare
from schemas.followup import RevisitCompleted, RoundCompleted
from schemas.handoff import IncidentHandedOver
from schemas.intake import IncidentReported
from schemas.routing import IncidentResolved
from services.followup.revisit import plan
from services.routing.centre import Centre
from services.routing.handling import Request
from services.routing.incident import Incident
from services.routing.life import act, arrive, late
from services.routing.refusal import Refused
from services.routing.roster import Roster

ROUNDS = 1000
"""More timers than any incident has; a reminder a day for years."""
FOLLOWING = frozenset(
    (
        "not-the-assignee",
        "already-taken",
        "already-listed",
        "not-listed",
        "same-leader",
        "nothing-is-out",
        "answer-out-of-turn",
        "opened-already",
    )
)
"""Refusals that only follow from another difference, which is told already."""


class Living:
    """An incident on its way through the tiers under one policy."""

    def __init__(self, record: Record, policy: Policy, people: People | None = None) -> None:
        # sessions are not lived through again, so nothing can be asked of them
        lenient = policy.model_copy(
            update={"mediation": policy.mediation.model_copy(update={"agreement_required": False})}
        )
        self._policies = {policy.version: lenient}
        self._looks = policy.assignment.looks
        self._people = people or People(record, policy)
        self._record = record
        self._held: dict[Tier, Incident] = {}
        self._at: Tier = record.first_tier
        self._revisit_by: datetime | None = None
        self.life = Life()

    def through(self, until: datetime) -> Life:
        """Its whole life, the clock running on until then."""
        self._take(self._reported(), self._record.first_tier, self._record.began_at)
        for deed in deeds(self._record.history):
            self._clock(deed.line.recorded_at)
            self._do(deed)
        self._clock(until)
        self._asked_again(until)
        return self.life

    def _reported(self) -> IncidentReported:
        before, first = self._record.incident, self._record.history[0]
        offer = before.offer
        matter = matter_of(before) | {"severity": self._record.severity}
        return IncidentReported(
            **matter,
            tier=self._record.first_tier,
            source="/recorded",
            occurred_at=first.occurred_at,
            parties=before.parties,
            target_at=before.target_at,
            referred_by=offer.body if offer else None,
            source_number=offer.number if offer else None,
            entered_by=before.entered_by,
        )

    def _centre(self, tier: Tier, now: datetime) -> Centre:
        return Centre(tier, self._policies, self._people.at(tier, now) if self._looks else Roster())

    def _clock(self, until: datetime) -> None:
        """All timers that pass until then, at the moment they do."""
        for _ in range(ROUNDS):
            held = self._held[self._at]
            passed = held.next_due
            if passed is None or passed.due_at > until:
                return
            after, events = late(held, passed, self._centre(self._at, passed.due_at), passed.due_at)
            self._keep(after, events, passed.due_at)

    def _do(self, deed: Deed) -> None:
        """A deed, where it can be done; what shows that the matter was taken on was done by whoever was asked."""
        try:
            if isinstance(deed.what, Revisited):
                self._revisit(self._held[self._at], deed.what, deed)
            else:
                self._act(deed.what, deed)
            if deed.taken and self._asked() is not None:
                self._act(Take(), deed)
        except Refused as refusal:
            if refusal.reason not in FOLLOWING:
                self.life.refused.append((deed.line.event, refusal.reason))
        except Rejected:
            self.life.refused.append((deed.line.event, "not-in-this-state"))

    def _act(self, what: object, deed: Deed) -> None:
        now, asked = deed.line.recorded_at, self._asked() if deed.taken else None
        actor = deed.line.actor if asked is None else Actor(role=deed.line.actor.role, ref=asked)
        request = Request(what, actor, deed.line.occurred_at)  # type: ignore[arg-type] # one of ours
        after, events = act(self._held[self._at], request, self._centre(self._at, now), now)
        self._keep(after, events, now)

    def _asked(self) -> str | None:
        """Who was asked and has not answered."""
        held = self._held[self._at]
        waiting = held.assignment is not None and held.assignment.taken_at is None
        return held.assignee if waiting else None

    def _revisit(self, held: Incident, ended: Revisited, deed: Deed) -> None:
        """The end of the revisit; a later round is one of a closed incident, and only its relapse is recorded."""
        self._asked_again(deed.line.recorded_at)
        rules = self._policies[held.policy].revisit
        relapse = ended.reason is not None and bare(ended.reason) in rules.reopen_on
        fields = {
            "occurred_at": deed.line.occurred_at,
            "actor": deed.line.actor,
            "attempt": held.attempt,
            "resolved_at": held.resolved_at or deed.line.occurred_at,
            "outcome": "relapse" if relapse else "satisfied",
            "reason": ended.reason,
        }
        done: RevisitCompleted | RoundCompleted = RevisitCompleted(**matter_of(held), **fields)
        if held.status == "closed":
            done = RoundCompleted(**matter_of(held), **fields, round=2)
        self._take(done, self._at, deed.line.recorded_at)

    def _take(
        self,
        arrival: IncidentReported | IncidentHandedOver | RevisitCompleted | RoundCompleted,
        tier: Tier,
        now: datetime,
    ) -> None:
        self._at = tier
        after, events = arrive(self._held.get(tier), arrival, self._centre(tier, now), now)
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
        self.life.note(event, self._at, now)
        planned = plan(None, event, self._policies, now) if isinstance(event, IncidentResolved) else None
        if planned is not None and planned[0].due_at is not None:
            self._revisit_by = planned[0].due_at
            self.life.revisits.append((planned[0].due_at, *planned[0].later))

    def _asked_again(self, ended_at: datetime) -> None:
        """The parties were asked by then, or not yet."""
        if self._revisit_by is not None:
            self.life.revisited_late.append(self._revisit_by < ended_at)
        self._revisit_by = None
