"""Waiting until what was sent has taken effect: the services' own word, from their probe ports."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

POLL_S = 0.5
QUIET_S = 12.0
"""Services look at lag and queues every five seconds, so this covers two looks of each: nothing was between two."""
TOLD = ("lag ", "queue ")
"""How the numbers begin that say what waits: at a service's entrance, and to be sent by it."""
HEARD = "-board"
"""How the readers of other tiers' figures end: heartbeats come for ever, and often one has only just come."""
TIMEOUT_S = 10.0
"""A busy machine answers late; that is no trouble."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The services at one moment: how many records wait, and who does not work or did not say."""

    waiting: int
    troubled: tuple[str, ...]
    hearing: frozenset[str] = frozenset()
    """Readers of other tiers' figures for which something waits, if only a heartbeat."""
    heard: int = 0
    """How many of those waiting are theirs."""

    @property
    def quiet(self) -> bool:
        """Whether nothing waits as far as all services can see, but for what they hear of each other."""
        return self.waiting == self.heard and not self.troubled


class Quiet:
    """Whether nothing has waited for a while, and then each reader of other tiers' figures was once at its end."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._behind: frozenset[str] | None = None

    def reached(self, chain: Chain, now: float) -> bool:
        """What another look at the chain adds to that."""
        if not chain.quiet:
            self._since = self._behind = None
            return False
        self._since = now if self._since is None else self._since
        if now - self._since <= QUIET_S:
            return False
        self._behind = chain.hearing if self._behind is None else self._behind & chain.hearing
        return not self._behind


def chain_of(answers: Mapping[str, object]) -> Chain:
    """Reads `/ready` bodies, by service; a number nobody knows, or any condition that does not hold, is trouble."""
    troubled: list[str] = []
    waiting: dict[str, int] = {}
    for name, body in sorted(answers.items()):
        told = _told(body)
        if told is None or None in told.values():
            troubled.append(name)
        waiting |= {f"{name}: {what}": number or 0 for what, number in (told or {}).items()}
    heard = {what: number for what, number in waiting.items() if what.endswith(HEARD) and number}
    return Chain(sum(waiting.values()), tuple(troubled), frozenset(heard), sum(heard.values()))


def _told(body: object) -> dict[str, int | None] | None:
    """Every lag and queue a service tells; None when it is not well."""
    if not isinstance(body, dict) or any(
        said != "ok" for said in body.get("conditions", {"": None}).values()
    ):
        return None
    return {name: number for name, number in body.get("figures", {}).items() if name.startswith(TOLD)}


async def wait_applied(ports: Mapping[str, int], seen: Callable[[Chain], None]) -> None:
    """Returns when nothing has waited anywhere for a while; `seen` hears each look. Waits as long as it takes."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        quiet = Quiet()
        while True:
            names = list(ports)
            bodies = await asyncio.gather(*(_ask(client, ports[name]) for name in names))
            chain = chain_of(dict(zip(names, bodies, strict=True)))
            seen(chain)
            if quiet.reached(chain, time.monotonic()):
                return
            await asyncio.sleep(POLL_S)


async def _ask(client: httpx.AsyncClient, port: int) -> object:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/ready")).json()
    except (httpx.HTTPError, ValueError):
        return None
