"""What is done beside the centres: contacts are registered, leaders strike off, bodies declare what was eligible."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from cli import takers
from cli.acting import Play
from cli.cast import BODIES, dice
from cli.desk import Desk, Job, Look
from cli.habits import Deed, Step
from cli.knock import name_for
from schemas.base import Tier

DIVERTED = 0.395
"""Published of Qin'an's court docking: 39.5 % of the eligible cases, 105 of 266, are mediated before trial."""
REST_S = 4.0
"""How long leaders and clerks rest between two looks."""
ZONE = ZoneInfo("Asia/Shanghai")


def errands(play: Play) -> Callable[[Tier], Coroutine[Any, Any, None]]:
    """The errands of a tier: without end, until cancelled."""

    async def work(tier: Tier) -> None:
        await _enrol(play, tier)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Desk(_listed(play, tier)).sit())
            tasks.create_task(Desk(_offers(play, tier)).sit())

    return work


async def _enrol(play: Play, tier: Tier) -> None:
    """The tier's registry of contacts; sent again by another run of the simulator it changes nothing."""
    file = takers.registry(tier, play.places).encode()
    name = f"contacts-{tier}-{hashlib.sha256(file).hexdigest()[:16]}"
    answer = await play.knocker.put(play.county.url(tier, "routing", "/v1/contacts"), file, name)
    if play.granted(answer):
        told = answer.json()
        play.tally.contacts += sum(told[one] for one in ("added", "changed", "unchanged"))


def eligible(offered: int) -> int:
    """How many matters a body could have sent here, when it sent so many."""
    return round(offered / DIVERTED)


def _listed(play: Play, tier: Tier) -> Look:
    """Whoever handled a listed matter never strikes it off: its leader does, once it is closed."""
    url = play.county.url(tier, "routing", "/v1/incidents")

    async def look() -> list[Job]:
        await asyncio.sleep(REST_S)
        found = await play.knocker.pages(url, "incidents", status="closed", listed="true")
        return [
            Job(
                f"strike-off-{one['incident_id']}-{one['attempt']}",
                dice(play.seed, "strike-off", one["incident_id"]).uniform(0.5, 4.0),
                partial(_strike_off, play, tier, one),
            )
            for one in found
        ]

    return look


async def _strike_off(play: Play, tier: Tier, view: dict[str, Any]) -> None:
    step = Step(
        f"strike-off-{view['attempt']}", Deed(0.0, {"action": "strike-off"}), "leader", view["leader"]
    )
    await play.take(tier, view["incident_id"], step)


def _offers(play: Play, tier: Tier) -> Look:
    """The clerk of a body looks up what it offered, and declares out of how many: without that there is no rate."""
    ledger = play.county.url(tier, "intake", "/v1/referrals/ledger")

    async def look() -> list[Job]:
        await asyncio.sleep(REST_S)
        month, jobs = f"{datetime.now(ZONE):%Y-%m}", list[Job]()
        for body in sorted(BODIES):
            asked = {"source": body, "from": month, "to": month}
            (line,) = (await play.knocker.get(ledger, **asked)).raise_for_status().json()["lines"]
            count = eligible(line["offered"])
            if count > (line["eligible"] or 0):
                jobs.append(
                    Job(
                        f"eligible-{body}-{month}-{count}",
                        0.0,
                        partial(_declare, play, tier, (body, month, count)),
                    )
                )
        return jobs

    return look


async def _declare(play: Play, tier: Tier, told: tuple[str, str, int]) -> None:
    """The number only grows, so that it is its own version."""
    source, month, count = told
    body = {"source": source, "area": play.places.county, "month": month, "count": count, "version": count}
    actor = {"role": "partner", "ref": f"play/{source}/clerk"}
    url = play.county.url(tier, "intake", "/v1/referrals/eligible")
    name = name_for(f"eligible-{tier}-{source}-{month}-{count}", body)
    if play.granted(await play.knocker.post(url, body | {"actor": actor}, name)):
        play.tally.done["declare"] += 1
