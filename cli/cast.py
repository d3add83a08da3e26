"""Who reports what, where, by which way: invented from a seed, the same for the same seed. Pure."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from cli.people import people, told
from schemas.base import Tier

CATEGORIES = {
    "land": 16, "neighbour": 22, "family": 17, "labour": 9, "contract": 8, "traffic": 6, "housing": 5,
    "consumer": 4, "medical": 2, "environment": 4, "service": 4, "safety": 2, "other": 1,
}  # fmt: skip
WINDOWS: dict[Tier, Mapping[str, int]] = {
    "village": {"patrol": 58, "walk-in": 28, "online": 9, "deliberation": 5},
    "town": {"walk-in": 6, "petition": 4},
    "county": {"walk-in": 5, "petition": 5},
}
"""By which channels people come to the windows of each tier."""
SYSTEMS: dict[Tier, Mapping[str, int]] = {
    "village": {"hotline": 5, "police": 4, "device": 3},
    "town": {"police": 5, "court": 3, "hotline": 2},
    "county": {"court": 6, "petition": 3, "hotline": 1},
}
"""Which other systems speak to the inbound topic of each tier."""
WAYS: dict[tuple[Tier, bool], float] = {
    ("village", False): 82.0, ("village", True): 13.5, ("town", False): 1.4, ("town", True): 1.5,
    ("county", False): 0.8, ("county", True): 0.8,
}  # fmt: skip
"""Shares of all reports, by tier and by whether another system sends them."""
SEVERITIES = {"ordinary": 90.5, "prominent": 7.0, "major": 2.5}
"""As triage finds them, from how many people are concerned."""
PEOPLE = {"ordinary": (1, 2), "prominent": (5, 25), "major": (30, 80)}
JUDGED = {"ordinary": 6, "prominent": 3, "major": 1}
JUDGED_SHARE = 0.04
"""How often whoever reports says the severity, whatever triage would propose, and what they say."""
OFFLINE = 0.12
"""Share of what patrols see where there is no network: it comes later, in a batch of a device."""
RETOLD, RETOLD_AFTER = 0.035, (4, 20)
"""How often a report is the same matter once more, told at another door, and how many reports later."""
DERIVED = 0.015
"""Share of the reports that arise out of an earlier matter."""
BODIES = frozenset(("court", "police", "petition"))
"""Channels that are another body's (诉调, 警调, 访调): each has a number of its own for its matters."""


def dice(*words: object) -> Random:
    """Chance that falls the same way for the same words."""
    return Random("|".join(map(str, words)))  # noqa: S311 - a play, not a secret


def pick(chance: Random, weights: Mapping[Any, float]) -> Any:  # noqa: ANN401 - whatever the keys are
    """One of the keys, by weight."""
    return chance.choices(list(weights), list(weights.values()))[0]


def happens(chance: Random, share: float) -> bool:
    """Whether something that happens in a share of all cases happens now."""
    return chance.random() < share


@dataclass(frozen=True, slots=True)
class Places:
    """The county as the simulator knows it: codes and names of every tier, busier towns before quieter ones."""

    county: str
    towns: tuple[str, ...]
    villages: tuple[str, ...]
    names: Mapping[str, str]
    weights: tuple[float, ...]
    """Running sums, one per village, for drawing."""

    @classmethod
    def of(cls, areas: Iterable[Mapping[str, Any]]) -> "Places":
        """From the entries of `GET /v1/areas`."""
        found = list(areas)
        codes: dict[str, list[str]] = {
            tier: sorted(one["code"] for one in found if one["tier"] == tier)
            for tier in ("county", "town", "village")
        }
        busy = {town: 1 / (1 + 0.15 * at) for at, town in enumerate(codes["town"])}
        size = {town: sum(code.startswith(town) for code in codes["village"]) for town in codes["town"]}
        weights = accumulate(busy.get(code[:9], 1.0) / size.get(code[:9], 1) for code in codes["village"])
        names = {one["code"]: str(one["name"]) for one in found}
        return cls(codes["county"][0], tuple(codes["town"]), tuple(codes["village"]), names, tuple(weights))


