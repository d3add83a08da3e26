"""Listeners on one live stream, and reports for them to see: `python -m bench.listeners ORDER`, a process of its own.

Plain sockets, because a thousand of anything else would need the cores that are measured. Says on standard output, as
lines of JSON, when all are connected, when the measured window begins and ends, and what they saw.
"""

import asyncio
import json
import resource
import select
import socket
import sys
import time
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

import uvloop
from aiokafka import AIOKafkaProducer

from bench import partner
from bench.views import Delays, Told, View
from bench.waves import tell
from policy.load import areas

PATHS = {
    "everything": "/v1/metrics/stream",
    "today": "/v1/metrics/stream?period=today&measure=received&metric=received&metric=open&metric=closure_rate",
}
"""What is listened to: all totals there are; or figures of today, with what was received in each village."""
TOGETHER = 100
"""Who connect at the same moment; a thousand at once would wait for the accept queue, which is not what is measured."""
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: where, how many, how much, how long."""

    kafka: str
    port: int
    registry: str
    seed: int
    listeners: dict[str, int]
    """How many read each of `PATHS`."""
    stalled: int
    rate: float
    warm: float
    seconds: float


class Group:
    """Those who listen to the same."""

    def __init__(self, path: str, told: Told) -> None:
        self.path = path
        self.nothing = View(told, {})
        self.delays = Delays()
        self.begun = float("inf")
        self.bytes = 0
        self.lost = 0

    def seen(self, now: float, fresh: list[float], size: int) -> None:
        """One of them saw a frame, and in it some reports for the first time."""
        self.bytes += size
        if fresh:
            self.delays.note(now, [one for one in fresh if one >= self.begun])

    def found(self) -> dict[str, float]:
        """How long they waited."""
        shares = {f"p{100 * share:g}": self.delays.percentile(share) for share in (0.5, 0.99, 0.999)}
        return shares | {"most": self.delays.most}


class Listener(asyncio.Protocol):
    """Reads the stream as fast as it comes."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._head = False
        self._raw = bytearray()
        self._text = bytearray()
        self.view = group.nothing
        self.events = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the stream."""
        cast("asyncio.WriteTransport", transport).write(_request(self._group.path))

    def data_received(self, data: bytes) -> None:
        """Takes the chunks apart, and out of them the events."""
        self._raw += data
        if not self._head:
            end = self._raw.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._raw.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"the stream was answered {bytes(self._raw[:60])!r}")
            self._head = True
            del self._raw[: end + 4]
        self._unpack()

    def _unpack(self) -> None:
        now = time.monotonic()
        while (end := self._raw.find(b"\r\n")) > 0:
            size = int(self._raw[:end], 16)
            if len(self._raw) < end + size + 4:
                return
            self._text += self._raw[end + 2 : end + 2 + size]
            del self._raw[: end + size + 4]
            if self._text.endswith(b"\n\n"):
                self.events += 1
                self.view, fresh = self.view.then(bytes(self._text))
                self._group.seen(now, fresh, len(self._text))
                self._text.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        """None of those who read is ever cut off."""
        del exc
        self._group.lost += 1


class Audience:
    """Everybody who listens, and the reports they are to see."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.told = Told()
        self.groups = {name: Group(path, self.told) for name, path in PATHS.items()}
        self.cut_off = 0
        self._listeners: list[Listener] = []
        self._stalled: list[socket.socket] = []
        villages = list(areas(Path(order.registry)).values())
        self._fresh = partner.subjects(villages, order.seed)
        self._producer = AIOKafkaProducer(bootstrap_servers=order.kafka, acks="all", enable_idempotence=True)

    async def run(self) -> None:
        """Connects all, reports for a while, waits until everybody has seen everything."""
        await self._producer.start()
        began = time.monotonic()
        await self._connect()
        tell(mark="connected", seconds=time.monotonic() - began)
        watching = asyncio.create_task(self._watch())
        await self._report(self._order.warm)
        began, events, spent = self._begin(), self._events(), time.process_time()
        tell(mark="begin")
        await self._report(self._order.seconds)
        tell(mark="end")
        took, events = time.monotonic() - began, self._events() - events
        size, spent = sum(one.bytes for one in self.groups.values()), time.process_time() - spent
        await self._all_seen()
        watching.cancel()
        tell(mark="seen", **self._found(), frames=events / took, bytes=size / took, cores=spent / took)
        await self._producer.stop()

    def _begin(self) -> float:
        """From now on it is measured."""
        now = time.monotonic()
        for one in self.groups.values():
            one.begun, one.bytes = now, 0
        return now

    async def _connect(self) -> None:
        loop, port = asyncio.get_running_loop(), self._order.port
        self._stalled = [_stalled(port) for _ in range(self._order.stalled)]
        coming = [self.groups[name] for name, number in self._order.listeners.items() for _ in range(number)]
        for at in range(0, len(coming), TOGETHER):
            made = (
                loop.create_connection(partial(Listener, group), "127.0.0.1", port)
                for group in coming[at : at + TOGETHER]
            )
            self._listeners += [protocol for _, protocol in await asyncio.gather(*made)]
        async with asyncio.timeout(PATIENCE_S):
            while not all(one.events for one in self._listeners):  # noqa: ASYNC110 - they come by themselves
                await asyncio.sleep(0.05)

    async def _report(self, seconds: float) -> None:
        """Reports at the rate whatever comes of them."""
        began, rate = time.monotonic(), self._order.rate
        for number, one in enumerate(islice(self._fresh, int(seconds * rate))):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            (record,) = partner.reports([one])
            self.told.note(one.area, time.monotonic())
            await self._producer.send(
                "village.inbound",
                record.value,
                key=record.key,
                partition=record.partition,
                headers=record.headers,
            )

    async def _watch(self) -> None:
        """Whoever takes nothing for long is cut off, and comes again, as a browser would."""
        while True:
            await asyncio.sleep(1)
            for at, one in enumerate(self._stalled):
                poll = select.poll()
                poll.register(one, 0)
                if poll.poll(0):
                    one.close()
                    self.cut_off += 1
                    self._stalled[at] = _stalled(self._order.port)

    async def _all_seen(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self._unseen():  # noqa: ASYNC110 - what they are sent wakes nobody here
                await asyncio.sleep(0.1)

    def _unseen(self) -> int:
        return sum(self.told.count - one.view.total for one in self._listeners)

    def _events(self) -> int:
        return sum(one.events for one in self._listeners)

    def _found(self) -> dict[str, Any]:
        lost = sum(one.lost for one in self.groups.values())
        waited = {name: one.found() for name, one in self.groups.items()}
        return {"waited": waited, "lost": lost, "cut_off": self.cut_off, "reports": self.told.count}


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode()


def _stalled(port: int) -> socket.socket:
    """Asks for the stream, and never reads: the smallest window there is, so that it is full at once."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", port))
    one.sendall(_request(PATHS["everything"]))
    return one


def _many_files() -> None:
    """A socket is a file, and 1024 of them are too few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def main() -> None:
    await Audience(Order(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    _many_files()
    uvloop.run(main())
