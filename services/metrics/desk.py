"""Where events become figures: own events are counted, other tiers' cells are taken over."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from messaging.database import Connection
from messaging.each import each
from messaging.envelope import Message, Outcome
from schemas.base import Tier
from schemas.metrics import MetricCell, MetricHeartbeat
from services.metrics.cells import EMPTY, Row, Slot, add, receive
from services.metrics.counting import Cell
from services.metrics.facts import increments
from services.metrics.hearing import Hearing


class Desk:
    """Counts the events of one tier, and keeps a copy of the other tiers' cells."""

    def __init__(self, tier: Tier, zone: tzinfo, hearing: Hearing) -> None:
        self._tier = tier
        self._zone = zone
        self._hearing = hearing

    async def count(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Adds a batch of this tier's events to its cells."""
        del now  # figures go by when things happened
        changes = dict[Cell, int]()

        def step(message: Message) -> None:
            if message.event is not None:
                for cell, by in increments(message.event, self._zone):
                    changes[cell] = changes.get(cell, 0) + by

        faults = each(messages, step)
        await add(tx, self._tier, changes)
        return Outcome([], faults)

    async def receive(self, tx: Connection, messages: Sequence[Message], now: datetime) -> Outcome:
        """Takes over other tiers' cells; only the highest version of each matters."""
        cells: dict[Tier, dict[Slot, Row]] = {}
        alive: dict[Tier, datetime] = {}

        def step(message: Message) -> None:
            match message.event:
                case MetricCell() as one:
                    slot = Slot(one.area, one.day.isoformat(), one.category, one.channel)
                    known = cells.setdefault(one.tier, {}).get(slot, EMPTY)
                    if known.version < one.version:
                        cells[one.tier][slot] = Row(dict(one.counts), one.version)
                case MetricHeartbeat() as beat:
                    alive[beat.tier] = max(beat.as_of, alive.get(beat.tier, beat.as_of))
                case _:
                    return

        faults = each(messages, step)
        for tier, given in sorted(cells.items()):
            await receive(tx, tier, given)
        for tier, as_of in sorted(alive.items()):
            self._hearing.note(tier, as_of, now)
        return Outcome([], faults)
