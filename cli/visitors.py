"""Those who revisit the parties, round by round, and those who look after somebody who needs it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

from cli import caring, habits
from cli.acting import Play
from cli.desk import Desk, Job, Look
from cli.habits import Call, Step
from cli.knock import name_for
from cli.partners import Submission
from schemas.base import Tier

HOTLINE = "/play/hotline"
REST_S = 1.5
"""How long whoever looks after people rests between two looks."""


def visitors(play: Play) -> Callable[[Tier], Coroutine[Any, Any, None]]:
    """The revisitors and carers of a tier: without end, until cancelled."""

    async def work(tier: Tier) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Desk(_revisits(play, tier)).sit())
            tasks.create_task(Desk(_care(play, tier)).sit())

    return work


def _revisits(play: Play, tier: Tier) -> Look:
    url = play.county.url(tier, "followup", "/v1/revisits")

    async def look() -> list[Job]:
        found = await play.knocker.pages(url, "revisits", status="due")
        needed = {one["incident_id"] for one in found if caring.needed(play.seed, one["incident_id"])}
        play.cared.setdefault(tier, set()).update(needed)
        asked = [call for view in found for call in habits.calls(view, datetime.now(UTC))]
        jobs = []
        for call in asked:
            reply = habits.answer(play.seed, call)
            jobs.append(Job(call.name, reply.after, partial(_visit, play, tier, call, reply)))
        return jobs

    return look


async def _visit(play: Play, tier: Tier, call: Call, reply: habits.Reply) -> None:
    if reply.by_hotline:
        actor = {"role": "hotline", "ref": f"{call.incident_id}/{call.attempt}/{call.party}/{call.calls}"}
        body = {
            "incident_id": call.incident_id,
            "occurred_at": reply.occurred_at.isoformat(),
            "actor": actor,
            "action": reply.visit,
        }
        event = Submission(tier, HOTLINE, call.name, "action.submitted.v1", call.incident_id, body)
        await play.ask(event, call.incident_id)
        return
    visit = {name: reply.visit[name] for name in ("party", "means", "result")}
    body = {**visit, "actor": {"role": "staff", "ref": f"play/{tier}/revisit"}}
    url = play.county.url(tier, "followup", f"/v1/revisits/{call.incident_id}/visits")
    if play.granted(await play.knocker.post(url, body, name_for(call.name, body))):
        play.tally.done["visit"] += 1


def _care(play: Play, tier: Tier) -> Look:
    """Each matter is looked at until nothing is left to do in it."""
    url, done, over = play.county.url(tier, "followup", "/v1/revisits"), dict[str, set[str]](), set[str]()

    async def look() -> list[Job]:
        await asyncio.sleep(REST_S)
        jobs = []
        for incident_id in sorted(play.cared.get(tier, set()) - over):
            view = (await play.knocker.get(f"{url}/{incident_id}")).raise_for_status().json()
            steps = done.setdefault(incident_id, set())
            step = caring.step(play.seed, view, steps, datetime.now(UTC))
            if step is None:
                over.add(incident_id)
                continue
            do = partial(_look_after, play, tier, incident_id, step, steps)
            jobs.append(Job(f"{incident_id}-{step.name}", step.deed.after, do))
        return jobs

    return look


async def _look_after(play: Play, tier: Tier, incident_id: str, step: Step, done: set[str]) -> None:
    await play.take(tier, incident_id, step, "followup")
    done.add(step.name)
