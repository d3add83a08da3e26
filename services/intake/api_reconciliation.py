"""对账 over HTTP: what a source and we count differently, number by number."""

import asyncio
import json
from typing import Annotated

from fastapi import FastAPI, Query, Request
from pydantic import Field

from doors.closed import Closed
from doors.gate import within
from doors.limits import Allowance
from doors.problems import FileProblem, Problem
from messaging.database import Database, clock
from schemas.codes import UnknownCodes, bare, complete
from schemas.declarations import Month
from services.intake import referral_store
from services.intake.reconciliation import Asked, Listed, Report, reconcile
from services.intake.report import Registry
from services.intake.source_list import Unreadable, read_csv, read_json

LISTS = "/v1/referrals/reconciliations"
FILES = {LISTS: Allowance(("text/csv", "application/json"), 1_048_576, parts=65_536)}
"""A court's list of a month has some hundred lines; this holds about twenty thousand."""
Source = Annotated[str, Field(min_length=1, max_length=80)]


class OfWhom(Closed):
    """Whose list, and of which month."""

    source: Source
    month: Month


def routes(app: FastAPI, database: Database, registry: Registry) -> None:
    """Adds it to the door."""

    @app.post(LISTS, openapi_extra=_LIST)
    async def reconciliation(request: Request, wanted: Annotated[OfWhom, Query()]) -> Report:
        """Compares a source's own list (CSV or JSON) of a month with the ledger: changes nothing."""
        source = source_of(registry, wanted.source)
        body = await request.body()
        kind = request.headers.get("content-type", "")
        theirs = await asyncio.to_thread(_listed, body, kind, wanted.month)  # must not stop the others
        async with database.transaction() as tx:
            as_of = await clock(tx)
            ours = await referral_store.kept(
                tx, source, wanted.month, (one.number for one in theirs), within()
            )
        return reconcile(Asked(source, wanted.month, as_of), theirs, ours)


_ENTRY = {
    "type": "object",
    "required": ["number", "state"],
    "properties": {name: {"type": "string"} for name in ("number", "state", "month")},
}
_LIST = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "description": "number,state,month（案号,状态,月份）"}},
            "application/json": {"schema": {"type": "array", "items": _ENTRY}},
        },
    }
}


def source_of(registry: Registry, given: str) -> str:
    """A body by its bare code. Raises `UnknownCodes`."""
    try:
        return bare(complete(registry.codes, {"body": given})["body"])
    except UnknownCodes as error:
        raise UnknownCodes([("source", what) for _, what in error.fields]) from None


def _listed(body: bytes, kind: str, month: str) -> list[Listed]:
    """The list, in either form. Raises `Problem` with every line that is wrong."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        en = "The list is not UTF-8; save it as “CSV UTF-8”."
        raise Problem(422, "not-utf-8", en, zh="文件不是 UTF-8 编码，请另存为“CSV UTF-8”") from None
    try:
        return (
            read_json(_entries(text), month)
            if kind.lower().startswith("application/json")
            else read_csv(text, month)
        )
    except Unreadable as error:
        raise FileProblem(
            f"Nothing was compared: {len(error.places)} of the fields cannot be used.",
            zh=f"未核对：{len(error.places)} 处有误，请更正后重新提交",
            places=error.places,
        ) from None


def _entries(text: str) -> list[object]:
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise Problem(400, "not-json", "The body is not JSON.", zh="请求体不是 JSON") from None
    if not isinstance(entries, list):
        raise Problem(
            422, "invalid", "Send a JSON array.", zh="请提交 JSON 数组", fields=[("body", "is not an array")]
        )
    return entries
