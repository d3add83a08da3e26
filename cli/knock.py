"""Knocking at an HTTP door until it answers: the same request with the same name, so that once is enough."""

import asyncio
import hashlib
import json
from typing import Any

import httpx

from cli.door import signed
from cli.tally import Tally

AGAIN = frozenset({429, 500, 502, 503, 504})
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 2.0
AT_ONCE = 32
"""Requests under way at the same time; others wait their turn."""


class Knocker:
    """An HTTP client that survives restarts of the services it talks to. Close it with `aclose`."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        # A frozen service must not be waited for longer than one that is down.
        patience = httpx.Timeout(10.0, pool=None)
        self._client = httpx.AsyncClient(timeout=patience, limits=limits, headers=signed())

    async def aclose(self) -> None:
        """Lets go of all connections."""
        await self._client.aclose()

    async def post(self, url: str, body: dict[str, Any], name: str) -> httpx.Response:
        """The answer to a request called `name`, asked as often as it takes; 4xx is an answer, but for 429."""
        headers = {"Idempotency-Key": name}
        return await self._until_answered("POST", url, json=body, headers=headers)

    async def put(self, url: str, file: bytes, name: str) -> httpx.Response:
        """The answer to a CSV file called `name`, sent as often as it takes."""
        headers = {"Idempotency-Key": name, "Content-Type": "text/csv"}
        return await self._until_answered("PUT", url, content=file, headers=headers)

    async def get(self, url: str, **params: str | int) -> httpx.Response:
        """What the door shows, asked as often as it takes."""
        return await self._until_answered("GET", url, params=params)

    async def pages(self, url: str, field: str, **params: str | int) -> list[dict[str, Any]]:
        """Every entry of a list, page by page."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            more = {} if after is None else {"after": after}
            page = (await self.get(url, limit=200, **params, **more)).raise_for_status().json()
            found += page[field]
            after = page["next"]
            if after is None:
                return found

    async def _until_answered(self, method: str, url: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        wait = FIRST_WAIT_S
        while True:
            try:
                answer = await self._client.request(method, url, **request)
                if answer.status_code not in AGAIN:
                    return answer
            except httpx.TransportError:
                pass
            self._tally.again += 1
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_S)


def name_for(what: str, body: dict[str, Any]) -> str:
    """An Idempotency-Key that another run of the simulator, about to do the same, would choose as well."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"{what}-{digest[:16]}"
