"""Where followup's decisions are carried out: resolutions, visits and the clock, each in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from messaging import outbox
from messaging.database import Connection
from messaging.each import each
from messaging.envelope import Draft, Message, Outcome
from messaging.errors import Rejected
from messaging.timer import acted_on
from schemas.actions import Following, Unknown
from schemas.base import Event, Tier
from schemas.intake import ActionReceived
from schemas.replies import done, refused
from schemas.routing import IncidentResolved
from services.followup import store
from services.followup.acts import Request, act, late
from services.followup.explained import Explanation, explain
from services.followup.refusal import Refused
from services.followup.revisit import plan
from services.followup.state import Policies, Revisit


class Desk:
    """Binds the pure decisions to the store and the outbox of one tier."""

    def __init__(self, tier: Tier, policies: Policies) -> None:
        self._policies = policies
        self._topic = f"{tier}.followup"

    def explain(self, revisit: Revisit) -> Explanation:
        """Until when, and why."""
        return explain(revisit, self._policies)

    async def handle(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Applies a batch of messages: one query, decisions in memory, one write."""
        heard = [one for one in messages if one.event is not None and _concerns(one.event)]
        revisits = await store.load(tx, (one.stream.key for one in heard if one.stream)) if heard else {}
        changed: dict[str, Revisit] = {}
        drafts: list[Draft] = []

        def step(message: Message) -> None:
            if message.event is None or not _concerns(message.event):
                return
            key = _key(message)
            after, events = self._decide(revisits.get(key), message.event, now)
            if after is not None and events:
                revisits[key] = changed[key] = after
            drafts.extend(self._drafts(key, events, message.traceparent))

        faults = each(messages, step)
        if changed:
            await store.save(tx, list(changed.values()), now)
        return Outcome(drafts, faults)

    def _decide(
        self, before: Revisit | None, event: Event | None, now: datetime
    ) -> tuple[Revisit | None, Sequence[Event]]:
        match event:
            case IncidentResolved():
                return plan(before, event, self._policies, now) or (before, [])
            case ActionReceived(action=asked) if isinstance(asked, Following):
                try:
                    request = Request(asked, event.actor, event.occurred_at, event.based_on)
                    after, events = act(before, request, self._policies, now)
                except Refused as refusal:
                    return before, [refused(event, refusal.reason, refusal.conflicts)]
                return after, [*events, *done(event)]
            case ActionReceived(action=Unknown()):
                return before, [refused(event, Refused("unknown-action").reason)]
            case _:
                return before, []

    async def act(
        self, tx: Connection, incident_id: str, request: Request, trace: str
    ) -> tuple[Revisit, Sequence[Event]]:
        """Carries out a person's action inside the caller's transaction. Raises `Refused`."""
        before = (await store.load(tx, [incident_id])).get(incident_id)
        now: datetime = await tx.fetchval("select now()")
        after, events = act(before, request, self._policies, now)
        await store.save(tx, [after], now)
        await outbox.put(tx, self._drafts(incident_id, events, trace), now)
        return after, events

    async def fire(self, tx: Connection, limit: int, only: str | None = None) -> int:
        """Notes dates that have passed, oldest first, in the caller's transaction; returns how many."""
        passed = await store.due(tx, limit, only)
        if not passed:
            return 0
        now: datetime = await tx.fetchval("select now()")
        decided = [late(revisit, timer) for revisit, timer in passed]
        await store.save(tx, [after for after, _ in decided], now)
        drafts = [
            draft for after, events in decided for draft in self._drafts(after.incident_id, events, None)
        ]
        await outbox.put(tx, drafts, now)
        acted_on([timer.due_at for _, timer in passed], now)
        return len(passed)

    def _drafts(self, incident_id: str, events: Sequence[Event], trace: str | None) -> list[Draft]:
        return [
            Draft(self._topic, incident_id, event, event.occurred_at, trace)  # type: ignore[attr-defined] # all have it
            for event in events
        ]


def _concerns(event: Event) -> bool:
    return isinstance(event, IncidentResolved) or (
        isinstance(event, ActionReceived) and event.decided_by == "followup"
    )


def _key(message: Message) -> str:
    """The incident, once the event and its place in the stream agree on it."""
    event = message.event
    assert isinstance(event, (IncidentResolved, ActionReceived))
    if message.stream is None or event.incident_id != message.stream.key:
        raise Rejected("wrong-schema", "incident_id: is not the incident the record is keyed by")
    return event.incident_id
