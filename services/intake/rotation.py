"""Rotation: everything under an older key of the ring comes under the current one while people work."""

import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from asyncpg import Record
from cryptography.exceptions import InvalidTag

from messaging.burial import exhumed, identity
from messaging.database import Connection, Database
from messaging.envelope import Letter, Stream
from messaging.errors import Rejected
from messaging.guard import text_of
from services.intake import digests_store, keys_store, letters_store
from services.intake.envelope import DataKey, Wrapped
from services.intake.keys_store import Sealed
from services.intake.known import under
from services.intake.letters import SealedLetters
from services.intake.repeated import opened
from services.intake.unlocking import about_house
from services.intake.vault import Vault

AT_ONCE = 500
"""Rows in a transaction: a lock is held for some ten milliseconds."""
Step = Callable[[Connection], Awaitable[bool]]
LETTERS_AT_ONCE = 20
"""A dead letter has up to 4 MiB."""


@dataclass(slots=True)
class Done:
    """What a rotation has done so far; `broken` could be opened by no key and were left as they are."""

    keys: int = 0
    rows: int = 0
    letters: int = 0
    digests: int = 0
    broken: set[str] = field(default_factory=set)


class Rotation:
    """Each step is a transaction of its own: whatever stops it, the next run goes on with what is left."""

    def __init__(
        self, database: Database, vault: Vault, said: Callable[[Done], None], at_once: int = AT_ONCE
    ) -> None:
        self._database = database
        self._vault = vault
        self._ring = vault.ring
        self._seal = SealedLetters(vault)
        self._said = said
        self._at_once = at_once
        self.done = Done()

    async def run(self) -> Done:
        """Goes on until nothing that can be opened is under an older key. Raises `Unavailable`."""
        async with self._database.transaction() as tx:
            await self._house(tx)
        steps: list[Step] = [self._rows, self._keys]
        for step in steps + [partial(self._digests, one) for one in digests_store.TABLES]:
            while await self._step(step):
                self._said(self.done)
        letter: int | None = 0
        while letter is not None:
            async with self._database.transaction() as tx:
                letter = await self._letters(tx, letter)
            self._said(self.done)
        return self.done

    async def _step(self, step: Step) -> bool:
        async with self._database.transaction() as tx:
            return await step(tx)

    async def _house(self, tx: Connection) -> None:
        await keys_store.hold_house_keys(tx)
        stored = await keys_store.house_keys(tx)
        again = {
            name: self._ring.rewrapped(about_house(name), one)
            for name, one in stored.items()
            if one.kek_id in self._ring.older
        }
        await keys_store.rewrap(tx, "house_key", again)

    async def _keys(self, tx: Connection) -> bool:
        found = await keys_store.wrapped_by(tx, self._ring.older, self._at_once, self.done.broken)
        again = {}
        for about, one in found.items():
            try:
                again[about] = self._ring.rewrapped(about, one)
            except InvalidTag:
                self.done.broken.add(about)
        await keys_store.rewrap(tx, "data_key", again)
        self.done.keys += len(again)
        return bool(found)

    async def _rows(self, tx: Connection) -> bool:
        """Rows of older programs get data keys, also those under the current one: else none could be erased."""
        found = await keys_store.direct(tx, list(self._ring.keys), self._at_once, self.done.broken)
        wrapped: dict[str, Wrapped] = {}
        sealed: list[Sealed] = []
        for row in found:
            about = row["incident_id"]
            try:
                plain = self._vault.decrypt(about, row["nonce"], row["ciphertext"])
            except InvalidTag:
                self.done.broken.add(about)
                continue
            key, wrapped[about] = self._ring.new(about)
            sealed.append(_under(key, plain, is_report=row["is_report"]))
        await keys_store.put_under_data_keys(tx, wrapped, sealed)
        self.done.rows += len(wrapped)
        return bool(found)

    async def _digests(self, table: str, tx: Connection) -> bool:
        """Digests of older programs come under the data keys of what they are about; those of what is gone are emptied.

        Else whoever has a key of the house could try a telephone number against them for ever.
        """
        found = await digests_store.plain(tx, table, self._at_once * 10, self.done.broken)
        again = {}
        for row in found:
            if (key := opened(self._ring, row)) is None:
                self.done.broken.add(row["incident_id"])
            else:
                again[row["place"]] = under(key, row["digest"])
        await digests_store.put(tx, table, again)
        self.done.digests += len(again)
        if not found:
            await digests_store.forget(tx, table)
        return bool(found)

    async def _letters(self, tx: Connection, after: int) -> int | None:
        """Dead letters come under the current key, names as well; returns behind which to go on, None at the end."""
        found = await letters_store.letters(tx, after, LETTERS_AT_ONCE)
        for row in found:
            try:
                name, current = self._named(row)
                if name == row["identity"] and current:
                    continue
                record = self._seal.open(base64.b64decode(row["record"]))
                value = None if row["value"] is None else self._seal.close(self._seal.open(row["value"]))
            except Rejected:
                self.done.broken.add(f"dead letter {row['id']}")
                continue
            again = base64.b64encode(self._seal.close(record)).decode()
            await letters_store.reseal(tx, row["id"], name, again, value)
            self.done.letters += 1
        if not found:
            await letters_store.forget_names(tx)
            await letters_store.forget_refusals(tx, self._ring.current)
        return found[-1]["id"] if found else None

    def _named(self, row: Record) -> tuple[str, bool]:
        """What a letter is called under the current key, and whether it is sealed with it. Raises `Rejected`."""
        record = exhumed(row, self._seal)
        assert record is not None, "what came from outside has no gaps"
        stream = Stream(row["topic"], text_of(record.key))
        plain = identity(Letter(record, stream, row["seq"], row["kind"], "", ""))
        current = self._seal.key_of(base64.b64decode(row["record"])) == self._ring.current
        return self._seal.names(record, plain)[0], current


def _under(key: DataKey, plain: bytes, *, is_report: bool) -> Sealed:
    return {name: key.seal(name, said.encode()) for name, said in fields_of(plain, is_report=is_report)}


def fields_of(plain: bytes, *, is_report: bool) -> Iterator[tuple[str, str]]:
    """What an older program sealed as one, by field."""
    if not is_report:
        yield "note", plain.decode()
        return
    told = json.loads(plain)
    for party, facts in told["people"].items():
        for name, said in facts.items():
            yield f"{party}.{name}", said
    if told["description"] is not None:
        yield "description", told["description"]