@dataclass(frozen=True, slots=True)
class Report:
    """Something to be reported at a tier: at its window, or by another system (`source`)."""

    tier: Tier
    source: str | None
    area: str
    category: str
    channel: str
    severity: str | None
    """As a person judges it; None leaves it to triage."""
    concerned: int
    """How many people are concerned."""
    seconds_ago: int
    people: tuple[Mapping[str, str], ...]
    description: str
    twice: bool
    """Another system that is not sure sends the event again."""
    assignee: str | None
    """Whom another system names afterwards, with an action of its own."""
    derived: bool = False
    """Whether it arises out of an earlier matter (衍生)."""

    @property
    def offline(self) -> bool:
        """Whether it was recorded without a network, and comes in a batch."""
        return self.source is None and self.seconds_ago > 0

    def request(self, now: datetime) -> dict[str, Any]:
        """The body for the window, personal data and all."""
        return {
            **self._matter(now),
            "parties": [dict(one) for one in self.people],
            "description": self.description,
        }

    def event(self, now: datetime, name: str) -> dict[str, Any]:
        """The body for the bus, where no personal data travels; `name` is the sender's own."""
        numbered = {"source_number": f"{self.channel}/{name}"[-64:]} if self.channel in BODIES else {}
        return {**self._matter(now), **numbered, "parties": [one["role"] for one in self.people]}

    def _matter(self, now: datetime) -> dict[str, Any]:
        return {
            "area": self.area,
            "category": self.category,
            "channel": self.channel,
            **({} if self.severity is None else {"severity": self.severity}),
            "people": self.concerned,
            "occurred_at": (now - timedelta(seconds=self.seconds_ago)).isoformat(),
        }


def invent(seed: int, serial: int, places: Places, tiers: Sequence[Tier]) -> Report:
    """The report number `serial` of a play whose county runs these tiers; some tell again what was just told."""
    chance = dice(seed, "again", serial)
    if happens(chance, RETOLD) and (earlier := serial - chance.randint(*RETOLD_AFTER)) > 0:
        first = _fresh(seed, earlier, places, tiers)
        if first.tier == "village" and first.source is None:
            others = [one for one in ("walk-in", "online", "deliberation") if one != first.channel]
            other, village = chance.choice(others), first.area[:12]
            return replace(first, channel=other, area=village, seconds_ago=0, derived=False)
    return _fresh(seed, serial, places, tiers)


def _fresh(seed: int, serial: int, places: Places, tiers: Sequence[Tier]) -> Report:
    chance = dice(seed, "report", serial)
    tier, by_system = pick(chance, {way: share for way, share in WAYS.items() if way[0] in tiers})
    channel = pick(chance, (SYSTEMS if by_system else WINDOWS)[tier])
    found = pick(chance, SEVERITIES)
    village = chance.choices(places.villages, cum_weights=places.weights)[0]
    who = tuple(people(chance, places.names.get(village, "")))
    return Report(
        tier=tier,
        source=f"/play/{channel}/{tier}" if by_system else None,
        area=_area(chance, tier, channel, village, places),
        category=pick(chance, CATEGORIES),
        channel=channel,
        severity=pick(chance, JUDGED) if happens(chance, JUDGED_SHARE) else None,
        concerned=chance.randint(*PEOPLE[found]),
        seconds_ago=chance.randint(5, 40) if channel == "patrol" and happens(chance, OFFLINE) else 0,
        people=who,
        description=told(dice(seed, "told", serial), who[0]["name"]),
        twice=by_system and happens(chance, 0.1),
        assignee=f"{channel}/unit-{chance.randint(1, 9)}" if by_system and happens(chance, 0.3) else None,
        derived=happens(dice(seed, "derived", serial), DERIVED),
    )


def _area(chance: Random, tier: Tier, channel: str, village: str, places: Places) -> str:
    """A town's or county's own matter carries its own code; a patrol says in which grid it was."""
    if tier != "village" and happens(chance, 0.6):
        return village[:9] if tier == "town" else places.county
    return f"{village}{chance.randint(1, 6):03}" if channel == "patrol" else village


def name_of(run: uuid.UUID, serial: int) -> str:
    """What a report is called for ever, by its sender: the Idempotency-Key, or the CloudEvents id."""
    return f"{run}-{serial}"
