"""Devices of grid staff at the door: what they recorded without a network comes in batches, and is asked after."""

import asyncio
from datetime import datetime
from typing import Any

from cli import fieldwork
from cli.acting import Play
from cli.cast import Report, dice
from cli.fieldwork import Trip

AWAY_S = (5.0, 12.0)
"""How long a device may be without a network: by then somebody else has often acted."""
ASKED_AFTER_S, ASKED_TIMES = 3.0, 5
"""How often a device asks what became of what it did, until it is decided."""


async def bring(play: Play, report: Report, name: str, now: datetime) -> None:
    """Every trip in its turn; what was done is asked after, as a device does."""
    for at, trip in enumerate(fieldwork.trips(play.seed, report, name, now)):
        if at:
            await asyncio.sleep(dice(play.seed, "network", name).uniform(*AWAY_S))
        await _send(play, report, trip)


async def _send(play: Play, report: Report, trip: Trip) -> None:
    url = play.county.url(report.tier, "intake", "/v1/batches")
    body = {"device": fieldwork.device(report), "items": list(trip.items)}
    with play.tally.reporting(sum(one["kind"] == "report" for one in trip.items)):
        answer = await play.knocker.post(url, body, str(trip.items[0]["id"]))
    if not play.granted(answer):
        return
    batch = answer.json()
    for item in batch["items"]:
        _entered(play, report, trip, item)
    if trip.acted is not None:
        play.tally.brought.update(await _became(play, f"{url}/{batch['batch_id']}"))


async def _became(play: Play, batch: str) -> list[str]:
    """What became of the actions of a batch, as far as that is decided before the device gives up asking."""
    states = list[str]()
    for _ in range(ASKED_TIMES):
        await asyncio.sleep(ASKED_AFTER_S)
        told = (await play.knocker.get(batch)).raise_for_status().json()
        states = [one["state"] for one in told["items"] if one["kind"] == "action"]
        if not told["undecided"]:
            break
    return states


def _entered(play: Play, report: Report, trip: Trip, item: dict[str, Any]) -> None:
    if item["state"] == "refused":
        play.tally.refused[str(item["problem"]["type"]).rpartition(":")[2]] += 1
        return
    if item["kind"] == "report":
        play.tally.accepted(report.tier, item["incident_id"])
    elif item["kind"] == "activity":
        play.tally.activities += 1
    elif trip.acted is not None:
        play.tally.asked[trip.acted] = (report.tier, item["incident_id"])
    play.tally.brought["items"] += 1
