"""The gate before every route of a door: who asks must be known, and the table must allow what is asked."""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doors import caller as who
from doors import permissions
from doors.browsers import Browsers
from doors.caller import Caller
from doors.identity.refusal import NoKeyYet, NotSignedIn, Reason, no_key_yet, unauthorized
from doors.identity.sign_in import SignIn
from doors.problems import Problem, not_found, response
from doors.turnstile import Turnstile
from schemas.base import Tier

NOT_ALLOWED = Problem(
    HTTPStatus.FORBIDDEN,
    "not-allowed",
    "Your roles do not allow this at this door, whatever it is done to.",
    zh="您的角色在此无权进行这项操作",
)
"""Said by the table alone, before anything is looked up: it tells something about the caller and nothing else."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Which door it is, and how callers are told apart; without `sign_in` everybody may do everything, on loopback.

    Without a turnstile everybody may ask as much as they like.
    """

    service: str
    tier: Tier
    sign_in: SignIn | None = None
    turnstile: Turnstile | None = None
    browsers: Browsers | None = None


Still = Callable[[], Awaitable[Reason | None]]
"""Why who asked is not let in any more with what they brought; None while they are."""


@dataclass(slots=True)
class Asking:
    """A request of somebody who is known."""

    caller: Caller
    tier: Tier
    action: str
    again: Callable[[], Awaitable[Caller]]
    """Tells once more who asks."""
    bounded: bool = False
    """Whether somebody has asked how far the caller may see."""


_ASKING: ContextVar[Asking | None] = ContextVar("asking", default=None)


def within(action: str | None = None) -> str | None:
    """The area in which everything must lie that this request sees or touches; None where nobody signs in.

    An address that does several things names the action it was asked for. Raises `Problem` 403 where the caller may
    not do it to anything.
    """
    asking = _ASKING.get()
    if asking is None:
        return None
    if not permissions.may(asking.caller, action or asking.action, asking.tier):
        raise NOT_ALLOWED
    asking.bounded = True
    return asking.caller.area


def guarded(app: FastAPI, guard: Guard) -> FastAPI:
    """The same door, with somebody at it."""
    app.state.guard = guard
    return app


def yours(area: str) -> bool:
    """Whether what belongs to an area is the caller's; everything is where nobody signs in."""
    asking = _ASKING.get()
    return asking is None or permissions.reaches(asking.caller, area)


def may(action: str) -> bool:
    """Whether the caller may do something here to anything at all; everything where nobody signs in."""
    asking = _ASKING.get()
    return asking is None or permissions.may(asking.caller, action, asking.tier)


def still() -> Still:
    """For an answer that lasts longer than what its caller brought may be good for: asks whether it still is."""
    asking = _ASKING.get()

    async def asked() -> Reason | None:
        if asking is None:
            return None
        try:
            return None if await asking.again() == asking.caller else "changed"
        except NotSignedIn as no:
            return no.reason
        except NoKeyYet:  # nobody has said otherwise
            return None

    return asked


class Gate:
    """ASGI middleware before all that reads a body."""

    def __init__(self, app: ASGIApp, router: Router) -> None:
        self._app = app
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on in the name of its caller, or answers it."""
        guard: Guard | None = getattr(scope["app"].state, "guard", None) if "app" in scope else None
        if guard is None or guard.sign_in is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = _route(self._router.routes, scope)
        if route is not None and getattr(route, "path", None) in permissions.OPEN:
            await self._app(scope, receive, send)
            return
        try:
            caller = await guard.sign_in.caller(scope["headers"])
        except NotSignedIn as no:
            problem, headers = unauthorized(no.reason)
            await response(problem, headers)(scope, receive, send)
        except NoKeyYet:
            await response(no_key_yet())(scope, receive, send)
        else:
            asking = Asking(caller, guard.tier, "", partial(guard.sign_in.caller, scope["headers"]))
            await self._known(asking, guard, route, (scope, receive, send))

    async def _known(
        self, asking: Asking, guard: Guard, route: BaseRoute | None, given: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = given
        if route is None:  # no address of ours, or not in this way: the framework says so
            await self._app(scope, receive, send)
            return
        action = permissions.ROUTES.get((guard.service, scope["method"], getattr(route, "path", "")))
        if action is None:
            await response(not_found())(scope, receive, send)
            return
        if not permissions.may_any(asking.caller, action, guard.tier):
            await response(NOT_ALLOWED)(scope, receive, send)
            return
        grant = permissions.TABLE.get(action)
        asking.action, asking.bounded = action, grant is not None and grant.anywhere
        given_by, given_as = who.enter(asking.caller), _ASKING.set(asking)
        try:
            await self._app(scope, receive, _bounded(asking, send))
        finally:
            _ASKING.reset(given_as)
            who.leave(given_by)


def _route(routes: Sequence[BaseRoute], scope: Scope) -> BaseRoute | None:
    """The route that will take a request, by the framework's own rule: the first that fits as a whole."""
    return next((one for one in routes if one.matches(scope)[0] is Match.FULL), None)


def _bounded(asking: Asking, send: Send) -> Send:
    """Sends no answer of a route that forgot to ask how far its caller may see: a bug, and no leak."""

    async def checked(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < HTTPStatus.BAD_REQUEST:
            assert_bounded(asking)
        await send(message)

    return checked


def assert_bounded(asking: Asking) -> None:
    """Raises `RuntimeError` where nobody has asked."""
    if not asking.bounded:
        raise RuntimeError(f"{asking.action} was answered without asking how far the caller may see")
