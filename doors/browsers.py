"""Pages of others in a caller's browser: none reads our answers unless it is named, nor passes for a page of ours."""

from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doors.problems import Problem, response

METHODS = ("GET", "HEAD", "POST", "PUT")
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Traceparent")
READ = ("Location", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate")
REMEMBERED_S = 600
"""How long a browser may remember what it was allowed."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ANOTHER_NAME = Problem(
    HTTPStatus.MISDIRECTED_REQUEST,
    "another-name",
    "This door knows nobody by sign-in, so it is asked by the name of its machine, and by no other.",
    zh="本服务未配置登录，只能用本机名称访问",
)


@dataclass(frozen=True, slots=True)
class Browsers:
    """What pages of others may do."""

    origins: frozenset[str] = frozenset()
    """Whose pages may ask and read; with a token they bring, as nothing here is signed in by a cookie."""
    own_name_only: bool = False
    """Whether a name with a dot in it is not ours: a page of others can have its own name point to this machine, and is
    then, to the browser, a page of this door. Where callers sign in it would still lack their token."""


def origins(written: str) -> frozenset[str]:
    """As settings have it, separated by blanks. Raises `ValueError`."""
    every = frozenset(written.split())
    for one in every:
        parts = urlsplit(one)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        bare = parts.hostname and one == f"{parts.scheme}://{parts.netloc}" and not set(one) & {"@", "*"}
        if not safe or not bare:
            raise ValueError("must be origins such as https://board.example.cn, with nothing behind the name")
    return every


class Elsewhere:
    """ASGI middleware outside the gate: a browser asks beforehand whether it may, without anybody's token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what browsers ask beforehand, refuses what comes under another name, passes everything else on."""
        found = _browsers(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        if found.own_name_only and not ours(_one(scope, b"host")):
            await response(ANOTHER_NAME)(scope, receive, send)
            return
        if not found.origins:
            await self._app(scope, receive, send)
            return
        origin = _one(scope, b"origin")
        allowed = origin if origin in found.origins else None
        if allowed and scope["method"] == "OPTIONS" and _one(scope, b"access-control-request-method"):
            await Response(status_code=204, headers=_beforehand(allowed))(scope, receive, send)
            return
        await self._app(scope, receive, _readable_by(allowed, send))


def ours(host: str) -> bool:
    """Whether a Host header has the address of a machine, or a name of its own network and none of the world's."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return "." not in name or name.endswith(".localhost") or _is_an_address(name)


def _is_an_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _browsers(scope: Scope) -> Browsers | None:
    if scope["type"] != "http" or "app" not in scope:
        return None
    guard = getattr(scope["app"].state, "guard", None)
    found: Browsers | None = getattr(guard, "browsers", None)
    return found


def _one(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def _beforehand(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": ", ".join(SENT),
        "Access-Control-Max-Age": str(REMEMBERED_S),
        "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    }


def _readable_by(origin: str | None, send: Send) -> Send:
    """Says with each answer whose page may read it; without one, that another page might have been told otherwise."""
    extra = [(b"vary", b"Origin")]
    if origin is not None:
        extra += [
            (b"access-control-allow-origin", origin.encode()),
            (b"access-control-expose-headers", ", ".join(READ).encode()),
        ]

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *extra]
        await send(message)

    return told
