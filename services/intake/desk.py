"""Where intake's decisions are carried out: reports over HTTP, other systems' events, and reporters' timelines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from messaging import outbox
from messaging.database import Connection
from messaging.each import each
from messaging.envelope import Draft, Message, Outcome
from messaging.errors import Rejected
from messaging.trace import carried
from schemas.base import Actor
from schemas.codes import bare
from schemas.declarations import EligibleDeclared, EligibleRecorded
from schemas.duplicates import IncidentLinked
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from schemas.intake import ActivityRecorded, IncidentReported
from schemas.referrals import ReferralAnswered
from services.intake import docket, items_store, keys_store, letters_store, store
from services.intake.comparing import Comparer
from services.intake.declarations import NotRecorded, checked
from services.intake.docket import Docket
from services.intake.envelope import DataKey
from services.intake.items import REUSED, LetIn, Secret, let_in
from services.intake.likeness import Sketch
from services.intake.refusals import Refusal, in_words, refusal_of
from services.intake.report import NotAccepted, NumberKnown, Origin, Registry, check_opaque, incident_id_of
from services.intake.said import (
    Said,
    digest_of,
    first_digest_of,
    happening_of,
    outcome_of,
    subject_of,
)
from services.intake.store import Happening, Linking
from services.intake.vault import Vault

NOBODY = Actor()
Name = tuple[str, str]
"""CloudEvents (source, id)."""
HTTP = "/http"
"""The door, as the source of what came through it."""
Keys = Mapping[str, DataKey]
"""The data keys of what brought something personal, by what it is about; for this memory only."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came over HTTP and was let in; `secret` belongs in the vault, `text` in this memory only."""

    event: LetIn
    secret: Secret | None = None
    text: str | None = None
    actor: Actor = NOBODY
    """Who did an activity."""


@dataclass(slots=True)
class _Batch:
    """What a batch adds up to before it is written."""

    seen: dict[Name, bytes]
    docket: Docket
    new: dict[Name, bytes] = field(default_factory=dict)
    reports: list[IncidentReported] = field(default_factory=list)
    timeline: list[Happening] = field(default_factory=list)
    links: list[Linking] = field(default_factory=list)
    activities: list[tuple[ActivityRecorded, Actor]] = field(default_factory=list)
    outcomes: list[items_store.Outcome] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)


