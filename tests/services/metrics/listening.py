"""Who listens to the live stream in a test, and what they are told of."""

import asyncio
import json

from services.metrics import cells
from services.metrics.counting import Cell
from services.metrics.feeds import Asked

AREA = "620522101203"
RECEIVED = ("village", AREA, "received")


def a_cell(measure="received", area=AREA):
    return Cell(measure, area, "2026-09-14", "category/1:land", "channel/1:patrol")


async def add(database, hub, cell, by=1):
    await add_elsewhere(database, cell, by)
    hub.pulse.beat()


async def add_elsewhere(database, cell, by=1):
    """Counts as another replica does, of which this one's hub is told nothing."""
    async with database.transaction() as tx:
        await cells.add(tx, "village", {cell: by})


class Client:
    """One listener, reading one event at a time."""

    def __init__(self, hub, last_id=None, area=""):
        self._events = hub.listen(last_id, Asked(area))
        self.id = None

    async def next(self, *, ticks=False):
        """(name, totals) of the next event; ticks are passed over."""
        while True:
            async with asyncio.timeout(15):
                text = (await anext(self._events)).decode()
            lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
            self.id = lines["id"]
            body = json.loads(lines["data"])
            if ticks or lines["event"] != "tick":
                return lines["event"], {tuple(one[:3]): one[3] for one in body.get("totals", [])}

    async def until(self, key, value):
        """The names of the events until a total has a value."""
        names = []
        while True:
            name, totals = await self.next()
            names.append(name)
            if totals.get(key) == value:
                return names

    async def together(self, count):
        """The names of so many events, and the totals they bring together."""
        names, whole = [], {}
        for _ in range(count):
            name, totals = await self.next()
            names.append(name)
            whole |= totals
        return names, whole

    async def leave(self):
        await self._events.aclose()
