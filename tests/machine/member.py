"""One service of one tier, with its real inbox, desk and database, and what it is known to have stored."""

from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from messaging.database import Database
from messaging.errors import Unavailable
from messaging.inbox import Inbox, Reading
from policy.model import Policy
from schemas.base import Tier
from schemas.topics import topics_read_by
from services.followup import app as followup
from services.followup.desk import Desk as FollowupDesk
from services.routing import app as routing
from services.routing.centre import Centre
from services.routing.desk import Desk as RoutingDesk
from tests.machine import clock
from tests.machine.shelf import Shelf, look

SERVICES = ("routing", "followup")


class Mortal(Database):
    """A database whose next transaction may be lost before its commit, or its answer after it.

    One connection serves all: nothing of one member is concurrent, and a pool would ask the server twice as often.
    """

    doom = None
    at = told = None
    """What time it is, and what time the session believes it is."""
    _only = None

    @asynccontextmanager
    async def _acquired(self):
        if self._only is None:
            self._lent = super()._acquired()
            self._only = await self._lent.__aenter__()
            await self._only.execute("set plan_cache_mode = force_generic_plan")
        if self.told != self.at:
            self.told = self.at
            await clock.put(self._only, self.at)
        yield self._only

    async def close(self):
        if self._only is not None:
            await self._lent.__aexit__(None, None, None)
        await super().close()

    @asynccontextmanager
    async def transaction(self):
        doom, self.doom = self.doom, None
        async with super().transaction() as tx:
            yield tx
            if doom == "before":
                raise Unavailable("killed before the commit")
        if doom == "after":
            raise Unavailable("killed after the commit")


@dataclass
class Member:
    """What is played with: `shelf` is what it has stored, as of its last transaction."""

    tier: Tier
    service: str
    database: Mortal
    shelf: Shelf = field(default_factory=Shelf)
    unsent: int = 0
    read: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    """Offsets by topic and incident, as they would be committed to the broker: a partition to each incident."""
    used: bool = True

    def start(self, policies: dict[str, Policy]) -> None:
        """A process begins, knowing nothing but what is in its database."""
        if self.service == "routing":
            listens, self.desk = routing.LISTENS_TO, RoutingDesk(Centre(self.tier, policies))
        else:
            listens, self.desk = followup.LISTENS_TO, FollowupDesk(self.tier, policies)
        self.policies = policies
        topics = topics_read_by(self.service, self.tier)
        self.topics = {one.name for one in topics}
        reading = Reading(topics, listens, self.desk.handle)
        self.inbox = Inbox(self.database, reading, lambda: None)

    async def begin(self, policies: dict[str, Policy], at: datetime) -> None:
        """Its database is empty, and its clock stands at the beginning."""
        self.start(policies)
        self.read.clear()
        self.database.at, self.database.doom, self.unsent = at, None, 0
        async with self.database.connection() as connection:
            if self.used:
                await connection.execute("select machine.empty()")
        self.shelf, self.used = Shelf(last=self.shelf.last), False

    async def look(self) -> Shelf:
        """What stands there after a transaction; returns what stood there before."""
        before = self.shelf
        async with self.database.connection() as connection:
            self.shelf = await look(connection, self.service, self.tier, before)
        self.unsent += len(self.shelf.news)
        self.used = True
        return before

    def is_due(self) -> bool:
        """Whether its clock has something to fire."""
        return any(at <= self.database.at for dates in self.shelf.due.values() for at in dates)
