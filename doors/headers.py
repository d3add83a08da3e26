"""What a browser is told with every answer, so that it is careful with us: what may run, frame, keep or send on."""

import base64
import hashlib
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOUNDS = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
DATA = f"default-src 'none'; style-src 'self'; {BOUNDS}"
"""Of answers, also where one is opened in a window of its own: an incident on paper has a style sheet and no script."""
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    f"{BOUNDS}; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Of the board: its own files, and no text ever becomes a script or a piece of the page."""
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
FILES = ("/board", "/paper", "/docs", "/openapi.json")
"""The same for everybody; anything else is what a caller asked, and stands in nobody's memory."""
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def viewer(page: str) -> str:
    """The policy of a page that starts itself by scripts within it: these by their digests, and no other."""
    digests = (hashlib.sha256(one.encode()).digest() for one in _INLINE.findall(page))
    allowed = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    scripts = f"script-src 'self' {allowed}"
    return (
        f"default-src 'none'; {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; {BOUNDS}"
    )


class SafeHeaders:
    """ASGI middleware that adds them to every HTTP response; what a route says itself stands."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds them."""
        added = [(name.encode(), value.encode()) for name, value in _told(scope.get("path", "")).items()]

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                said = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(one for one in added if one[0] not in said)]
            await send(message)

        await self._app(scope, receive, safe)


def _told(path: str) -> dict[str, str]:
    page = path == "/" or path.startswith("/board")
    kept = page or path.startswith(FILES)
    return ALWAYS | {
        "content-security-policy": PAGE if page else DATA,
        "cache-control": "no-cache" if kept else "no-store",
    }
