"""Before anything of a request is read: whether its sender has asked too much, or the process has too much to do."""

import asyncio
import logging
from collections.abc import Iterable
from http import HTTPStatus
from itertools import product
from typing import get_args

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doors.caller import present
from doors.problems import Problem, response, unavailable
from doors.turnstile import AGAIN_S, Kind, Left, Room, TooMany, TooOften, Turnstile
from messaging.telemetry import http_refused

log = logging.getLogger(__name__)

EXPORTS = frozenset({"/v1/ledger", "/v1/referrals/ledger", "/v1/referrals/reconciliations"})
"""Each holds a connection to the database for as long as it takes, a ledger perhaps a process as well."""
EXPORT_S = 1200.0
"""An export as a whole, however it is taken: longer than a ledger may hold its query (`ledger_store.LONGEST_S`)."""
STREAMS = frozenset({"/v1/metrics/stream"})
UNKNOWN = ""
"""All who are let in unasked where others sign in. No subject is called so."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_OFTEN, TOO_MANY, BUSY = "too-often", "too-many-at-once", "busy"
"""Reasons, as a problem and as telemetry name them."""
for one in product(get_args(Kind), (TOO_OFTEN, TOO_MANY, BUSY)):
    http_refused.labels(*one)  # told as nought before anybody is refused, so that the first is seen to come
WORDS: dict[Room, tuple[str, str]] = {
    "requests": ("请求", "requests"), "exports": ("导出", "exports"), "streams": ("实时数据连接", "streams"),
    "files": ("公开文件请求", "requests for open files"),
}  # fmt: skip


def kind_of(method: str, path: str) -> Kind:
    """By which quota a request goes of somebody who is known, or where nobody signs in."""
    if path in STREAMS:
        return "streams"
    if path in EXPORTS:
        return "exports"
    return "reads" if method in READS else "writes"


class Throttle:
    """ASGI middleware behind the gate, which knows the caller: 429 for what is theirs, 503 for what is everybody's.

    Whoever asks for what is open to all without a name is one sender together: they have no name of their own, and by
    their address all behind a proxy would be one as well. A page is some thirty files, and dead where one of them is
    refused, so they have a quota and a room of their own in which many pages may begin at once. Where nobody signs in
    there is no sender to be told apart: a door on loopback sees one address whoever asks, be it a proxy, so only what
    is under way at once is bounded there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it."""
        turnstile = _turnstile(scope)
        if turnstile is None:
            await self._app(scope, receive, send)
            return
        sender = _sender(scope)
        kind = "files" if sender == UNKNOWN else kind_of(scope["method"], scope["path"])
        try:
            with turnstile.entered(sender, kind) as left:
                told = send if left is None else _told(left.headers, send)
                await (self._bounded if kind == "exports" else self._app)(scope, receive, told)
        except TooOften as no:
            http_refused.labels(kind, TOO_OFTEN).inc()
            given = {"Retry-After": str(no.wait_s)} | _text(no.left)
            await response(_too_often(no.left), given)(scope, receive, send)
        except TooMany as no:
            http_refused.labels(kind, TOO_MANY if no.yours else BUSY).inc()
            await response(_too_many(no), {"Retry-After": str(AGAIN_S)})(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An export takes a place of few, so nobody keeps one by taking a little of it now and then."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        limit = asyncio.timeout(EXPORT_S)
        try:
            async with limit:
                await self._app(scope, receive, noted)
        except TimeoutError:
            if not limit.expired():
                raise
            log.warning("an export took more than %.0f s and was broken off", EXPORT_S)
            if not begun:  # else the server cuts the connection, as the answer has no end
                await unavailable()(scope, receive, send)


def _sender(scope: Scope) -> str | None:
    if (caller := present()) is not None:
        return caller.subject
    return None if scope["app"].state.guard.sign_in is None else UNKNOWN


def _turnstile(scope: Scope) -> Turnstile | None:
    if scope["type"] != "http" or "app" not in scope:
        return None
    guard = getattr(scope["app"].state, "guard", None)
    found: Turnstile | None = getattr(guard, "turnstile", None)
    return found


def _told(headers: Iterable[tuple[bytes, bytes]], send: Send) -> Send:
    """Says with the answer what is left."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return told


def _text(left: Left) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in left.headers}


def _too_often(left: Left) -> Problem:
    number, seconds = left.quota.number, left.quota.seconds
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        TOO_OFTEN,
        f"You have asked more often than is answered, which is {number} {left.kind} in {seconds} s. "
        "Come again after the seconds of Retry-After.",
        zh=f"请求过于频繁：此类请求每 {seconds} 秒最多 {number} 次，请在 Retry-After 所示秒数后重试",
    )


def _too_many(no: TooMany) -> Problem:
    zh, en = WORDS[no.room]
    if no.yours:
        detail = (
            f"As many {en} of yours are under way as may be at once. Come again when one of them has ended."
        )
        zh = f"您同时进行的{zh}已达上限，请待其中一个结束后重试"
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY, detail, zh=zh)
    detail = f"As many {en} are under way as this process may have at once; nothing was done. Come again."
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        detail,
        zh=f"系统同时进行的{zh}已达上限，本次未作处理，请稍后重试",
    )
