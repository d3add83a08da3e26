"""日巡查, 宣传, 议事协商: what is done in an area beside incidents, and what a device brings back in batches. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.cast import Places, Report, dice, happens, pick
from schemas.base import Tier

ACTIVE = 0.12
"""Activities for every report."""
BY_SYSTEM = 0.15
"""How many of them an application of the locality sends over the bus."""
SHARES: dict[Tier, dict[str, float]] = {
    "village": {"patrol": 70, "publicity": 9, "survey": 7, "deliberation": 14},
    "town": {"publicity": 4, "training": 3, "deliberation": 3},
    "county": {"publicity": 5, "training": 5},
}
AT: dict[Tier, float] = {"village": 89, "town": 7, "county": 4}
ROLES = {
    "patrol": {"grid-staff": 8, "household-head": 2},
    "publicity": {"police": 3, "justice-office": 3, "legal-adviser": 2, "volunteer": 2},
    "survey": {"grid-staff": 7, "mediator": 3},
    "deliberation": {"village-committee": 8, "officer": 2},
    "training": {"justice-office": 6, "centre-staff": 4},
}
MINUTES = {"patrol": (40, 180), "publicity": (30, 120), "survey": (60, 240), "deliberation": (45, 150)}
ATTENDED = {"publicity": (15, 160), "deliberation": (8, 60), "training": (10, 45)}
RAISED = (1, 3)
ADOPTED = 425 / 526
"""Published of Tianzhu: of 526 items raised 425 were adopted."""
LATE = 0.35
"""Share of the devices that bring an acknowledgement later than the report: by then the centre may have acted."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something done in an area, to be recorded at a tier: at its door, or over the bus."""

    tier: Tier
    by_system: bool
    body: dict[str, Any]


def activity(seed: int, serial: int, places: Places, tiers: Sequence[Tier]) -> Activity | None:
    """What is done beside the report of this number, if anything."""
    chance = dice(seed, "activity", serial)
    if not happens(chance, ACTIVE):
        return None
    tier: Tier = pick(chance, {one: share for one, share in AT.items() if one in tiers})
    what, village = pick(chance, SHARES[tier]), chance.choices(places.villages, cum_weights=places.weights)[0]
    area = {"village": village, "town": village[:9], "county": places.county}[tier]
    raised = chance.randint(*RAISED) if what == "deliberation" else 0
    body = {
        "activity": what,
        "area": f"{area}{chance.randint(1, 6):03}" if what == "patrol" else area,
        "role": pick(chance, ROLES[what]),
        "minutes": chance.randint(*MINUTES.get(what, (30, 90))),
        "attendance": chance.randint(*ATTENDED.get(what, (0, 0))),
        "raised": raised,
        "adopted": sum(happens(chance, ADOPTED) for _ in range(raised)),
    }
    return Activity(tier, happens(chance, BY_SYSTEM), body)


@dataclass(frozen=True, slots=True)
class Trip:
    """What a device sends when it is back in a network; `acted` is who acted on the report it told of."""

    items: tuple[dict[str, Any], ...]
    acted: str | None = None


def trips(seed: int, report: Report, name: str, now: datetime) -> list[Trip]:
    """A patrol, what it saw, and that it was acknowledged on the spot, with the device's belief that nobody had."""
    began = (now - timedelta(seconds=report.seconds_ago + 60)).isoformat()
    patrol = {
        "kind": "activity", "id": f"{name}-patrol", "occurred_at": began, "activity": "patrol",
        "area": report.area, "role": "grid-staff", "minutes": 60,
    }  # fmt: skip
    seen = {"kind": "report", "id": f"{name}-report"} | report.request(now)
    actor = f"pad/{name}"[-64:]
    acknowledged = {
        "kind": "action", "id": f"{name}-accept", "occurred_at": now.isoformat(), "report_id": f"{name}-report",
        "actor": {"role": "grid-staff", "ref": actor}, "action": {"action": "accept"},
        "based_on": [{"field": "status", "value": "open"}],
    }  # fmt: skip
    if happens(dice(seed, "trips", name), LATE):
        return [Trip((patrol, seen)), Trip((acknowledged,), actor)]
    return [Trip((patrol, seen, acknowledged), actor)]


def device(report: Report) -> str:
    """The device of the grid a report comes from."""
    return f"pad/{report.area}"
