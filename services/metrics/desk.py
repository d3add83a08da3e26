"""Where events become figures: own events are counted, other tiers' cells are taken over."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from messaging.database import Connection
from messaging.each import each
from messaging.envelope import Message, Outcome
from schemas.base import Tier
from schemas.metrics import MetricCell, MetricHeartbeat, MetricRestated, MetricUnusualDay
from services.metrics import restatement_log, unusual_log
from services.metrics.cells import EMPTY, add_all, receive
from services.metrics.counting import Added, gather
from services.metrics.evidence import keep
from services.metrics.facts import added
from services.metrics.gaming import Evidence, evidence
from services.metrics.hearing import Hearing
from services.metrics.known import Known, Row, Slot
from services.metrics.restated import Days, restatements


class Desk:
    """Counts the events of one tier, and keeps a copy of the other tiers' cells."""

    def __init__(self, tier: Tier, zone: tzinfo, hearing: Hearing) -> None:
        self._tier = tier
        self._zone = zone
        self._hearing = hearing
        self._days = Days(zone)
        self._known = Known()

    async def count(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Adds a batch of this tier's events to its cells, and to the log what restates a day that was over."""
        del now  # figures go by when things happened
        changes: Added = {}
        late: list[tuple[Message, Added]] = []
        behind: list[Evidence] = []

        def step(message: Message) -> None:
            if message.event is None:
                return
            assert message.recorded_at is not None
            adds, today = added(message.event, self._zone), self._days.of(message.recorded_at)
            gather(adds, changes)
            behind.extend(evidence(message.event, self._zone))
            if any(day < today for _, day, _, _ in adds):
                late.append((message, adds))

        faults = each(messages, step)
        await add_all(tx, self._tier, changes, self._known)
        await keep(tx, behind)
        if late:
            rows = (one for message, adds in late for one in restatements(message, adds, self._days))
            await restatement_log.note(tx, self._tier, list(rows))
        return Outcome([], faults)

    async def receive(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Takes over other tiers' cells; only the highest version of each matters."""
        cells: dict[Tier, dict[Slot, Row]] = {}
        alive: dict[Tier, datetime] = {}
        restated: list[MetricRestated] = []
        marks: list[MetricUnusualDay] = []

        def step(message: Message) -> None:
            match message.event:
                case MetricCell() as one:
                    slot = Slot(one.area, one.day.isoformat(), one.category, one.channel)
                    known = cells.setdefault(one.tier, {}).get(slot, EMPTY)
                    if known.version < one.version:
                        cells[one.tier][slot] = Row(dict(one.counts), one.version)
                case MetricRestated() as said:
                    restated.append(said)
                case MetricUnusualDay() as mark:
                    marks.append(mark)
                case MetricHeartbeat() as beat:
                    alive[beat.tier] = max(beat.as_of, alive.get(beat.tier, beat.as_of))
                case _:
                    return

        faults = each(messages, step)
        for tier, given in sorted(cells.items()):
            await receive(tx, tier, given, self._known)
        await restatement_log.take_over(tx, restated)
        await unusual_log.note(tx, marks, to_publish=False)
        for tier, as_of in sorted(alive.items()):
            self._hearing.note(tier, as_of, now)
        return Outcome([], faults)
