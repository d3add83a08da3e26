"""The centres at work: each looks at what it owns, and does next what habits, others and the clock ask for."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any

from cli import doubles, habits, takers, together
from cli.acting import Play, problem
from cli.desk import Desk, Job
from cli.habits import Case, Deed, Step
from cli.knock import name_for
from schemas.base import Tier

NO_WAY = frozenset(("nowhere-to-return", "top-tier", "absent-tier"))
FRESH_S = 2.5
"""How long an open file is good for: clocks and other systems write into it as well."""
AT_A_TIME = 12
"""Files that are opened in one look; when there are more, the rest has to wait for the next."""


def centres(play: Play) -> Callable[[Tier], Coroutine[Any, Any, None]]:
    """The centre of a tier: without end, until cancelled."""

    async def work(tier: Tier) -> None:
        await Desk(Centre(play, tier).look).sit()

    return work


class Centre:
    """The centre of a tier, and the files it has open: an incident is read again once something was done about it."""

    def __init__(self, play: Play, tier: Tier) -> None:
        self._play = play
        self._url = play.county.url(tier, "routing", "/v1/incidents")
        self._files: dict[str, tuple[float, dict[str, Any]]] = {}
        self._opened = 0

    async def look(self) -> list[Job]:
        """Everything that is to be done about what the centre owns, now or soon."""
        pages = self._play.knocker.pages
        found = await pages(self._url, "incidents", status="open")
        found += await pages(self._url, "incidents", status="accepted")
        here = {view["incident_id"] for view in found}
        self._files = {name: file for name, file in self._files.items() if name in here}
        self._opened = 0
        jobs = await asyncio.gather(*(self._next(Case.of(view)) for view in found))
        return [job for some in jobs for job in some]

    async def _next(self, case: Case) -> list[Job]:
        """What is to be done about a matter, by whomever."""
        seed = self._play.seed
        if case.linked:
            return [self._job(case, one) for one in doubles.undone(seed, case)]
        answer, jobs = takers.answer(seed, case), list[Job]()
        if answer is not None:
            jobs.append(self._job(case, answer))
        shared = together.plan(seed, case) != "alone"
        whole = await self._read(case) if shared or case.proposed else {}
        if whole is None:
            return jobs
        if case.proposed:
            jobs += [self._job(case, one) for one in doubles.judged(seed, case, whole)]
        if case.status == "open" and case.asked is not None:
            return jobs
        if not shared:
            return [*jobs, self._deed(case, habits.centre(seed, case))]
        steps = together.steps(seed, case, whole, datetime.now(UTC))
        if steps is None:
            return [*jobs, self._deed(case, together.ending(seed, case, whole))]
        return [*jobs, *(self._job(case, one) for one in steps)]

    async def _read(self, case: Case) -> dict[str, Any] | None:
        """An incident with its history, its whistles, its sessions and its ties; None when it has to wait."""
        now, kept = asyncio.get_running_loop().time(), self._files.get(case.incident_id)
        if kept is not None and now - kept[0] < FRESH_S:
            return kept[1]
        if self._opened >= AT_A_TIME:
            return None if kept is None else kept[1]
        self._opened += 1
        answer = await self._play.knocker.get(f"{self._url}/{case.incident_id}")
        whole: dict[str, Any] = answer.raise_for_status().json()
        self._files[case.incident_id] = (now, whole)
        return whole

    def _job(self, case: Case, step: Step) -> Job:
        return Job(
            f"{case.incident_id}-{case.tier}-{step.name}", step.deed.after, partial(self._take, case, step)
        )

    async def _take(self, case: Case, step: Step) -> None:
        await self._play.take(case.tier, case.incident_id, step)
        self._files.pop(case.incident_id, None)

    def _deed(self, case: Case, deed: Deed) -> Job:
        name = f"{case.status}-{case.incident_id}-{case.tier}-{case.attempt}-{case.since}"
        return Job(name, deed.after, partial(self._act, case, deed.action))

    async def _act(self, case: Case, action: dict[str, Any]) -> None:
        play, body = self._play, {"action": action, "actor": {"role": "centre", "ref": f"play/{case.tier}"}}
        name = name_for(f"{case.incident_id}-{case.tier}-{case.attempt}-{case.since}".replace(" ", ""), body)
        answer = await play.knocker.post(f"{self._url}/{case.incident_id}/actions", body, name)
        if not answer.is_success and problem(answer) in NO_WAY:
            await self._act(case, habits.settle(play.seed, case))
        elif play.granted(answer):
            play.tally.done[action["action"]] += 1
