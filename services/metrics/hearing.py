"""What other tiers say of how current they are, believed once everything they sent before has arrived."""

from collections.abc import Iterator
from datetime import datetime

from messaging.database import Database
from services.metrics import store


class Hearing:
    """Heartbeats on their way to be believed.

    One overtakes cells that were sent before it, because it lies in another partition: behind a backlog by minutes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heard: dict[str, list[tuple[datetime, datetime]]] = {}

    def note(self, tier: str, as_of: datetime, now: datetime) -> None:
        """A tier says that its figures are current as of a moment; `now` is our database's clock."""
        waiting = self._heard.setdefault(tier, [])
        del waiting[1:]  # the first is believed soonest, the last says most
        waiting.append((as_of, now))

    async def reached(self, moment: datetime) -> None:
        """Believes what was heard before a moment, by our database's clock, as of which everything has arrived."""
        for tier, as_of in sorted(self._before(moment)):
            async with self._database.connection() as connection:
                await store.note_alive(connection, tier, as_of)

    def _before(self, moment: datetime) -> Iterator[tuple[str, datetime]]:
        for tier, waiting in self._heard.items():
            if said := [as_of for as_of, heard in waiting if heard <= moment]:
                self._heard[tier] = [one for one in waiting if one[1] > moment]
                yield tier, max(said)
