"""Every SQL statement that reads a row of the vault to open it."""

from dataclasses import dataclass
from typing import Literal

from messaging.database import Connection
from services.intake.envelope import Wrapped
from services.intake.keys_store import Sealed


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of the vault, under a data key, or as older programs wrote it."""

    key: Wrapped | None
    sealed: Sealed
    nonce: bytes
    ciphertext: bytes
    is_report: bool


async def kept(tx: Connection, about: str) -> Kept | None:
    """What the vault has of an incident or an activity; who erases it waits until the transaction ends."""
    # Locked first: what a rotation wrote while we waited is seen by the next statement only.
    await tx.execute("select from vault where incident_id = $1 for key share", about)
    row = await tx.fetchrow(
        """
        select v.*, k.kek_id, k.wrapped, exists (
            select from report r where r.incident_id = v.incident_id) as is_report
        from vault v left join data_key k using (incident_id) where v.incident_id = $1
        """,
        about,
    )
    if row is None:
        return None
    return Kept(
        None if row["wrapped"] is None else Wrapped(row["kek_id"], row["wrapped"]),
        dict(zip(row["fields"] or (), row["sealed"] or (), strict=True)),
        row["nonce"] or b"",
        row["ciphertext"] or b"",
        row["is_report"],
    )


async def why_nothing(tx: Connection, about: str) -> Literal["erased", "nothing personal", "not known here"]:
    """Why the vault has nothing of it."""
    if await tx.fetchval("select exists (select from erasure where incident_id = $1)", about):
        return "erased"
    known = await tx.fetchval(
        """
        select exists (select from report where incident_id = $1)
            or exists (select from activity where activity_id = $1)
        """,
        about,
    )
    return "nothing personal" if known else "not known here"
