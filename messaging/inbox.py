"""Applies a batch of records in one transaction: each event takes effect once, and one bad event stays alone."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from messaging import burial, guard, outbox, streams
from messaging.budget import Budget
from messaging.burial import Seal
from messaging.cloudevents import decode, sequence_of, signed
from messaging.database import Connection, Database
from messaging.each import unblocked
from messaging.envelope import Draft, Faults, Letter, Message, Outcome, Record, Stream
from messaging.errors import LostRace, Rejected, Unavailable, alone, is_outage
from messaging.guard import Verdict
from messaging.logs import frames
from messaging.spans import judged, taken
from messaging.stages import stage
from schemas.base import Event
from schemas.topics import Topic

log = logging.getLogger(__name__)

BATCH = 1000
"""Records a transaction: large enough that its fixed cost is small, small enough to stay well under a second, and that
what they become in memory leaves a process under its bound after a pause, when every batch is as large as it may be."""
TRIES = 3
"""How often an event that meets a bug is tried alone before it becomes a dead letter."""


class Handler(Protocol):
    """What a service does with the messages whose turn it is, inside the batch's transaction."""

    async def __call__(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Applies messages; raises nothing for a message that is rejected, but names it in the outcome.

        What the outcome says is published also of rejected messages, so that their senders hear of it. One that is
        `unreadable` is a dead letter in any case.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a service listens to: its topics, the types it parses (others only advance the guard), its handler."""

    topics: tuple[Topic, ...]
    events: tuple[type[Event], ...]
    handler: Handler
    seal: Seal | None = None


class _Unusual(Exception):
    """A message of the batch was rejected: where its stream stands has to be judged."""


def _must_have_worked(outcome: Outcome) -> None:
    if not outcome.faults.none:
        raise _Unusual


def _must_be_buried(messages: Sequence[Message], faults: Faults) -> None:
    """What cannot be read is not applied, whatever the handler made of it."""
    for at, message in enumerate(messages):
        if message.unreadable is not None:
            faults.rejected.setdefault(at, message.unreadable)


class Inbox:
    """The reader's side of the delivery protocol, bound to one database."""

    def __init__(self, database: Database, reading: Reading, committed: Callable[[], None]) -> None:
        self._database = database
        self._reading = reading
        self._topics = {topic.name: topic for topic in reading.topics}
        self._wanted = {event.type: event for event in reading.events}
        self._untrusted = frozenset(topic.name for topic in reading.topics if not topic.trusted)
        self._committed = committed
        self.budget = Budget()
        self.stood = 0
        """Counts transactions: a batch that is split makes progress long before its end."""

    async def apply(self, records: Sequence[Record], touched: Sequence[Stream] = ()) -> None:
        """Applies records; returns when all of them have taken effect, wait, or are dead letters.

        `touched` streams are looked at although nothing new came for them. Raises `Unavailable`: call again.
        """
        try:
            await self._attempt(records, touched)
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - a bug in one event must not stop the others
            await self._halve(records, touched, bug)
        self._committed()

    async def _halve(self, records: Sequence[Record], touched: Sequence[Stream], bug: Exception) -> None:
        """Splits a failing batch until the event that meets a bug is alone."""
        if len(records) <= 1:
            await self._alone(records, touched)
            return
        log.warning("a batch of %d failed and is split: %s", len(records), type(bug).__name__)
        middle = len(records) // 2
        await self.apply(records[:middle], touched)
        await self.apply(records[middle:])

    async def _alone(self, records: Sequence[Record], touched: Sequence[Stream]) -> None:
        """Tries one record again, then buries it as a bug."""
        for attempt in range(2, TRIES + 1):
            try:
                await self._attempt(records, touched)
            except Unavailable:
                raise
            except Exception as bug:  # noqa: BLE001 - whatever it is, it ends as a dead letter
                log.error("an event met a bug, try %d of %d", attempt, TRIES, extra=frames(bug))  # noqa: TRY400 - no values
                if attempt == TRIES:
                    await self._attempt(records, touched, singly=True)
            else:
                return

    async def _attempt(
        self, records: Sequence[Record], touched: Sequence[Stream], *, singly: bool = False
    ) -> None:
        """One transaction. `singly`, each message is handled alone, and what meets a bug is buried."""
        with stage("decode"):
            messages, letters = self._decoded(records)
        runs = None if letters or touched or singly else guard.runs(messages)
        if runs is not None and await self._usual(messages, runs):
            self.budget.note(applied=len(messages), dead=0)
        else:
            with stage("judge"):
                await self._judged(messages, letters, touched, singly=singly)
        self.stood += 1

    async def _usual(self, messages: Sequence[Message], runs: Mapping[Stream, tuple[int, int]]) -> bool:
        """Applies a batch in which everything is the next of its stream and takes effect, as nearly always.

        False when it is not so, and then nothing was changed: where the streams stand need not be read to know it.
        """
        try:
            with ExitStack() as ending:
                async with self._database.batch() as tx:
                    with stage("guard"):
                        now = await streams.advance(tx, runs)
                    with stage("apply"):
                        outcome = await self._reading.handler(tx, messages, now)
                    _must_have_worked(outcome)
                    with stage("outbox"):
                        await outbox.put(tx, outcome.drafts, now)
                    ending.enter_context(stage("commit"))
        except (LostRace, _Unusual):
            return False
        return True

    async def _judged(
        self,
        messages: list[Message],
        letters: list[Letter],
        touched: Sequence[Stream],
        *,
        singly: bool,
    ) -> None:
        """Applies any batch: reads where its streams stand, sorts it, and judges what became of it."""
        only_touched = not messages and not letters
        touching = {one.stream for one in messages if one.stream} | {one.stream for one in letters if one.seq}
        async with self._database.batch() as tx:
            guarded = await streams.read(tx, touching | set(touched))
            if guarded.waiting:
                held, spoilt = self._decoded(await streams.held_of(tx, sorted(guarded.waiting)))
                messages, letters = held + messages, spoilt + letters
            plan = guard.plan(guarded.last, messages)
            handle = self._singly if singly else self._reading.handler
            outcome = await handle(tx, plan.ready, guarded.now)
            _must_be_buried(plan.ready, outcome.faults)
            anew = frozenset(touched) if only_touched else frozenset()
            verdict = guard.judge(guarded, plan, outcome.faults, letters, anew)
            judged(plan, verdict)
            await streams.store(tx, guarded, verdict.moved, verdict.waiting)
            await self._tidy(tx, verdict)
            await outbox.put(tx, outcome.drafts, guarded.now)
        applied = len(plan.ready) - len(outcome.faults.rejected) - len(outcome.faults.waiting)
        self._note(applied, verdict, asked=only_touched)

    async def _singly(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Handles each message in a savepoint of its own; one that meets a bug stops only its stream."""
        drafts: list[Draft] = []
        faults = Faults()
        for at, message in unblocked(messages, faults):
            try:
                async with tx.transaction():
                    outcome = await self._reading.handler(tx, [message], now)
                    outbox.must_fit(outcome.drafts)
            except Exception as bug:
                if is_outage(bug):
                    raise
                faults.rejected[at] = alone(bug)
            else:
                drafts += outcome.drafts
                faults.rejected.update((at, why) for why in outcome.faults.rejected.values())
        return Outcome(drafts, faults)

    async def _tidy(self, tx: Connection, verdict: Verdict) -> None:
        """Writes what is rare: events that wait or waited, dead letters and their end."""
        if verdict.hold:
            await streams.hold(tx, verdict.hold)
        if verdict.release:
            await streams.release(tx, verdict.release)
        if verdict.redriven or verdict.settled:
            await burial.settle(tx, verdict.settled, verdict.redriven)
        if verdict.letters:
            await burial.bury(tx, verdict.letters, self._reading.seal, self._untrusted)

    def _note(self, applied: int, verdict: Verdict, *, asked: bool) -> None:
        """Logs what died, and tells the budget; not when an operator `asked`, whose try says nothing new."""
        for letter in verdict.letters:
            log.error(
                "dead letter: %s", letter.reason,
                extra={"topic": letter.stream.topic, "seq": letter.seq, "kind": letter.kind, "detail": letter.detail},
            )  # fmt: skip
        dead = sum(
            letter.stream.topic not in self._untrusted
            and not asked
            and (letter.record is None or letter.record.redriven is None)
            for letter in verdict.letters
        )
        self.budget.note(applied=applied, dead=dead)

    def _decoded(self, records: Sequence[Record]) -> tuple[list[Message], list[Letter]]:
        messages: list[Message] = []
        letters: list[Letter] = []
        for record in records:
            topic = self._topics[record.topic]
            try:
                messages.append(taken(decode(record, topic, self._wanted), topic))
            except Rejected as why:
                if (unreadable := signed(record, topic, alone(why))) is not None:
                    messages.append(taken(unreadable, topic))
                    continue
                seq = sequence_of(record, topic)
                stream = Stream(record.topic, guard.text_of(record.key))
                letters.append(Letter(record, stream, seq, "rejected", why.reason, why.detail))
            except Exception as bug:  # noqa: BLE001 - whatever upsets the decoder must not stop the batch
                log.error("a record upset the decoder", extra=frames(bug))  # noqa: TRY400 - no values
                stream = Stream(record.topic, guard.text_of(record.key))
                letters.append(
                    Letter(record, stream, sequence_of(record, topic), "bug", type(bug).__name__, "")
                )
        return messages, letters
