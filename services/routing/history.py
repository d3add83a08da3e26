"""The lines of an incident's history: counted by the tier that wrote them, so that copies are told apart. Pure."""

from collections.abc import Sequence

from schemas.base import TIERS, Tier, height
from schemas.routing import Entry

Counts = tuple[int, ...]
"""How many lines of each tier are known, by height: a tier's own lines come in the same order in every copy."""
NONE: Counts = (0,) * len(TIERS)


def counted(counts: Counts, more: Sequence[Entry]) -> Counts:
    """The counts after further lines."""
    after = list(counts)
    for entry in more:
        after[height(entry.tier)] += 1
    return tuple(after)


def more(counts: Counts, tier: Tier, lines: int) -> Counts:
    """The counts after so many further lines of a tier."""
    at = height(tier)
    return (*counts[:at], counts[at] + lines, *counts[at + 1 :])


def news(counts: Counts, told: Sequence[Entry]) -> tuple[Entry, ...]:
    """The lines of a history that another tier tells, without those known already, in its order."""
    seen = [0] * len(TIERS)
    fresh = []
    for entry in told:
        at = height(entry.tier)
        seen[at] += 1
        if seen[at] > counts[at]:
            fresh.append(entry)
    return tuple(fresh)
