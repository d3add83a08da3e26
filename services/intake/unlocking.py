"""Before anything begins: the ring opens all that is in the vault, and the keys of the house are those of before."""

from collections.abc import Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from messaging.database import Connection
from messaging.errors import CannotStart
from services.intake import audit, keys_store
from services.intake.audit import Accountable, Entry
from services.intake.envelope import DataKey, KeyMissing, Wrapped
from services.intake.vault import AUDIT, HOUSE, Vault

LOST = Entry("key lost", Accountable("unlocking", "start"), "house/audit", (), "unknown", "signed anew")
"""The entry with which an audit goes on under another key."""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """Binds a vault to what its database holds; `lost` names keys that nobody has any more."""

    vault: Vault
    lost: Collection[str] = ()

    async def check(self, connection: Connection) -> None:
        """Takes the keys of the house as they are stored. Raises `CannotStart` naming every key that is missing."""
        ring = self.vault.ring
        missing = sorted({*await keys_store.keks(connection)} - {*ring.keys} - {*self.lost})
        if missing:
            raise CannotStart(
                f"the vault's ring lacks the key {', '.join(missing)}, under which there is personal data (it has"
                f" {', '.join(ring.keys)}): put it back into INTAKE_VAULT_KEY or its file behind the others; if it is"
                " lost for good, name it in INTAKE_VAULT_LOST_KEYS"
            )
        for name, key in self.vault.house.items():
            self.vault.adopt(name, await self._stored(connection, name, key))

    async def house(self, connection: Connection) -> None:
        """For a command: a key that is lost keeps nobody from erasing or reading what is under the others.

        Raises `CannotStart` when a key of the house cannot be opened.
        """
        stored = await keys_store.house_keys(connection)
        if not {*HOUSE} <= {*stored}:
            await self.check(connection)
            return
        try:
            for name in HOUSE:
                self.vault.adopt(name, self.vault.ring.unwrap(about_house(name), stored[name]))
        except KeyMissing as error:
            raise CannotStart(f"{error}, under which the keys of the house are") from None
        except InvalidTag:
            raise CannotStart("a house key was changed: restore the table house_key") from None

    async def _stored(self, connection: Connection, name: str, key: bytes) -> DataKey:
        about = about_house(name)
        await keys_store.save_house_key(connection, name, self.vault.ring.wrap(DataKey(about, key)))
        stored = (await keys_store.house_keys(connection))[name]
        try:
            return self.vault.ring.unwrap(about, stored)
        except KeyMissing:  # lost for good, and known to be: what was noted under it is not known again
            return await self._anew(connection, name, stored)
        except InvalidTag:
            raise CannotStart(f"the house key {name} was changed: restore the table house_key") from None

    async def _anew(self, connection: Connection, name: str, stored: Wrapped) -> DataKey:
        """A new key in place of one that nobody can open; whoever comes second takes the first one's."""
        made, wrapped = self.vault.ring.new(about_house(name))
        async with connection.transaction():
            if await keys_store.replace_house_key(connection, name, stored, wrapped):
                if name == AUDIT:  # what was signed with the lost one cannot be judged any more
                    await audit.append(connection, made.key, [LOST], anew=True)
                return made
        return self.vault.ring.unwrap(about_house(name), (await keys_store.house_keys(connection))[name])


def about_house(name: str) -> str:
    """What a key of the house is bound to."""
    return f"house/{name}"
