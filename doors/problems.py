"""RFC 9457 problem details: what is wrong, in which field, and never the value that was sent."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from doors.chinese import chinese
from doors.document import MEDIA_TYPE
from doors.methods import FILES, methods_of
from doors.wording import wording
from messaging.errors import Unavailable
from schemas.codes import UnknownCodes
from schemas.opaque import NUMBER

RETRY_AFTER_S = 2
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
"""No field of ours is called so, and people are."""
OF_THE_FRAMEWORK = {
    HTTPStatus.NOT_FOUND: ("There is nothing at this address.", "没有这个地址"),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "This address is not asked in this way; the header Allow says how.",
        "此地址不支持该方法，可用的方法见 Allow 头",
    ),
}
"""What is said where no endpoint of ours was asked."""


class Problem(Exception):
    """An answer that is not a success. `kind` is a stable word; `fields` name what to change."""

    def __init__(
        self, status: int, kind: str, detail: str, *, zh: str = "", fields: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.zh = zh
        self.fields = tuple(fields)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The fields, as the body has them."""
        return [{"field": name, "problem": what, "problem_zh": chinese(what)} for name, what in self.fields]


class FileProblem(Problem):
    """A file that cannot be used: 422, with every error at its line and field."""

    def __init__(self, detail: str, *, zh: str, places: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(422, "file", detail, zh=zh)
        self.places = tuple(places)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """All of them: whoever mends a file wants to send it once more, and once only."""
        return [
            {"line": line, "field": name, "problem": what, "problem_zh": chinese(what)}
            for line, name, what in self.places
        ]


class Unusable(Problem):
    """A request whose parts do not fit: 422, each with what is wrong in English and Chinese."""

    def __init__(self, kind: str, detail: str, *, zh: str, wrong: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(422, kind, detail, zh=zh, fields=[(name, en) for name, en, _ in wrong])
        self._wrong = wrong

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The fields, as the body has them."""
        return [{"field": name, "problem": en, "problem_zh": zh} for name, en, zh in self._wrong]


def body_of(problem: Problem) -> dict[str, Any]:
    """The problem as JSON says it, alone or as a part of an answer."""
    body: dict[str, Any] = {
        "type": f"urn:fengqiao:problem:{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.zh:
        body["detail_zh"] = problem.zh
    if errors := problem.errors:
        body["errors"] = errors
    return body


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as an HTTP response; every 503 says when to come again."""
    body = body_of(problem)
    given = {"Retry-After": str(RETRY_AFTER_S)} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    given.update(headers or {})
    return JSONResponse(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=given)


def unavailable() -> JSONResponse:
    """503: not accepted as far as anybody knows, come again; the answer to a commit may be what was lost."""
    problem = Problem(
        503, "unavailable",
        "The service cannot store anything now: do not take this as accepted. Try again; what is sent again with the "
        "same Idempotency-Key takes effect once.",
        zh="系统暂时无法保存，本次不得视为已受理。请稍后重试；以同一 Idempotency-Key 再次提交，只生效一次",
    )  # fmt: skip
    return response(problem)


def install(app: FastAPI) -> None:
    """Makes every error of an application a problem document."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> JSONResponse:
        return response(error)

    @app.exception_handler(Unavailable)
    async def _unavailable(_: Request, __: Unavailable) -> JSONResponse:
        return unavailable()

    @app.exception_handler(UnknownCodes)
    async def _codes(_: Request, error: UnknownCodes) -> JSONResponse:
        detail = "Some codes are not in the lists in force."
        return response(Problem(422, "unknown-code", detail, zh="存在未知代码", fields=error.fields))

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return response(invalid(error.errors()))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, (ValueError, RecursionError)):
            # the framework's own answer to bytes that are no text, and to what is too long or too deep to be read
            return response(_not_json())
        headers = error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # the framework names the methods of the first route only, and of a folder of files none
            methods = methods_of(app.router.routes, request.scope) or FILES
            headers = {"Allow": ", ".join(sorted(methods))}
        return response(_of_the_framework(error), headers)


def _of_the_framework(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    detail, zh = OF_THE_FRAMEWORK.get(status, (str(error.detail), "请求无法处理"))
    return Problem(status, status.phrase.lower().replace(" ", "-"), detail, zh=zh)


def not_found() -> Problem:
    """404, as for an address that does not exist."""
    return _of_the_framework(HTTPException(HTTPStatus.NOT_FOUND))


def invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem for a request whose parts do not fit; unknown fields and bad JSON have answers of their own."""
    kinds = {str(one["type"]) for one in errors}
    if "json_invalid" in kinds:
        return _not_json()
    wrong = [(_field(one["loc"]), *wording(one)) for one in errors[:20]]
    if kinds == {"extra_forbidden"}:
        return Unusable("unknown-field", "Some fields are not known here.", zh="存在未知字段", wrong=wrong)
    return Unusable(
        "invalid", "Some fields cannot be used as they are.", zh="部分字段不符合要求", wrong=wrong
    )


def _not_json() -> Problem:
    return Problem(400, "not-json", "The body is not JSON.", zh="请求体不是 JSON")


def _field(place: Sequence[int | str]) -> str:
    """The dotted path; a name we did not choose is cut and shows nobody's name or number: anything may stand in it."""
    steps = [_FOREIGN.sub("…", NUMBER.sub("…", str(one)))[:40] for one in place if one != "body"]
    return "".join(one if one.isprintable() else "\ufffd" for one in ".".join(steps)) or "body"
