"""The people and systems of a county at work: they look at the doors, decide by habit, and act in their own time."""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from cli import habits
from cli.cast import Places, Report, dice, invent, name_of
from cli.county import County
from cli.desk import Desk, Job, Look
from cli.habits import Call, Case
from cli.knock import Knocker, name_for
from cli.partners import Bus, Submission
from cli.tally import Tally
from messaging.pace import pause
from schemas.base import Tier
from services.intake.report import incident_id_of

PATIENCE = 200
"""Reports under way at most; above, people wait outside."""
HOTLINE = "/play/hotline"


@dataclass(slots=True)
class Play:
    """Everything the actors of one play share."""

    county: County
    places: Places
    knocker: Knocker
    bus: Bus
    tally: Tally
    seed: int
    run: uuid.UUID = field(default_factory=uuid.uuid4)

    async def report(self, rate: float, stop: asyncio.Event) -> None:
        """Reports come in at `rate` a second on average, until stopped; returns when all have their answer."""
        loop, chance, serial = asyncio.get_running_loop(), dice(self.seed, "arrivals"), 0
        due, room = loop.time(), asyncio.Semaphore(PATIENCE)
        async with asyncio.TaskGroup() as tasks:
            while not stop.is_set():
                due += chance.expovariate(rate)
                if await pause(due - loop.time(), stop):
                    return
                await room.acquire()
                serial += 1
                report = invent(self.seed, serial, self.places, self.county.tiers)
                tasks.create_task(self._tell(report, serial)).add_done_callback(lambda _: room.release())

    async def _tell(self, report: Report, serial: int) -> None:
        name, now = name_of(self.run, serial), datetime.now(UTC)
        if report.source is not None:
            await self._publish(report, name, now)
            return
        url = self.county.url(report.tier, "intake", "/v1/reports")
        answer = await self.knocker.post(url, report.request(now), name)
        if self._granted(answer):
            self.tally.accepted(report.tier, answer.json()["incident_id"])

    async def _publish(self, report: Report, name: str, now: datetime) -> None:
        source = report.source or ""
        event = Submission(report.tier, source, name, "report.submitted.v1", name, report.event(now))
        for _ in range(2 if report.twice else 1):
            await self.bus.send(event)
        incident_id = incident_id_of(source, name)
        self.tally.accepted(report.tier, incident_id)
        self.tally.by_systems += 1
        if report.assignee:
            actor = {"role": "partner", "ref": f"{report.channel}/{name}"[-64:]}
            body = {
                "report_id": name,
                "occurred_at": now.isoformat(),
                "actor": actor,
                "action": {"action": "assign", "assignee": report.assignee},
            }
            await self._ask(
                Submission(report.tier, source, f"{name}-assign", "action.submitted.v1", name, body),
                incident_id,
            )

    async def _ask(self, event: Submission, incident_id: str) -> None:
        await self.bus.send(event)
        self.tally.asked[event.body["actor"]["ref"]] = (event.tier, incident_id)

    def _granted(self, answer: Any) -> bool:  # noqa: ANN401 - an httpx response
        if answer.is_success:
            return True
        self.tally.refused[_problem(answer)] += 1
        return False

    async def work(self, tier: Tier) -> None:
        """The centre of a tier and its revisitors: without end, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Desk(self._incidents(tier)).sit())
            tasks.create_task(Desk(self._revisits(tier)).sit())

    def _incidents(self, tier: Tier) -> Look:
        url = self.county.url(tier, "routing", "/v1/incidents")

        async def look() -> list[Job]:
            found = await self.knocker.pages(url, "incidents", status="open")
            found += await self.knocker.pages(url, "incidents", status="accepted")
            jobs = []
            for view in found:
                case = Case.of(view)
                deed = habits.centre(self.seed, case)
                name = f"{case.status}-{case.incident_id}-{tier}-{case.attempt}-{case.since}"
                jobs.append(Job(name, deed.after, partial(self._act, case, deed.action)))
            return jobs

        return look

    async def _act(self, case: Case, action: dict[str, Any]) -> None:
        url = self.county.url(case.tier, "routing", f"/v1/incidents/{case.incident_id}/actions")
        body = {"action": action, "actor": {"role": "centre", "ref": f"play/{case.tier}"}}
        name = name_for(f"{case.incident_id}-{case.tier}-{case.attempt}-{case.since}".replace(" ", ""), body)
        answer = await self.knocker.post(url, body, name)
        if answer.is_success:
            self.tally.done[action["action"]] += 1
        elif _problem(answer) in {"nowhere-to-return", "top-tier"}:
            await self._act(case, habits.settle(self.seed, case))
        else:
            self.tally.refused[_problem(answer)] += 1

    def _revisits(self, tier: Tier) -> Look:
        url = self.county.url(tier, "followup", "/v1/revisits")

        async def look() -> list[Job]:
            found = await self.knocker.pages(url, "revisits", status="due")
            asked = [call for view in found for call in habits.calls(view)]
            jobs = []
            for call in asked:
                reply = habits.answer(self.seed, call)
                jobs.append(Job(call.name, reply.after, partial(self._visit, tier, call, reply)))
            return jobs

        return look

    async def _visit(self, tier: Tier, call: Call, reply: habits.Reply) -> None:
        if reply.by_hotline:
            actor = {"role": "hotline", "ref": _short(call)}
            body = {
                "incident_id": call.incident_id,
                "occurred_at": reply.occurred_at.isoformat(),
                "actor": actor,
                "action": reply.visit,
            }
            event = Submission(tier, HOTLINE, call.name, "action.submitted.v1", call.incident_id, body)
            await self._ask(event, call.incident_id)
            return
        visit = {name: reply.visit[name] for name in ("party", "means", "result")}
        body = {**visit, "actor": {"role": "staff", "ref": f"play/{tier}/revisit"}}
        url = self.county.url(tier, "followup", f"/v1/revisits/{call.incident_id}/visits")
        if self._granted(await self.knocker.post(url, body, name_for(call.name, body))):
            self.tally.done["visit"] += 1


def _short(call: Call) -> str:
    """A reference of at most 64 characters that names one call."""
    return f"{call.incident_id}/{call.attempt}/{call.party}/{call.calls}"


def _problem(answer: Any) -> str:  # noqa: ANN401 - an httpx response
    """The stable word of a problem document."""
    try:
        return str(answer.json()["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
