"""The registry of contacts over HTTP: a file adds to it as a whole or not at all, and everybody's load can be seen."""

import asyncio
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, ConfigDict

from doors.areas import looked_in
from doors.gate import within
from doors.idempotency import Answer, IdempotencyKey, digest, earlier, remember
from doors.limits import Allowance
from doors.problems import FileProblem
from messaging.database import Connection, Database
from schemas.base import AreaCode, Reference
from schemas.codes import UnknownCode, UnknownCodes
from services.routing import contacts_store
from services.routing.contacts_store import Listed, Wanted
from services.routing.desk import Desk
from services.routing.registry import Entry, Wrong, merge
from services.routing.registry_csv import Known, read
from services.routing.roster import Kind, around

PATH = "/v1/contacts"
FILES = {PATH: Allowance(("text/csv",), 1_048_576)}
"""A county's registry is a file of some hundred kilobytes."""


class Contacts(BaseModel):
    """What became of a file: lines that were new, lines that corrected something, lines that were known already."""

    added: int
    changed: int
    """Corrected by the file, or ended because somebody follows."""
    unchanged: int


class ContactView(BaseModel):
    """Somebody who is there for an area in a role. People have no name here, bodies may have their public one."""

    reference: Reference
    kind: Kind
    role: str
    area: AreaCode
    valid_from: date
    valid_until: date | None
    capacity: int | None
    name: str | None
    in_hand: int
    """How many open matters of this tier the reference has in hand, in all its roles together."""


class ContactPage(BaseModel):
    """A page of contacts; `next` asks for the one after, null at the end."""

    contacts: tuple[ContactView, ...]
    next: int | None


class Filters(BaseModel):
    """What a list may be narrowed by: an area with all in it and all it lies in, a role, a day (today)."""

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    role: Annotated[str, Query(max_length=80)] | None = None
    on: date | None = None
    after: Annotated[int, Query(ge=0, le=2**62)] = 0
    limit: Annotated[int, Query(ge=1, le=500)] = 50


def routes(app: FastAPI, database: Database, desk: Desk, known: Known) -> None:
    """Adds them."""

    @app.put(PATH)
    async def put(file: Annotated[bytes, Body(media_type="text/csv")], key: IdempotencyKey) -> Contacts:
        """Adds a CSV file to the registry: all of it, or nothing and every error with its line and field."""
        given, wrong = await asyncio.to_thread(
            read, file, known.narrowed(within())
        )  # thousands of lines must not stop the others
        if wrong and not given:
            raise _problem(wrong)
        fingerprint = digest(PATH, file.decode("utf-8-sig"))
        async with database.transaction() as tx:
            answer = await earlier(tx, key, fingerprint)
            if answer is None:
                answer = Answer(200, await _merged(tx, given, wrong, desk.one_each))
                await remember(tx, key, fingerprint, answer)
        return Contacts(**answer.body)

    @app.get(PATH)
    async def contacts(wanted: Annotated[Filters, Query()]) -> ContactPage:
        """Who is there, with what each has in hand now."""
        area = looked_in(wanted.area, known.areas)
        role = _role(known, wanted.role)
        async with database.connection() as connection:
            on = wanted.on or desk.today(await connection.fetchval("select now()"))
            above = tuple(around(area)) if area else ()
            page = Wanted(on, area, above, role, wanted.after, wanted.limit)
            found = await contacts_store.page(connection, page)
        last = found[-1].place if len(found) == wanted.limit else None
        return ContactPage(contacts=tuple(map(_view, found)), next=last)


async def _merged(
    tx: Connection, given: list[tuple[int, Entry]], wrong: list[Wrong], one_each: Collection[str]
) -> dict[str, Any]:
    """What a file does, done. Raises `Problem` with all lines that are wrong or do not fit what is there."""
    stored = await contacts_store.beside(tx, [one for _, one in given])
    merged = merge(stored, given, one_each)
    if every := sorted([*wrong, *merged.wrong]):
        raise _problem(every)
    now: datetime = await tx.fetchval("select now()")
    if fresh := (*merged.added, *merged.changed):
        await contacts_store.write(tx, fresh, now)
    done = Contacts(added=len(merged.added), changed=len(merged.changed), unchanged=merged.unchanged)
    return done.model_dump()


def _problem(wrong: list[Wrong]) -> FileProblem:
    return FileProblem(
        f"Nothing was taken from the file: {len(wrong)} of its fields cannot be used.",
        zh=f"文件未导入：{len(wrong)} 处有误，请更正后整份重新提交",
        places=wrong,
    )


def _role(known: Known, given: str | None) -> str | None:
    try:
        return None if given is None else known.role(given)
    except UnknownCode as error:
        raise UnknownCodes([("role", str(error))]) from None


def _view(one: Listed) -> ContactView:
    return ContactView(
        **{name: getattr(one.entry, name) for name in one.entry.__slots__}, in_hand=one.in_hand
    )
