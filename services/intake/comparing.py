"""Compares new reports with those of late: one statement for any number of them, and none where none can be alike."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record
from cryptography.exceptions import InvalidTag

from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.pace import pause
from policy.duplicates import Likeness
from policy.model import Policy
from schemas.codes import bare
from schemas.duplicates import Candidate, DuplicateProposed
from schemas.intake import IncidentReported
from services.intake import nearby
from services.intake.duplicates import Compared, candidates, compared, proposed, takes_part
from services.intake.envelope import NONCE_BYTES, DataKey, KeyMissing, Wrapped
from services.intake.likeness import Sketch, packed, sketch, unpacked
from services.intake.nearby import Around, Sealed
from services.intake.vault import Vault

log = logging.getLogger(__name__)

LOOKED_AT, IN_ALL, AT_LEAST = 50, 5000, 5
"""Earlier reports looked at for one; in a large batch fewer, so that what it costs stays bounded."""
HOUR_S, AT_ONCE = 3600.0, 5000
FIELD = "likeness"
"""A sketch, as a field under its incident's data key."""
Keys = Mapping[str, DataKey]
"""Data keys by incident."""
NO_KEYS: Keys = {}
Group = tuple[str, str]
"""Place and category: reports are compared within one."""


class Comparer:
    """Binds the policy's rules to the vault's key and the table of reports of late."""

    def __init__(self, policy: Policy, vault: Vault) -> None:
        self._rules = policy.duplicates
        self._named = f"{policy.version} duplicates"
        self._vault = vault

    def sketch(self, text: str | None) -> Sketch | None:
        """What is kept of a text, made while it is in memory to be encrypted."""
        return None if text is None or not self._rules.propose else sketch(text, self._vault.likeness_key)

    async def propose(
        self,
        tx: Connection,
        reports: Iterable[tuple[IncidentReported, Sketch | None]],
        now: datetime,
        keys: Keys = NO_KEYS,
    ) -> list[DuplicateProposed]:
        """Notes reports in the transaction that accepts them; says which of them may be known already.

        A sketch is kept under the data key of its incident, so that it is gone with it.
        """
        new = {
            one.incident_id: (one, report)
            for report, made in reports
            if not report.backfill and self._takes_part(one := compared(report, made))
        }
        if not new:
            return []
        every = [one for one, _ in new.values()]
        around = self._around(every)
        limit = max(AT_LEAST, min(LOOKED_AT, IN_ALL // len(every)))
        rows = await nearby.note(tx, [(one, _sealed(one, keys)) for one in every], around, limit, now)
        return [
            proposed(new[incident_id][1], found, self._named)
            for incident_id, found in self._found(every, map(self._known, rows), limit)
        ]

    def _takes_part(self, one: Compared) -> bool:
        return takes_part(one, self._for(one))

    def _for(self, one: Compared) -> Likeness:
        return self._rules.rules(bare(one.category))

    def _around(self, new: Sequence[Compared]) -> list[Around]:
        """Where and when to look, once for each place and category."""
        groups: dict[Group, list[Compared]] = defaultdict(list)
        for one in new:
            groups[one.place, one.category].append(one)
        return [
            Around(
                place,
                category,
                min(one.reported_at for one in group) - self._for(group[0]).window,
                max(one.reported_at for one in group) + self._for(group[0]).window,
                any(one.sketch is not None for one in group),
            )
            for (place, category), group in groups.items()
        ]

    def _found(
        self, new: Sequence[Compared], earlier: Iterable[Compared], limit: int
    ) -> Iterator[tuple[str, tuple[Candidate, ...]]]:
        """Candidates for each new report, also among those before it in the same batch."""
        pools: dict[Group, deque[Compared]] = defaultdict(lambda: deque(maxlen=limit))
        for one in reversed(list(earlier)):  # they come newest first; the oldest makes room
            pools[one.place, one.category].append(one)
        for one in new:
            pool = pools[one.place, one.category]
            if found := candidates(one, pool, self._for(one), self._rules.candidates):
                yield one.incident_id, found
            pool.append(one)

    def _known(self, row: Record) -> Compared:
        return Compared(
            row["incident_id"],
            row["area"],
            row["category"],
            row["channel"],
            row["reported_at"],
            self._opened(row),
        )

    def _opened(self, row: Record) -> Sketch | None:
        """A sketch under a key that is not at hand says nothing."""
        if row["sketch"] is None:
            return None
        about, nonce, sealed = row["incident_id"], row["nonce"], row["sketch"]
        try:
            if row["wrapped"] is not None:
                key = self._vault.ring.unwrap(about, Wrapped(row["kek_id"], row["wrapped"]))
                return unpacked(key.open(FIELD, nonce + sealed))
        except (InvalidTag, KeyMissing):
            pass
        try:  # as older programs wrote it: directly under a key of the ring, also when its row got a data key since
            return unpacked(self._vault.decrypt(f"{about} likeness", nonce, sealed))
        except InvalidTag:
            return None


def _sealed(one: Compared, keys: Keys) -> Sealed:
    if one.sketch is None or (key := keys.get(one.incident_id)) is None:
        return None
    sealed = key.seal(FIELD, packed(one.sketch))
    return sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Deletes what nobody compares with any more, hourly: sketches are kept no longer than they are of use."""

    database: Database
    policy: Policy

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until stopped."""
        while not await pause(HOUR_S, stop):
            try:
                await self.once()
            except Unavailable as error:
                log.warning("old sketches wait to be deleted: %s", error)

    async def once(self) -> int:
        """Deletes all that are too old; returns how many. Raises `Unavailable`."""
        rules = self.policy.duplicates
        longest = max(one.window for one in (rules, *rules.by_category.values()))
        deleted = 0
        while True:
            async with self.database.transaction() as tx:
                some = await nearby.forget(tx, 2 * longest, AT_ONCE)
            deleted += some
            if some < AT_ONCE:
                return deleted
