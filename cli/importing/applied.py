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

TIMEOUT_S = 10.0
"""A busy machine answers late; that is no trouble."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The services at one moment: how many records wait, and who does not work or did not say."""

    waiting: int
    troubled: tuple[str, ...]

    @property
    def quiet(self) -> bool:
        """Whether nothing waits as far as all services can see."""
        return self.waiting == 0 and not self.troubled


def chain_of(answers: Mapping[str, object]) -> Chain:
    """Reads `/ready` bodies, by service; a number nobody knows, or any condition that does not hold, is trouble."""
    waiting, troubled = 0, []
    for name, body in sorted(answers.items()):
        told = _told(body)
        if told is None or any(one is None for one in told):
            troubled.append(name)
        waiting += sum(one or 0 for one in told or ())
    return Chain(waiting, tuple(troubled))


def _told(body: object) -> list[int | None] | None:
    """Every lag and queue a service tells; None when it is not well."""
    if not isinstance(body, dict) or any(
        said != "ok" for said in body.get("conditions", {"": None}).values()
    ):
        return None
    return [number for name, number in body.get("figures", {}).items() if name.startswith(TOLD)]


async def wait_applied(ports: Mapping[str, int], seen: Callable[[Chain], None]) -> None:
    """Returns when nothing has waited anywhere for a while; `seen` hears each look. Waits as long as it takes."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        since = None
        while True:
            names = list(ports)
            bodies = await asyncio.gather(*(_ask(client, ports[name]) for name in names))
            chain = chain_of(dict(zip(names, bodies, strict=True)))
            seen(chain)
            since = (since or time.monotonic()) if chain.quiet else None
            if since is not None and time.monotonic() - since > QUIET_S:
                return
            await asyncio.sleep(POLL_S)


async def _ask(client: httpx.AsyncClient, port: int) -> object:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/ready")).json()
    except (httpx.HTTPError, ValueError):
        return None