class Desk:
    """Binds the pure checks to the store, the vault and the outbox of one tier."""

    def __init__(self, registry: Registry, vault: Vault) -> None:
        self.registry = registry
        self._comparer = Comparer(registry.policy, vault)
        self.vault = vault
        self._topic = f"{registry.tier}.intake"

    async def accept(self, tx: Connection, arrivals: Sequence[Arrival], now: datetime, trace: str) -> Keys:
        """Stores what came over HTTP. Raises `NumberKnown` when a source's number names another matter."""
        events = [one.event for one in arrivals]
        entry = await docket.opened(tx, self.registry, events)
        for event in events:
            if isinstance(event, IncidentReported) and (known := entry.offer(event)) is not None:
                raise NumberKnown(known)
        return await self.enter(tx, arrivals, entry, now, trace)

    async def enter(
        self, tx: Connection, arrivals: Sequence[Arrival], entry: Docket, now: datetime, trace: str
    ) -> Keys:
        """Stores what came over HTTP and was offered to the docket, secrets in the vault, in its order."""
        reports = [one.event for one in arrivals if isinstance(one.event, IncidentReported)]
        activities = [(one.event, one.actor) for one in arrivals if isinstance(one.event, ActivityRecorded)]
        secrets = {subject_of(one.event): one.secret for one in arrivals if one.secret is not None}
        if reports:
            await store.save_reports(tx, reports, now)
        if activities:
            await items_store.save_activities(tx, activities, now)
        await entry.write(tx, now)
        keys = await keys_store.save_secrets(tx, self.vault.ring, secrets) if secrets else {}
        proposed = await self._comparer.propose(tx, self._sketched(arrivals), now, keys) if reports else []
        events = [*(one.event for one in arrivals), *proposed]
        await outbox.put(tx, [self._draft(one, trace) for one in events], now)
        return keys

    def _sketched(self, arrivals: Sequence[Arrival]) -> Iterator[tuple[IncidentReported, Sketch | None]]:
        for one in arrivals:
            if isinstance(one.event, IncidentReported):
                yield one.event, self._comparer.sketch(one.text)

    async def declare(
        self, tx: Connection, declared: EligibleDeclared, now: datetime, trace: str
    ) -> EligibleRecorded | None:
        """Takes a declaration that came over HTTP; None when it says what counts already.

        Raises `NotAccepted`, `NotRecorded`.
        """
        given = checked(self.registry, declared, now)
        entry = await Docket(self.registry).look_up(tx, (), [(bare(given.source), given.month)])
        recorded = entry.declare(given, HTTP)
        await entry.write(tx, now)
        if recorded is not None:
            await outbox.put(tx, [self._draft(recorded, trace)], now)
        return recorded

    async def handle(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Applies a batch: submissions become reports and actions, other events go to the timelines.

        The sender of one that is rejected is told, in the transaction that buries it.
        """
        submitted = [one for one in messages if one.stream is None]
        seen = await store.known(tx, [(one.source, one.id) for one in submitted]) if submitted else {}
        entry = await docket.opened(tx, self.registry, [one.event for one in submitted])
        batch = _Batch(seen, entry)
        faults = each(messages, lambda message: self._step(batch, message, now))
        if batch.new:
            await store.remember(tx, batch.new)
        if batch.reports:
            await store.save_reports(tx, batch.reports, now)
            proposed = await self._comparer.propose(tx, ((one, None) for one in batch.reports), now)
            traces = {one.key: one.traceparent for one in batch.drafts}
            batch.drafts += [self._draft(one, traces.get(subject_of(one))) for one in proposed]
        if batch.links:
            await store.save_links(tx, batch.links)
        if batch.timeline:
            await store.save_timeline(tx, batch.timeline)
        if batch.activities:
            await items_store.save_activities(tx, batch.activities, now)
        if batch.outcomes:
            await items_store.settle(tx, batch.outcomes, now)
        if batch.refused:
            batch.drafts += await self._told(tx, batch.refused, now)
        await batch.docket.write(tx, now)
        return Outcome(batch.drafts, faults)

    async def _told(self, tx: Connection, refused: Sequence[Refusal], now: datetime) -> list[Draft]:
        """What the senders of refused submissions are told, each once."""
        distinct, older = {}, {}
        for one in refused:
            name, *before = self.vault.refusals(one.identity)
            distinct[name], older[name] = one, before
        untold = await letters_store.untold(tx, older)
        return [
            self._draft(one.said(now), carried(one.message.traceparent))
            for digest, one in distinct.items()
            if digest in untold
        ]

    def _step(self, batch: _Batch, message: Message, now: datetime) -> None:
        if message.stream is None:
            try:
                self._submitted(batch, message, now)
            except Rejected as why:
                batch.refused.append(Refusal(message, why))
                raise
        else:
            happening = happening_of(message)
            batch.timeline.append(happening)
            if isinstance(message.event, IncidentLinked):
                batch.links.append(Linking(happening.incident_id, message.event.lead, happening.recorded_at))
            if isinstance(message.event, ReferralAnswered):
                batch.docket.answer(message.event)
            if (outcome := outcome_of(message.event, self.registry.tier)) is not None:
                batch.outcomes.append(outcome)

    def _submitted(self, batch: _Batch, message: Message, now: datetime) -> None:
        """Lets a submission in once. Raises `Rejected`."""
        if message.unreadable is not None:
            raise message.unreadable
        name, digest = (message.source, message.id), digest_of(message)
        known = batch.seen.get(name) or batch.new.get(name)
        if known is not None:
            if known not in (digest, first_digest_of(message)):
                raise Rejected("id-reused", "ce_id: this source used it before, for something else", REUSED)
            return
        said = self._let_in(batch, message, now)
        batch.new[name] = digest
        if isinstance(said, IncidentReported):
            batch.reports.append(said)
        if isinstance(said, ActivityRecorded):
            assert isinstance(message.event, ActivitySubmitted)
            batch.activities.append((said, message.event.actor))
        if said is not None:
            batch.drafts.append(self._draft(said, carried(message.traceparent)))

    def _let_in(self, batch: _Batch, message: Message, now: datetime) -> Said | None:
        """What is said of a submission; nothing, when it changes nothing."""
        try:
            check_opaque(message.event, message.source)
            match message.event:
                case EligibleDeclared() as declared:
                    return batch.docket.declare(checked(self.registry, declared, now), message.source)
                case ReportSubmitted() | ActionSubmitted() | ActivitySubmitted() as given:
                    origin = Origin(incident_id_of(message.source, message.id), message.source)
                    return let_in(self.registry, origin, given, now, batch.docket.offer)
                case other:
                    raise AssertionError(f"the topic table lets nothing else in: {type(other).__name__}")
        except NumberKnown as known:
            return refusal_of(message, known.incident_id, known.kind, in_words(known.fields), now)
        except NotAccepted as refusal:
            raise Rejected(refusal.kind, str(refusal), refusal.fields) from None
        except NotRecorded as no:
            return refusal_of(message, no.declaration_id, no.reason, (), now)

    def _draft(self, event: Said, trace: str | None) -> Draft:
        return Draft(self._topic, subject_of(event), event, event.occurred_at, trace)
