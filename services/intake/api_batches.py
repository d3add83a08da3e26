"""Batches over HTTP: what was recorded without a network is let in item by item, and each item is answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Path, Response
from pydantic import BaseModel

from doors.document import told
from doors.limits import Allowance
from doors.problems import Problem, body_of
from messaging.database import Connection, Database
from messaging.pace import Pulse
from messaging.trace import begin
from schemas.inbound import ActivitySubmitted
from schemas.offline import Differences
from services.intake import docket, items_store, repeated
from services.intake.answers import problem_of
from services.intake.batch import BatchRequest, batch_id_of, items_of, without_own_names
from services.intake.batch_callers import own_device, own_device_source, yours_of
from services.intake.desk import NOBODY, Arrival, Desk, Keys
from services.intake.envelope import DataKey
from services.intake.items import (
    Item,
    Kept,
    Kind,
    LetIn,
    Line,
    Sorter,
    State,
    device_source,
    names_in,
    sort_out,
)
from services.intake.items_store import Batch
from services.intake.known import under
from services.intake.unsaid import believed

PATH = "/v1/batches"
ALLOWED = Allowance(kinds=("application/json",), bytes=1_048_576, parts=65_536)
"""1 MiB: 500 items of 2 KiB each."""


class ItemView(BaseModel):
    """What became of an item. Accepted: durable; an action then becomes done, refused or a conflict."""

    id: str
    state: State
    repeated: bool | None = None
    """Whether it had been let in before it was sent this time; the answer is the same, or what became of it since."""
    kind: Kind | None = None
    incident_id: str | None = None
    activity_id: str | None = None
    reason: str | None = None
    """Why the rules said no."""
    conflicts: Differences = ()
    """In a conflict: what the device believed, and what was found instead. Nothing was overwritten."""
    problem: dict[str, Any] | None = None
    """Why it could not be let in; mended, it may be sent again under the same id."""


class BatchView(BaseModel):
    """A batch, item by item, in its order; `undecided` actions are still on their way to who decides them."""

    batch_id: str
    received_at: datetime
    undecided: int
    items: tuple[ItemView, ...]


def routes(app: FastAPI, database: Database, desk: Desk, sent: Pulse) -> None:
    """Adds them to the door."""

    @app.post(PATH, status_code=202)
    async def take(
        body: BatchRequest, out: Response, traceparent: Annotated[str | None, Header()] = None
    ) -> BatchView:
        """Takes up to 500 items, oldest first: 202 once those accepted are durable. Send it again after any doubt."""
        source = device_source(desk.registry.tier, own_device(body.device))
        items = believed(items_of(body, desk.vault), desk.registry.tier)
        async with database.transaction() as tx:
            items = await yours_of(tx, source, items)
            await items_store.wait_for_turn(tx, source)
            batch, kept = await _take(tx, desk, source, items, begin(traceparent))
        sent.beat()
        out.headers["Location"] = f"{PATH}/{batch.batch_id}"
        return _view(batch, kept)

    @app.get(PATH + "/{batch_id}", responses=told(404))
    async def batch(batch_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]) -> BatchView:
        """What became of each item by now."""
        async with database.connection() as connection:
            found = await items_store.batch(connection, batch_id, own_device_source(desk.registry.tier))
            if found is None:
                raise Problem(
                    404, "unknown-batch", "No such batch was sent to this tier.", zh="本级没有这一批次"
                )
            kept = await items_store.known(connection, found.source, [one.id for one in found.lines])
        return _view(found, kept)


async def _take(
    tx: Connection, desk: Desk, source: str, items: list[Item], trace: str
) -> tuple[Batch, Mapping[str, Kept]]:
    now: datetime = await tx.fetchval("select now()")
    known = await repeated.items(tx, desk.vault.ring, source, names_in(items))
    entry = await docket.opened(tx, desk.registry, [one.given for one in items])
    sorter = Sorter(now, lambda why, kind: body_of(problem_of(why, kind)), entry.offer)
    done = sort_out(desk.registry, source, items, known, sorter)
    if done.fresh:
        arrivals = [_arrival(item, event) for item, event in done.events]
        keys = await desk.enter(tx, arrivals, entry, now, trace)
        noted = [replace(one, digest=under(_key_of(one, keys), one.digest)) for one in done.fresh]
        await items_store.keep(tx, source, noted, now)
    batch = Batch(batch_id_of(source, items), source, done.lines, now)
    await items_store.save_batch(tx, replace(batch, lines=[without_own_names(one) for one in done.lines]))
    return batch, {**known, **{one.id: one for one in done.fresh}}


def _key_of(one: Kept, keys: Keys) -> DataKey | None:
    """What it told is under; what is done about a matter told nothing."""
    return None if one.kind == "action" else keys.get(one.about)


def _arrival(item: Item, event: LetIn) -> Arrival:
    given = item.given
    actor = given.actor if isinstance(given, ActivitySubmitted) else NOBODY
    return Arrival(event, item.secret, item.text, actor)


def _view(batch: Batch, kept: Mapping[str, Kept]) -> BatchView:
    lines = tuple(_line(one, kept) for one in batch.lines)
    undecided = sum(one.kind == "action" and one.state == "accepted" for one in lines)
    return BatchView(batch_id=batch.batch_id, received_at=batch.received_at, undecided=undecided, items=lines)


def _line(line: Line, kept: Mapping[str, Kept]) -> ItemView:
    if line.problem is not None:
        return ItemView(id=line.id, state="refused", problem=line.problem)
    one = kept[line.id]
    about = "activity_id" if one.kind == "activity" else "incident_id"
    return ItemView(
        id=line.id,
        state=one.state,
        repeated=line.repeated,
        kind=one.kind,
        **{about: one.about},
        reason=one.reason,
        conflicts=one.conflicts,
    )
