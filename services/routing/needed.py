"""No start without a policy that an open incident goes by: it keeps the version it began with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from messaging.database import Connection
from messaging.errors import CannotStart
from services.routing import versions_store


@dataclass(frozen=True, slots=True)
class NoneIsGone:
    """Refuses to start where an open incident goes by a policy that is not in the folder any more."""

    versions: Collection[str]
    folder: Path

    async def __call__(self, connection: Connection) -> None:
        """Looks, and keeps which versions are at hand. Raises `CannotStart`."""
        gone = await versions_store.gone(connection, self.versions)
        if gone:
            raise CannotStart(refusal(gone, self.folder))
        await versions_store.keep(connection, self.versions)


def refusal(gone: Mapping[str, int], folder: Path) -> str:
    """Which versions are missing, how many open incidents need each, and what to do."""
    said = ", ".join(f"{version} ({number} open)" for version, number in sorted(gone.items()))
    return (
        f"open incidents go by policy versions that are not in {folder}: {said};"
        " put their files back and start again, an incident keeps the version it began with"
    )
