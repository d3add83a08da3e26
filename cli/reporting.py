"""Reports come in, at windows, from other systems and from devices; and what is done in the areas beside them."""

import asyncio
from collections import deque
from datetime import UTC, datetime

from cli import devices, fieldwork
from cli.acting import Play
from cli.cast import Report, dice, invent, name_of
from cli.fieldwork import Activity
from cli.habits import Deed, Step
from cli.partners import Submission
from messaging.pace import pause
from services.intake.report import incident_id_of

PATIENCE = 200
"""Reports under way at most; above, people wait outside."""
REMEMBERED = 40
"""Of how many of the latest matters another one may derive."""
SAID_AT_ONCE, FOUND_OUT_S = 0.6, 3.0
"""How often it is known at once that a matter derives from another, and how long it takes otherwise."""


class Reporting:
    """Whoever reports something in a play."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._latest: deque[str] = deque(maxlen=REMEMBERED)

    async def report(self, rate: float, stop: asyncio.Event) -> None:
        """Reports come in at `rate` a second on average, until stopped; returns when all have their answer."""
        play, loop = self._play, asyncio.get_running_loop()
        chance, serial, due = dice(play.seed, "arrivals"), 0, loop.time()
        room = asyncio.Semaphore(PATIENCE)
        async with asyncio.TaskGroup() as tasks:
            while not stop.is_set():
                due += chance.expovariate(rate)
                if await pause(due - loop.time(), stop):
                    return
                await room.acquire()
                serial += 1
                task = tasks.create_task(self._happen(serial))
                task.add_done_callback(lambda _: room.release())

    async def _happen(self, serial: int) -> None:
        play, name = self._play, name_of(self._play.run, serial)
        if (done := fieldwork.activity(play.seed, serial, play.places, play.county.tiers)) is not None:
            await self._record(done, f"{name}-activity")
        report, now = invent(play.seed, serial, play.places, play.county.tiers), datetime.now(UTC)
        if report.source is not None:
            await self._publish(report, name, now)
        elif report.offline:
            await devices.bring(play, report, name, now)
        else:
            await self._tell(report, name, now)

    async def _tell(self, report: Report, name: str, now: datetime) -> None:
        """At the window."""
        play, body = self._play, report.request(now)
        origin = self._latest[0] if report.derived and self._latest else None
        at_once = origin is not None and dice(play.seed, "origin", name).random() < SAID_AT_ONCE
        if at_once:
            body["derived_from"] = origin
        with play.tally.reporting():
            answer = await play.knocker.post(
                play.county.url(report.tier, "intake", "/v1/reports"), body, name
            )
        if not play.granted(answer):
            return
        incident_id = answer.json()["incident_id"]
        play.tally.accepted(report.tier, incident_id)
        self._latest.append(incident_id)
        if origin is not None and not at_once:
            await asyncio.sleep(FOUND_OUT_S)
            deed = Deed(0.0, {"action": "link-origin", "origin": origin})
            await play.take(report.tier, incident_id, Step("origin", deed, "centre", f"play/{report.tier}"))

    async def _publish(self, report: Report, name: str, now: datetime) -> None:
        """As another system, which may not be sure and sends it twice."""
        play, source = self._play, report.source or ""
        event = Submission(report.tier, source, name, "report.submitted.v1", name, report.event(now, name))
        with play.tally.reporting():
            for _ in range(2 if report.twice else 1):
                await play.bus.send(event)
        incident_id = incident_id_of(source, name)
        play.tally.accepted(report.tier, incident_id)
        play.tally.by_systems += 1
        if report.assignee:
            body = {
                "report_id": name,
                "occurred_at": now.isoformat(),
                "actor": {"role": "partner", "ref": f"{report.channel}/{name}"[-64:]},
                "action": {"action": "assign", "assignee": report.assignee},
            }
            asked = Submission(report.tier, source, f"{name}-assign", "action.submitted.v1", name, body)
            await play.ask(asked, incident_id)

    async def _record(self, done: Activity, name: str) -> None:
        """A patrol, a session, a survey: at the door, or by an application of the locality."""
        play = self._play
        if done.by_system:
            body = done.body | {"occurred_at": datetime.now(UTC).isoformat()}
            event = Submission(done.tier, "/play/patrols", name, "activity.submitted.v1", name, body)
            await play.bus.send(event)
            play.tally.activities += 1
            return
        url = play.county.url(done.tier, "intake", "/v1/activities")
        if play.granted(await play.knocker.post(url, done.body, name)):
            play.tally.activities += 1
