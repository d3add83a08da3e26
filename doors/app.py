"""An HTTP application with the house rules: problems, limits, safe headers, its own OpenAPI document."""

from collections.abc import Mapping
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from doors import problems
from doors.browsers import Elsewhere
from doors.document import OTHERWISE, Door
from doors.gate import Gate
from doors.headers import SafeHeaders, viewer
from doors.last_resort import LastResort
from doors.limits import Allowance, Limits
from doors.measured import Measured
from doors.throttle import Throttle
from doors.traced import Traced

ASSETS = Path(fastapi_offline.__file__).parent / "static"
"""Swagger UI as files: this process serves them, no CDN does."""


def create(title: str, description: str, files: Mapping[str, Allowance] | None = None) -> FastAPI:
    """A FastAPI application; its document is at `/openapi.json`, readable at `/docs`, all from this process.

    An address with a slash more is another one: a redirect would name the host that the caller names.
    `files` are the paths that take something else than small JSON. Everybody is let in, unless it is `gate.guarded`.
    """
    app = Door(
        title=title, description=description, version="1.0.0", docs_url=None, redoc_url=None,
        responses=OTHERWISE, redirect_slashes=False,
    )  # fmt: skip
    problems.install(app)
    app.add_middleware(Limits, router=app.router, files=files)
    app.add_middleware(Throttle)
    app.add_middleware(Gate, router=app.router)
    app.add_middleware(LastResort)
    app.add_middleware(Elsewhere)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Measured)
    app.add_middleware(Traced)
    app.mount("/docs/assets", StaticFiles(directory=ASSETS), name="docs-assets")

    _readable(app, title)
    return app


def _readable(app: FastAPI, title: str) -> None:
    """Adds the page on which the document is read."""
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=title,
        swagger_js_url="docs/assets/swagger-ui-bundle.js",
        swagger_css_url="docs/assets/swagger-ui.css",
        swagger_favicon_url="docs/assets/favicon.png",
    )
    page.headers["content-security-policy"] = viewer(bytes(page.body).decode())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return page
