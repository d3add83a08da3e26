"""Where routing's decisions are carried out: messages, people's actions and the clock, each in one transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import reduce

from messaging import outbox
from messaging.database import Connection
from messaging.each import each
from messaging.envelope import Draft, Message, Outcome
from messaging.errors import Rejected
from messaging.timer import acted_on
from schemas.base import Event
from schemas.duplicates import DuplicateProposed, Link, ProposalForwarded
from schemas.handoff import ActionForwarded, IncidentHandedOver
from schemas.intake import ActionReceived
from schemas.routing import Entry
from services.routing import contacts_store, guesses, lines, store
from services.routing.batch import Batch, keys
from services.routing.centre import Centre
from services.routing.changes import evolve
from services.routing.explained import Explanation, explain
from services.routing.followed import TOLD, line_of, with_line
from services.routing.handling import Request
from services.routing.handoff import ADDRESSED
from services.routing.incident import Incident
from services.routing.leads import Turn, consequences, tied
from services.routing.life import Arrival, act, arrive, late
from services.routing.manning import Need, needed, needed_for, needed_late, together
from services.routing.pauses import moved
from services.routing.roster import Roster


class Desk:
    """Binds the pure decisions to the store and the outbox of one tier."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._links = any(one.duplicates.links for one in centre.policies.values())
        self._topics = {True: f"{centre.tier}.handoff", False: f"{centre.tier}.routing"}

    @property
    def centre(self) -> Centre:
        """Where it decides."""
        return self._centre

    async def handle(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Applies a batch of messages: one query, decisions in memory, one write."""
        heard = [one for one in messages if one.event is not None]
        batch = await self._loaded(tx, heard) if heard else Batch({})
        incidents = batch.incidents
        centre = await self._manned(tx, (needed(incidents, one.event, self._centre) for one in heard), now)
        drafts: list[Draft] = []

        def step(message: Message) -> None:
            if message.event is None:
                return
            for one, said in self._turns(batch, message, centre, now):
                if one is not None and one is not incidents.get(one.incident_id):
                    centre.gave(incidents.get(one.incident_id), one)
                    batch.keep(one)
                drafts.extend(self._drafts(said, message.traceparent))

        faults = each(messages, step)
        if batch.changed:
            drafts = await _write(tx, list(batch.changed.values()), drafts, now)
        if batch.told:
            await lines.add(tx, batch.told)
        return Outcome(drafts, faults)

    def _turns(self, batch: Batch, message: Message, centre: Centre, now: datetime) -> list[Turn]:
        """What a message does to its incident, and what that does to those it is tied to. Raises `Rejected`."""
        key, event = _key(message), message.event
        line = None if event is None else line_of(centre.tier, event, message.recorded_at or now)
        if line is not None and type(event) in TOLD:
            return batch.told_of(key, line)
        arrival, before = _arrival(event), batch.incidents.get(key)
        if before is not None and line is not None:
            before = with_line(before, line)
        after, events = arrive(before, arrival, centre, now, batch.incidents)
        if before is None:
            return [(after, events)]
        return [(after, events), *consequences(before, events, batch.incidents, centre, now)]

    async def act(
        self, tx: Connection, incident_id: str, request: Request, trace: str | None, within: str | None = None
    ) -> tuple[Incident, Sequence[Event]]:
        """Carries out a person's action, who knows nothing outside an area, in the caller's transaction.

        Raises `Refused`.
        """
        named = [request.action.lead] if isinstance(request.action, Link) else []
        named = [one for one in named if within is None or await store.holds(tx, one, within)]
        beside = await store.load(tx, [incident_id, *named])
        further = tied(beside, [incident_id])
        await store.reach(tx, further)
        beside |= await store.load_beside(tx, further)
        now: datetime = await tx.fetchval("select now()")
        incident = beside.get(incident_id)
        centre = await self._manned(tx, [needed_for(incident, request.action, self._centre)], now)
        after, events = act(incident, replace(request, beside=beside), centre, now)
        assert incident is not None
        turns = [(after, events), *consequences(incident, events, beside, centre, now)]
        drafts = [draft for _, said in turns for draft in self._drafts(said, trace)]
        await outbox.put(tx, await _write(tx, [one for one, _ in turns if one], drafts, now), now)
        return after, events

    async def fire(self, tx: Connection, limit: int, only: str | None = None) -> int:
        """Fires deadlines that have passed, oldest first, in the caller's transaction; returns how many."""
        passed = await store.due(tx, limit, only)
        if not passed:
            return 0
        now: datetime = await tx.fetchval("select now()")
        after: list[Incident] = []
        drafts: list[Draft] = []
        needs = (needed_late(incident, deadline, self._centre) for incident, deadline in passed)
        centre = await self._manned(tx, needs, now)
        for incident, deadline in passed:
            changed, events = late(incident, deadline, centre, now)
            centre.gave(incident, changed)
            after.append(changed)
            drafts += self._drafts(events, None)
        await outbox.put(tx, await _write(tx, after, drafts, now), now)
        acted_on([deadline.due_at for _, deadline in passed], now)
        return len(passed)

    async def recount(self, tx: Connection, after: str, limit: int) -> str | None:
        """Counts provisional times again, in the caller's transaction; the last incident seen, None at the end."""
        found = await store.provisional(tx, after, limit)
        now: datetime = await tx.fetchval("select now()")
        said = [(one, events) for one in found if (events := self._recounted(one, now))]
        if said:
            await store.save(tx, [_with(one, events, now) for one, events in said], now)
            drafts = [draft for _, events in said for draft in self._drafts(events, None)]
            await outbox.put(tx, drafts, now)
        return found[-1].incident_id if found else None

    def _recounted(self, incident: Incident, now: datetime) -> list[Event]:
        """Its own clock, and whatever else it waits for."""
        own = moved(incident, self._centre.policies, now)
        return [*([own] if own else []), *guesses.moved(incident, self._centre.policies, now)]

    async def _manned(self, tx: Connection, needs: Iterable[Need | None], now: datetime) -> Centre:
        """The centre with whom the decisions of this transaction may have to know; no query where that is nobody."""
        need = together(needs)
        roster = Roster() if need is None else await contacts_store.roster(tx, need, self.today(now))
        return replace(self._centre, roster=roster)

    def today(self, now: datetime) -> date:
        """The day it is here."""
        return next(iter(self._centre.policies.values())).where.day(now)

    @property
    def one_each(self) -> Collection[str]:
        """The roles that one holds in an area at a time."""
        return self._centre.policy(None).assignment.one_each

    def explain(self, incident: Incident) -> Explanation:
        """Its present clock, step by step."""
        return explain(incident, self._centre.policies)

    async def _loaded(self, tx: Connection, heard: Sequence[Message]) -> Batch:
        """The incidents that messages are about, those that they name, and those that are tied to them."""
        about, telling = keys(heard, self._centre.tier)
        read = about | {one for message in heard for one in self._named(message.event)}
        found, there = await store.hold(tx, read, telling - read)
        return Batch(found | await store.load_beside(tx, tied(found, about)), there)

    def _named(self, event: Event | None) -> tuple[str, ...]:
        match event:
            case ActionReceived(action=Link(lead=lead)) | ActionForwarded(action=Link(lead=lead)):
                return (lead,)
            case DuplicateProposed() if self._links:
                return (event.candidates[0].lead,)
            case ProposalForwarded() if self._links:
                return (event.proposed.candidates[0].lead,)
            case IncidentHandedOver(to_tier=here) if here == self._centre.tier:
                return tuple(one.incident_id for one in event.duplicates if one.tier == here)
            case _:
                return ()

    def _drafts(self, events: Sequence[Event], trace: str | None) -> list[Draft]:
        return [
            Draft(
                self._topics[isinstance(event, ADDRESSED)],
                event.incident_id,  # type: ignore[attr-defined] # every event of an incident names it
                event,
                event.occurred_at,  # type: ignore[attr-defined] # and has its time
                trace,
            )
            for event in events
        ]


def _with(incident: Incident, events: Sequence[Event], now: datetime) -> Incident:
    return reduce(lambda one, event: evolve(one, event, now), events, incident)


async def _write(
    tx: Connection, incidents: Sequence[Incident], drafts: list[Draft], now: datetime
) -> list[Draft]:
    """Writes incidents; what is handed over gets the lines of its history that were written before, in one query."""
    written = {one.incident_id for one in incidents if sum(one.lines) > len(one.history)}
    given = {draft.key for draft in drafts if isinstance(draft.event, IncidentHandedOver)} & written
    before = await lines.written(tx, given) if given else {}
    await store.save(tx, incidents, now)
    return [_whole(draft, before[draft.key]) if draft.key in before else draft for draft in drafts]


def _whole(draft: Draft, before: tuple[Entry, ...]) -> Draft:
    if not isinstance(draft.event, IncidentHandedOver):
        return draft
    history = (*before, *draft.event.history)
    return replace(draft, event=draft.event.model_copy(update={"history": history}))


def _key(message: Message) -> str:
    """The incident, once the event and its place in the stream agree on it."""
    if message.stream is None or message.event.incident_id != message.stream.key:  # type: ignore[union-attr] # all have it
        raise Rejected("wrong-schema", "incident_id: is not the incident the record is keyed by")
    return message.stream.key


def _arrival(event: Event | None) -> Arrival:
    assert isinstance(event, Arrival)
    return event
