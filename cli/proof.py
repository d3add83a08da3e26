"""Whether anything was lost: every report we were told is accepted, and every event sent, is looked up at the doors."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from cli.acting import Play
from schemas.base import Tier

PATIENCE_S = 30.0
"""How long what was accepted may take to be known everywhere, restarts of services included."""
SLOWEST = 20.0
"""Looked up a second, at the very least."""
AT_ONCE = 12


@dataclass(slots=True)
class Missing:
    """What no door knows, by the tier it was reported at."""

    reports: dict[Tier, set[str]] = field(default_factory=dict)
    actions: dict[Tier, set[str]] = field(default_factory=dict)

    def at(self, tier: Tier) -> int:
        """How much was lost at a tier."""
        return len(self.reports.get(tier, ())) + len(self.actions.get(tier, ()))

    @property
    def total(self) -> int:
        """How much was lost."""
        return sum(len(names) for found in (self.reports, self.actions) for names in found.values())


async def missing(play: Play, patience: float = PATIENCE_S) -> Missing:
    """Looks until everything is found, or patience ends: what cannot be looked up then counts as lost."""
    left = Missing({tier: set(ids) for tier, ids in play.tally.reports.items()}, _asked(play))
    with suppress(TimeoutError):
        async with asyncio.timeout(patience + play.tally.reported / SLOWEST):
            while left.total:
                for tier, ids in left.reports.items():
                    left.reports[tier] = await _unknown(play, tier, ids)
                await _forget_decided(play, left.actions)
                await asyncio.sleep(1.0 if left.total else 0)
    return left


def _asked(play: Play) -> dict[Tier, set[str]]:
    found: dict[Tier, set[str]] = {}
    for actor, (tier, _) in play.tally.asked.items():
        found.setdefault(tier, set()).add(actor)
    return found


async def _unknown(play: Play, tier: Tier, ids: set[str]) -> set[str]:
    """Those that intake does not know, or that never reached routing."""
    if not ids:
        return set()
    lost = set(ids)
    turns = asyncio.Semaphore(AT_ONCE)

    async def find(incident_id: str) -> None:
        async with turns:
            url = play.county.url(tier, "intake", f"/v1/reports/{incident_id}")
            if (await play.knocker.get(url)).status_code == HTTPStatus.OK:
                lost.discard(incident_id)

    async with asyncio.TaskGroup() as tasks:
        for incident_id in ids:
            tasks.create_task(find(incident_id))
    return lost | await _never_routed(play, tier, ids)


async def _never_routed(play: Play, tier: Tier, ids: set[str]) -> set[str]:
    """Pages through the incidents, newest first, until all are found or those from before the play begin."""
    lost, url = set(ids), play.county.url(tier, "routing", "/v1/incidents")
    after: str | None = None
    while lost:
        more = {} if after is None else {"after": after}
        page = (await play.knocker.get(url, limit=500, **more)).raise_for_status().json()
        lost -= {one["incident_id"] for one in page["incidents"]}
        after = page["next"]
        if after is None or _before(page["incidents"][-1]["reported_at"], play.tally.began):
            break
    return lost


def _before(reported_at: str, began: datetime) -> bool:
    """Well before, since what is reported may have happened a while ago."""
    return datetime.fromisoformat(reported_at) < began - timedelta(minutes=10)


async def _forget_decided(play: Play, actions: dict[Tier, set[str]]) -> None:
    """Takes out the actions that some event names: done or refused, they were not lost."""
    wanted = {actor for actors in actions.values() for actor in actors}
    decided = await play.bus.heard_of(wanted, play.county.tiers, play.tally.began)
    for actors in actions.values():
        actors.difference_update(decided)
