"""A way to a door on which every answer must stand in the door's document, and say what is wrong in both languages."""

import re

import httpx
from starlette.routing import Match

from doors.chinese import PLAIN

_KNOWN = {}
"""What documents say, by title and routes."""


class Documented(httpx.ASGITransport):
    """Asks in memory; an answer whose status the document does not have is an error of the test."""

    async def handle_async_request(self, request):
        """The answer, looked at."""
        answer = await super().handle_async_request(request)
        await answer.aread()
        known = documented(self.app, request)
        assert known is None or str(answer.status_code) in known, f"not in the document: {answer.status_code}"
        if answer.headers.get("content-type") == "application/problem+json":
            in_both_languages(answer.json())
        return answer


def documented(app, request):
    """The statuses the document gives for a request; None for what stands in no document."""
    scope = {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "root_path": "",
        "headers": [],
    }
    for route in app.router.routes:
        if route.matches(scope)[0] is Match.FULL and getattr(route, "include_in_schema", False):
            return _statuses(app)[route.path, request.method.lower()]
    return None


def _statuses(app):
    """Those of every operation. The same routes have the same document, which takes a tenth of a second to make."""
    routes = tuple(
        (
            one.path,
            frozenset(one.methods),
            getattr(one.endpoint, "__code__", one.endpoint),
            tuple(one.responses),
        )
        for one in app.router.routes
        if getattr(one, "include_in_schema", False)
    )
    key = (app.title, routes)
    if key not in _KNOWN:
        _KNOWN[key] = {
            (path, method): one["responses"].keys() - {"default"}
            for path, operations in app.openapi()["paths"].items()
            for method, one in operations.items()
        }
    return _KNOWN[key]


def in_both_languages(problem):
    """Nothing of a problem is said in English alone."""
    assert re.search("[一-鿿]", problem["detail_zh"]), problem
    for one in problem.get("errors", ()):
        assert "expected" in one or one["problem_zh"] != PLAIN, one
