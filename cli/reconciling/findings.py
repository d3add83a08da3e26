"""What disagrees: suspicions of single things, of which those that last become findings. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

SHOWN = 5
"""So many examples are shown of a finding."""


class Suspicion(NamedTuple):
    """One thing that looks wrong. Seen again with another `stands`, it has moved meanwhile: work is going on there."""

    rule: str
    where: str
    key: str
    stands: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at one place by one rule."""

    rule: str
    where: str
    count: int
    examples: tuple[str, ...]
    """Ids and numbers only, never what somebody said."""


def lasting(before: Iterable[Suspicion], now: Iterable[Suspicion]) -> list[Suspicion]:
    """What looks wrong still, and has not moved."""
    still = set(now)
    return [one for one in before if one in still]


def findings(found: Iterable[Suspicion]) -> list[Finding]:
    """Suspicions that lasted, counted by rule and place, in the order they came."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for one in found:
        counts[one.rule, one.where] += 1
        some = examples.setdefault((one.rule, one.where), [])
        if len(some) < SHOWN:
            some.append(f"{one.key}: {one.stands}" if one.stands else one.key)
    return [Finding(*of, count, tuple(examples[of])) for of, count in counts.items()]
