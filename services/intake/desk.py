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
from schemas.duplicates import DuplicateProposed, IncidentLinked
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.intake import ActionReceived, IncidentReported
from services.intake import store
from services.intake.comparing import Comparer
from services.intake.report import NotAccepted, Origin, Registry, incident_id_of, received, reported
from services.intake.store import Happening, Linking
from services.intake.vault import Vault

Name = tuple[str, str]
"""CloudEvents (source, id)."""


@dataclass(slots=True)
class _Batch:
    """What a batch adds up to before it is written."""

    seen: dict[Name, bytes]
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
        """Stores a report that came over HTTP, its personal data in the vault, and its events."""
        await store.save_reports(tx, [incident], now)
        if told.secret is not None:
            sealed = self.vault.encrypt(incident.incident_id, told.secret)
            await store.save_secret(tx, incident.incident_id, self.vault.key_id, sealed)
        sketch = self._comparer.sketch(told.text)
        proposed = await self._comparer.propose(tx, [(incident, sketch)], now)
        await outbox.put(
            tx, [self._draft(incident, trace), *(self._draft(one, trace) for one in proposed)], now
        )

    async def handle(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Applies a batch: submissions become reports and actions, other events go to the timelines."""
        names = [(one.source, one.id) for one in messages if one.stream is None]
        batch = _Batch(await store.known(tx, names) if names else {})
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
        return Outcome(batch.drafts, faults)

    def _step(self, batch: _Batch, message: Message, now: datetime) -> None:
        if message.stream is not None:
            happening = _happening(message)
            batch.timeline.append(happening)
            if isinstance(message.event, IncidentLinked):
                batch.links.append(Linking(happening.incident_id, message.event.lead, happening.recorded_at))
            return
        name, digest = (message.source, message.id), _digest(message)
        known = batch.seen.get(name) or batch.new.get(name)
        if known is not None:
            if known not in (digest, _first_digest(message)):
                raise Rejected("id-reused", "ce_id: this source used it before, for something else")
            return
        event = self._let_in(message, now)
        batch.new[name] = digest
        if isinstance(event, IncidentReported):
            batch.reports.append(event)
        batch.drafts.append(self._draft(event, carried(message.traceparent)))

    def _let_in(self, message: Message, now: datetime) -> IncidentReported | ActionReceived:
        try:
            match message.event:
                case ReportSubmitted() as report:
                    incident_id = incident_id_of(message.source, message.id)
                    return reported(self.registry, Origin(incident_id, message.source), report, now)
                case ActionSubmitted() as asked:
                    return received(self.registry, message.source, asked, now)
                case other:
                    raise AssertionError(f"the topic table lets nothing else in: {type(other).__name__}")
        except NotAccepted as refusal:
            raise Rejected(refusal.kind, str(refusal)) from None

    def _draft(
        self, event: IncidentReported | ActionReceived | DuplicateProposed, trace: str | None
    ) -> Draft:
        return Draft(self._topic, event.incident_id, event, event.occurred_at, trace)


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
    return _hashed(message.type, message.event.model_dump_json(exclude={"people"}))


def _hashed(name: str, body: str) -> bytes:
    return hashlib.sha256(f"{name}\n{body}".encode()).digest()
