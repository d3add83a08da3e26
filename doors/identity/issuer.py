"""The issuer's keys, kept as its document says: looked at again in time, and when a token names one nobody knows."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Any

import httpx

from doors.identity.jwks import KeySet, PublicKey, read
from doors.identity.refusal import NoKeyYet

log = logging.getLogger(__name__)

Fetch = Callable[[], Coroutine[Any, Any, bytes]]
Tell = Callable[[str | None], None]
REFRESH_S = 300.0
"""So long a key that the issuer has taken out of its document may still be believed."""
AGAIN_S = 10.0
"""When the issuer is asked again while it does not answer."""
FLOOR_S = 2.0
"""The issuer is asked no more often, however many tokens name keys that do not exist."""
ANSWER_S = 5.0
MOST_BYTES = 262_144
MOST_WAITING = 256
"""Requests that wait at a time for the issuer to be asked; who comes beyond that is told that there is no such key."""


class Keys:
    """The keys of an issuer. What was known stays while it does not answer; what it lists no more goes."""

    def __init__(
        self, fetch: Fetch, algorithms: Collection[str], tell: Tell = lambda _: None, floor_s: float = FLOOR_S
    ) -> None:
        self._fetch = fetch
        self._algorithms = frozenset(algorithms)
        self._tell = tell
        self._floor_s = floor_s
        self._known: KeySet | None = None
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None
        self._coming: asyncio.Task[None] | None = None
        """A look that has not begun: what is published by now it will see."""
        self._waiting = 0

    @property
    def known(self) -> KeySet | None:
        """What the document said when it was last read: another object each time."""
        return self._known

    async def run(self, stop: asyncio.Event) -> None:
        """Looks from time to time until we stop."""
        while not stop.is_set():
            async with self._asking:
                answered = await self._ask()
            try:
                async with asyncio.timeout(REFRESH_S if answered else AGAIN_S):
                    await stop.wait()
            except TimeoutError:
                continue

    async def key(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key of a token, None where the issuer has none. Raises `NoKeyYet` where it never answered."""
        found = self._found(kid, algorithm)
        if found is not None or self._waiting >= MOST_WAITING:
            return found
        if self._known is not None or not self._just_asked():
            self._waiting += 1
            try:
                await asyncio.shield(self._next_look())
            finally:
                self._waiting -= 1
        if self._known is None:
            raise NoKeyYet
        return self._found(kid, algorithm)

    def _found(self, kid: str | None, algorithm: str) -> PublicKey | None:
        return None if self._known is None else self._known.find(kid, algorithm)

    def _next_look(self) -> "asyncio.Task[None]":
        """One for all who wait: it begins after this, so that a key published before is seen."""
        if self._coming is None:
            self._coming = asyncio.create_task(self._look_in_time())
        return self._coming

    async def _look_in_time(self) -> None:
        async with self._asking:
            await asyncio.sleep(self._until_allowed())
            self._coming = None
            await self._ask()

    def _until_allowed(self) -> float:
        now = asyncio.get_running_loop().time()
        return 0.0 if self._asked_at is None else max(0.0, self._asked_at + self._floor_s - now)

    def _just_asked(self) -> bool:
        return self._asked_at is not None and self._until_allowed() > 0

    async def _ask(self) -> bool:
        """Asks the issuer once; returns whether it answered. One at a time."""
        self._asked_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(2 * ANSWER_S):
                known = read(await self._fetch(), self._algorithms)
        except (OSError, httpx.HTTPError, ValueError, TimeoutError) as error:
            why = f"the issuer's keys cannot be read: {type(error).__name__}"
            log.warning("%s; %s", why, "none is known" if self._known is None else "the known ones stay")
            self._tell(why)
            return False
        if not known.keys:
            log.warning("the issuer lists no key that could sign by %s", ", ".join(self._algorithms))
        self._known = known
        self._tell(None)
        return True


def from_file(path: Path) -> Fetch:
    """Reads the document from a file, whole each time."""

    async def fetch() -> bytes:
        return await asyncio.to_thread(path.read_bytes)

    return fetch


def from_url(url: str, ca: Path | None = None) -> Fetch:
    """Asks for the document over HTTP; no redirect is followed, no proxy of the environment is used."""

    async def fetch() -> bytes:
        context: SSLContext = await asyncio.to_thread(create_default_context, cafile=ca)
        async with (
            httpx.AsyncClient(verify=context, timeout=ANSWER_S, trust_env=False) as client,
            client.stream(
                "GET", url, headers={"accept": "application/jwk-set+json, application/json"}
            ) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"answered {answer.status_code}")
            document = bytearray()
            async for piece in answer.aiter_bytes():
                document += piece
                if len(document) > MOST_BYTES:
                    raise ValueError("is too long")
            return bytes(document)

    return fetch
