"""A county in which everything happens often: every errand of part 2 takes place at its doors, and nothing is lost."""

import asyncio
import time

import pytest

from cli import caring, cast, doubles, fieldwork, mediating, outside, takers, together, whistling
from cli.county import County
from cli.proof import missing
from cli.reporting import Reporting
from cli.simulate import at_work, playing
from deploy.local.exclusive import run as run_async

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(600)]
OFTEN = (
    (cast, {"RETOLD": 0.2, "DERIVED": 0.2, "OFFLINE": 0.5}),
    (doubles, {"UNDONE": 0.5}),
    (takers, {"DECLINED": 0.2}),
    (whistling, {"EXCUSED": 0.2, "CALLED_OFF": 0.15}),
    (mediating, {"ADJOURNED": 0.15, "CANCELLED": 0.15, "MISSED": 0.2, "CONFIRMED": 0.8}),
    (outside, {"RETURNED": 0.2}),
    (together, {"GIVEN_BACK": 0.4}),
    (caring, {"COUNSELLED": 0.4, "SUPPORTED": 0.4}),
    (fieldwork, {"ACTIVE": 0.6}),
)
"""Shares that make a minute enough; the decisions are those of every play."""
WAYS = {
    ("village", False): 55.0, ("village", True): 10.0, ("town", False): 5.0, ("town", True): 14.0,
    ("county", False): 4.0, ("county", True): 12.0,
}  # fmt: skip
PLANNED = {
    ("village", False): {
        "alone": 40,
        "refer": 10,
        "extend": 10,
        "suspend": 10,
        "triage": 10,
        "supervise": 20,
    },
    ("town", False): {"alone": 10, "refer": 20, "recall": 20, "transfer": 30, "supervise": 20},
    ("county", False): {"alone": 20, "refer": 30, "recall": 20, "transfer": 30},
}
TOOK_PLACE = frozenset((
    "taken", "declined", "triaged", "triage_overruled", "whistles", "whistles_called_off", "sessions.called",
    "sessions.held", "sessions.missed", "sessions.adjourned", "sessions.cancelled", "agreements",
    "agreements.confirmed", "transferred", "transferred.accepted", "transferred.returned", "referred",
    "referred.accepted", "referred.returned", "referred.succeeded", "referred.recalled", "returned_to_source",
    "referral.eligible", "referral.offered", "referral.diverted", "referral.succeeded", "listed", "reminders",
    "struck_off", "proposed", "linked", "unlinked", "dismissed", "derived", "suspended", "extended",
    "rounds_planned", "rounds_done", "counselling.offered", "counselling.taken", "counselling.declined",
    "support_plans", "support_steps",
))  # fmt: skip
ACTIVITIES = frozenset((
    "patrol", "publicity", "survey", "training", "deliberation", "deliberation.raised", "deliberation.adopted",
))  # fmt: skip
DONE = frozenset(("triage", "list", "remind", "change-leader", "link-origin", "end-support-plan", "excuse"))
BROUGHT = frozenset(("items", "done", "conflict"))
PATIENCE_S = 300


@pytest.fixture
def often(monkeypatch):
    """Rare things are frequent."""
    for module, shares in OFTEN:
        for name, share in shares.items():
            monkeypatch.setattr(module, name, share)
    monkeypatch.setattr(cast, "WAYS", WAYS)
    for which, plans in PLANNED.items():
        monkeypatch.setitem(together.PLANS, which, plans)


async def still_missing(play):
    """What has not taken place yet, by the figures of the county and by what the doors told."""
    figures = await play.county.figures(play.knocker)
    counts = {name for name, count in figures["counts"].items() if count > 0}
    activities = {name for name, count in figures["activities"].items() if count > 0}
    told = (TOOK_PLACE - counts, ACTIVITIES - activities, DONE - set(play.tally.done))
    return set().union(*told, BROUGHT - set(play.tally.brought))


async def played(stack):
    """Plays until everything has taken place, or patience ends; what has not, what was lost, and the tally."""
    async with playing(County.of(stack), 620522) as play:
        stop, until = asyncio.Event(), time.monotonic() + PATIENCE_S
        async with at_work(play), asyncio.TaskGroup() as tasks:
            tasks.create_task(Reporting(play).report(5.0, stop))
            left = {"everything"}
            while left and time.monotonic() < until:
                await asyncio.sleep(1.0)
                left = await still_missing(play)
            stop.set()
        return left, await missing(play), play.tally


@pytest.mark.usefixtures("often")
def test_every_kind_of_errand_takes_place_and_nothing_is_lost(stack):
    left, lost, tally = run_async(played(stack))

    assert left == set()
    assert (lost.reports, lost.total) == ({tier: set() for tier in lost.reports}, 0)
    assert tally.contacts > 2000
    assert tally.activities > 10
