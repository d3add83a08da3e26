"""The live stream over HTTP: who is let in, and how frames go out without one reader holding up another."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from doors.areas import unknown_area
from doors.gate import Still, still, within
from doors.identity.refusal import unauthorized
from doors.problems import Problem, Unusable, body_of
from messaging.database import Database
from schemas.base import AreaCode
from services.metrics.aging import is_asked
from services.metrics.api_figures import MetricName, unknown_metric
from services.metrics.catalogue import Unknown
from services.metrics.definition import Definition
from services.metrics.feeds import Asked
from services.metrics.headcounts import People
from services.metrics.measures import is_counted
from services.metrics.naming import Naming
from services.metrics.stream import Hub
from services.metrics.windows import Full, when

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
LOOK_S = 1.0
"""So long at least between two looks whether a reader is still let in; a frame comes every two seconds or sooner."""
PIECE = 16_384
"""Bytes of a frame given to the connection at a time: it holds no more of it for a reader who takes nothing."""


NO_STREAM = (
    "is read from all cells when it is asked for; GET /v1/metrics?metric=backlog shows it",
    "每次查询时从全部数据读出，请用 GET /v1/metrics?metric=backlog",
)
UNCOUNTED = "is not counted; the formulas of GET /v1/metrics/definitions name what is"


class Events(Response):
    """Frames, sent as fast as this one reader takes them; ends when either side goes.

    And when what the reader brought is good no longer: they are told, and come back with what is.
    """

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], still: Still) -> None:
        self._frames = frames
        self._still = still
        self._looked = 0.0
        self.status_code = 200
        self.background = None
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends; a frame waits here until the connection has room for it, and its listener falls behind meanwhile."""
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        gone = asyncio.create_task(_gone(receive))
        try:
            async with aclosing(self._frames) as frames:  # type: ignore[type-var] # it is a generator
                async for told in frames:
                    frame = told if (over := await self._over()) is None else over
                    for piece in _pieces(frame):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                    if gone.done():
                        return
                    if over is not None:
                        break
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()

    async def _over(self) -> bytes | None:
        """The last event, of a reader who is not let in any more; looked at from time to time, not at each frame."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_S:
            return None
        self._looked = now
        reason = await self._still()
        if reason is None:
            return None
        problem, _ = unauthorized(reason)
        return f"event: signed-out\ndata: {json.dumps(body_of(problem), ensure_ascii=False)}\n\n".encode()


async def _gone(receive: Receive) -> None:
    """Returns when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _pieces(frame: bytes) -> Iterator[bytes | memoryview]:
    """A frame as it is when it is small, else views of it: nothing is copied for one reader."""
    if len(frame) <= PIECE:
        yield frame
        return
    whole = memoryview(frame)
    for at in range(0, len(frame), PIECE):
        yield whole[at : at + PIECE]


def _meant(written: str) -> str:
    """Raises `ValueError` saying how a period is written."""
    when(written, datetime.now(UTC).date())
    return written


class Wanted(BaseModel):
    """What to listen to: the totals of a subtree of areas, all or of some measures; figures of the whole of it.

    A `metric` is an id (its newest version) or an id@version; with any, totals come only of the measures asked for.
    """

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    metric: Annotated[list[MetricName], Field(max_length=100)] = []
    measure: Annotated[list[MetricName], Field(max_length=100)] = []
    period: Annotated[str, StringConstraints(max_length=12), AfterValidator(_meant)] | None = None
    """A day, week, month, quarter or year; or `today`, `this-week`, … `this-year`, which go on with the next one."""

    def check(self, naming: Naming) -> None:
        """Raises `Problem` for what there is not."""
        if self.area is not None and self.area not in naming.areas:
            raise unknown_area()
        if missing := naming.catalogue.strange(self.metric):
            raise unknown_metric(self.metric, missing)
        if wrong := [
            (f"query.metric.{at}", *NO_STREAM)
            for at, one in enumerate(self.metric)
            if is_asked(naming.catalogue.definitions, [one])
        ]:
            raise Unusable("not-streamed", "This is no stream.", zh="该指标不能订阅", wrong=wrong)
        if wrong := [
            (
                f"query.measure.{at}",
                UNCOUNTED,
                "不是计数项，可用的计数项见 GET /v1/metrics/definitions 的公式",
            )
            for at, one in enumerate(self.measure)
            if not is_counted(one)
        ]:
            raise Unusable("unknown-measure", "Nothing is counted so.", zh="没有这个计数项", wrong=wrong)

    def asked(self, naming: Naming, hub: Hub) -> Asked:
        """The subscription. Raises `Problem`."""
        measures = frozenset(self.measure) if self.measure or self.metric else None
        people = People(naming.own.headcounts, self.area or naming.root)
        return Asked(self.area or "", measures, self._figures(naming, hub), people)

    def _figures(self, naming: Naming, hub: Hub) -> tuple[Definition, ...]:
        try:
            return naming.catalogue.named(self.metric, naming.own)
        except Unknown:  # of a ring, perhaps, that was in force once or is at another tier
            own = naming.own.and_seen(hub.measures())
        try:
            return naming.catalogue.named(self.metric, own)
        except Unknown as error:
            raise unknown_metric(self.metric, error.names) from error


async def _check_theirs(database: Database, area: str | None) -> None:
    """Asks the database, too, whether an area is the caller's: what is streamed comes from this process's memory.

    Raises `Problem` as for no area.
    """
    if not database.bound:
        return
    async with database.connection() as connection:
        if not await connection.fetchval("select of_caller($1)", area):
            raise unknown_area()


def routes(app: FastAPI, database: Database, hub: Hub, naming: Naming) -> None:
    """Adds the stream to the door."""

    @app.get("/v1/metrics/stream", response_class=Response, responses=EVENTS)
    async def stream(
        wanted: Annotated[Wanted, Query()], last_event_id: Annotated[str | None, Header()] = None
    ) -> Events:
        """Server-sent events: a snapshot, then changes; comes back where it was with Last-Event-ID.

        Whoever brought a token that has ended is sent `signed-out`, a problem, and then the end.
        """
        area = within()
        mine = naming.narrowed(area)
        wanted = wanted if wanted.area else wanted.model_copy(update={"area": area})
        wanted.check(mine)
        await _check_theirs(database, wanted.area)
        if hub.full:
            raise _full()
        try:
            await hub.fresh(wanted.period)  # while nothing can be read, this is answered and not begun
        except Full:
            raise _full() from None
        return Events(hub.listen(last_event_id, wanted.asked(mine, hub), wanted.period), still())


def _full() -> Problem:
    return Problem(
        503,
        "listeners",
        "There are as many listeners, or periods listened to, as this process may have; come again, or ask another.",
        zh="实时数据的连接数或期间数已达上限，请稍后重试，或连接其他副本",
    )
