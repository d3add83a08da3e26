"""Where intake's decisions are carried out: reports over HTTP, other systems' events, and reporters' timelines."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from messaging import outbox
from messaging.database import Connection
from messaging.each import each
from messaging.envelope import Draft, Message, Outcome
from messaging.errors import Rejected
from messaging.trace import carried
from schemas.codes import bare
from schemas.duplicates import DuplicateProposed, IncidentLinked
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.intake import ActionReceived, IncidentReported
from schemas.referrals import EligibleDeclared, EligibleRecorded, ReferralAnswered, SubmissionRefused
from services.intake import docket, store
from services.intake.comparing import Comparer
from services.intake.declarations import NotRecorded, checked
from services.intake.docket import Docket
from services.intake.report import NotAccepted, Origin, Registry, incident_id_of, received, reported
from services.intake.store import Happening, Linking
from services.intake.vault import Vault

Name = tuple[str, str]
"""CloudEvents (source, id)."""
HTTP = "/http"
"""The door, as the source of what came through it."""


Said = IncidentReported | ActionReceived | DuplicateProposed | EligibleRecorded | SubmissionRefused
"""What intake publishes."""


class NumberKnown(Exception):
    """The source has used its number for another matter."""

    def __init__(self, incident_id: str) -> None:
        super().__init__(incident_id)
        self.incident_id = incident_id


@dataclass(slots=True)
class _Batch:
    """What a batch adds up to before it is written."""

    seen: dict[Name, bytes]
    docket: Docket
    new: dict[Name, bytes] = field(default_factory=dict)
    reports: list[IncidentReported] = field(default_factory=list)
    timeline: list[Happening] = field(default_factory=list)
    links: list[Linking] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """What only this memory and the vault may hold of a report: all of it as it is stored, and the free text."""

    secret: bytes | None = None
    text: str | None = None


class Desk:
    """Binds the pure checks to the store, the vault and the outbox of one tier."""

    def __init__(self, registry: Registry, vault: Vault) -> None:
        self.registry = registry
        self._comparer = Comparer(registry.policy, vault)
        self.vault = vault
        self._topic = f"{registry.tier}.intake"

    async def accept(
        self, tx: Connection, incident: IncidentReported, told: Told, now: datetime, trace: str
    ) -> None:
        """Stores a report that came over HTTP, its personal data in the vault, and its events. Raises `NumberKnown`."""
        number = incident.source_number
        names = [] if number is None else [(bare(incident.channel), number)]
        entry = await Docket(self.registry).look_up(tx, names, ())
        if (known := entry.offer(incident)) is not None:
            raise NumberKnown(known)
        await store.save_reports(tx, [incident], now)
        await entry.write(tx, now)
        if told.secret is not None:
            sealed = self.vault.encrypt(incident.incident_id, told.secret)
            await store.save_secret(tx, incident.incident_id, self.vault.key_id, sealed)
        sketch = self._comparer.sketch(told.text)
        proposed = await self._comparer.propose(tx, [(incident, sketch)], now)
        await outbox.put(
            tx, [self._draft(incident, trace), *(self._draft(one, trace) for one in proposed)], now
        )

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
        """Applies a batch: submissions become reports and actions, other events go to the timelines."""
        names = [(one.source, one.id) for one in messages if one.stream is None]
        seen = await store.known(tx, names) if names else {}
        batch = _Batch(seen, await docket.opened(tx, self.registry, messages))
        faults = each(messages, lambda message: self._step(batch, message, now))
        if batch.new:
            await store.remember(tx, batch.new)
        if batch.reports:
            await store.save_reports(tx, batch.reports, now)
            proposed = await self._comparer.propose(tx, ((one, None) for one in batch.reports), now)
            batch.drafts += [self._draft(one, None) for one in proposed]
        if batch.links:
            await store.save_links(tx, batch.links)
        if batch.timeline:
            await store.save_timeline(tx, batch.timeline)
        await batch.docket.write(tx, now)
        return Outcome(batch.drafts, faults)

    def _step(self, batch: _Batch, message: Message, now: datetime) -> None:
        if message.stream is not None:
            happening = _happening(message)
            batch.timeline.append(happening)
            if isinstance(message.event, IncidentLinked):
                batch.links.append(Linking(happening.incident_id, message.event.lead, happening.recorded_at))
            if isinstance(message.event, ReferralAnswered):
                batch.docket.answer(message.event)
            return
        name, digest = (message.source, message.id), _digest(message)
        known = batch.seen.get(name) or batch.new.get(name)
        if known is not None:
            if known not in (digest, _first_digest(message)):
                raise Rejected("id-reused", "ce_id: this source used it before, for something else")
            return
        said = self._let_in(batch, message, now)
        batch.new[name] = digest
        if isinstance(said, IncidentReported):
            batch.reports.append(said)
        if said is not None:
            batch.drafts.append(self._draft(said, carried(message.traceparent)))

    def _let_in(self, batch: _Batch, message: Message, now: datetime) -> Said | None:
        """What is said of a submission; nothing, when it changes nothing."""
        try:
            match message.event:
                case ReportSubmitted() as report:
                    origin = Origin(incident_id_of(message.source, message.id), message.source)
                    event = reported(self.registry, origin, report, now)
                    known = batch.docket.offer(event)
                    return event if known is None else _refused(message, known, "source-number-known", now)
                case ActionSubmitted() as asked:
                    return received(self.registry, message.source, asked, now)
                case EligibleDeclared() as declared:
                    return batch.docket.declare(checked(self.registry, declared, now), message.source)
                case other:
                    raise AssertionError(f"the topic table lets nothing else in: {type(other).__name__}")
        except NotAccepted as refusal:
            raise Rejected(refusal.kind, str(refusal)) from None
        except NotRecorded as no:
            return _refused(message, no.declaration_id, no.reason, now)

    def _draft(self, event: Said, trace: str | None) -> Draft:
        return Draft(self._topic, _subject(event), event, event.occurred_at, trace)


def _subject(event: Said) -> str:
    """What an event is about: its key."""
    match event:
        case EligibleRecorded():
            return event.declaration_id
        case SubmissionRefused():
            return event.subject_id
        case _:
            return event.incident_id


def _refused(message: Message, subject_id: str, reason: str, now: datetime) -> SubmissionRefused:
    return SubmissionRefused(
        subject_id=subject_id,
        source=message.source,
        id=message.id,
        submitted=message.type,
        reason=reason,
        occurred_at=now,
    )


def _happening(message: Message) -> Happening:
    assert message.stream is not None
    assert message.occurred_at is not None
    assert message.recorded_at is not None
    stream = message.stream
    return Happening(
        stream.key, stream.topic, message.seq, message.type, message.occurred_at, message.recorded_at
    )


def _digest(message: Message) -> bytes:
    """Of what was said, so that a field that is added to the type later changes nothing."""
    assert message.event is not None
    return _hashed(message.type, message.event.model_dump_json(exclude_unset=True))


def _first_digest(message: Message) -> bytes:
    """As the first release noted it: of all fields there were then, said or not."""
    assert message.event is not None
    return _hashed(
        message.type, message.event.model_dump_json(exclude={"people", "derived_from", "source_number"})
    )


def _hashed(name: str, body: str) -> bytes:
    return hashlib.sha256(f"{name}\n{body}".encode()).digest()
