"""Everything that is counted from events and kept: each table is frozen, counted again, compared and corrected."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Protocol

from messaging.database import Connection
from schemas.base import Tier
from services.metrics.rebuild.compared import Compared
from services.metrics.rebuild.rowsets import Counted, evidence_rows, restatement_log
from services.metrics.rebuild.shadow import Cells


class Derived(Protocol):
    """A table of which every row is a pure function of the set of events counted, whatever their order."""

    async def freeze(self, tx: Connection) -> None:
        """Keeps aside what stands, as this transaction sees it."""
        ...

    def count(self, batch: Sequence[Counted]) -> None:
        """Takes events, each with what it adds to the cells, into account."""
        ...

    @property
    def full(self) -> bool:
        """Whether it is time to lay aside."""
        ...

    async def lay_aside(self, connection: Connection) -> None:
        """Empties the memory into a temporary table."""
        ...

    async def compare(self, connection: Connection) -> Compared:
        """What differs from what stood; keeps aside what has to be done about it."""
        ...

    async def correct(self, tx: Connection, since: int) -> None:
        """Does it. What changed since was counted by the live service, and stays. Versions are after `since`."""
        ...


def tables(tier: Tier, zone: tzinfo) -> tuple[Derived, ...]:
    """All of them: one line each."""
    return Cells(tier), restatement_log(tier, zone), evidence_rows(zone)
