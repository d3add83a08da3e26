"""What the simulator was told: which reports were accepted where, and what became of everything else it asked."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.base import Tier


@dataclass(slots=True)
class Tally:
    """Counts and names of one play."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    reports: dict[Tier, set[str]] = field(default_factory=dict)
    """Incident ids of the reports a window answered 201 for, and of those the broker took for another system."""
    by_systems: int = 0
    """How many of these other systems sent."""
    asked: dict[str, tuple[Tier, str]] = field(default_factory=dict)
    """Actions other systems sent: the actor's reference → tier and incident."""
    activities: int = 0
    """Patrols, sessions and the like that were recorded."""
    contacts: int = 0
    """Lines of the registries of contacts."""
    brought: Counter[str] = field(default_factory=Counter)
    """What devices brought in batches: how many items, and what became of their actions."""
    done: Counter[str] = field(default_factory=Counter)
    """What centres and revisitors did, by action."""
    refused: Counter[str] = field(default_factory=Counter)
    """Answers that said no, by problem."""
    again: int = 0
    """How often a door did not answer and was knocked at again."""
    unanswered: int = 0
    """Reports that were called off before an answer: each may have been stored, and nobody was promised anything."""

    def accepted(self, tier: Tier, incident_id: str) -> None:
        """A report is durable, as we were told."""
        self.reports.setdefault(tier, set()).add(incident_id)

    @contextmanager
    def reporting(self, reports: int = 1) -> Iterator[None]:
        """While an answer to so many reports is waited for."""
        try:
            yield
        except asyncio.CancelledError:
            self.unanswered += reports
            raise

    @property
    def reported(self) -> int:
        """Reports accepted at all tiers."""
        return sum(map(len, self.reports.values()))
