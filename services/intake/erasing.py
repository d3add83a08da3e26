"""Erasing: the key goes, what it sealed goes, it is published and audited: all in one transaction, or nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from messaging import outbox
from messaging.database import Connection
from messaging.envelope import Draft
from schemas.base import Tier
from schemas.intake import ReportErased
from services.intake import audit, letters_store
from services.intake.audit import Accountable, Entry
from services.intake.vault import AUDIT, KEYLESS, Vault

Outcome = Literal["erased", "erased before", "nothing personal", "unknown"]


class Destroyed(NamedTuple):
    """Of what the personal data is gone, and under which key of the ring its key was."""

    incident_id: str
    kek_id: str


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants it, and why: a full code of the list `erasure`."""

    who: Accountable
    erased_for: str


@dataclass(frozen=True, slots=True)
class Erasing:
    """Binds a tier and its vault."""

    tier: Tier
    vault: Vault

    async def erase(
        self, tx: Connection, incidents: Collection[str], order: Order, now: datetime
    ) -> dict[str, Outcome]:
        """Makes their personal data unreadable here for ever; what became of each. Asked again, it does no more."""
        wanted = sorted(set(incidents))
        destroyed = await _destroy(tx, wanted, order.erased_for)
        outcomes = await _rest(tx, wanted)
        tied = await self._letters(tx, wanted, order)
        outcomes |= dict.fromkeys((*tied, *(one.incident_id for one in destroyed)), "erased")
        said = [
            Draft(f"{self.tier}.intake", one.incident_id, _event(one.incident_id, order, now), now)
            for one in destroyed
        ]
        await outbox.put(tx, said, now)
        entries = [Entry("erase", order.who, one, (), order.erased_for, outcomes[one]) for one in wanted]
        await audit.append(tx, self.vault.house[AUDIT], entries)
        return outcomes

    async def _letters(self, tx: Connection, about: Sequence[str], order: Order) -> set[str]:
        """Gives up dead letters about these, which may name anybody; of which there were some.

        They were sealed with a key of the ring itself: their copies are gone with the current one at the latest.
        """
        tied = await letters_store.destroy(tx, about, order.erased_for, order.who.ref)
        await tx.execute(
            """
            insert into erasure (incident_id, erased_for, kek_id, erased_at) select n.id, $2, $3, now()
            from unnest($1::text[]) as n (id)
            on conflict (incident_id) do update set kek_id = excluded.kek_id, erased_at = excluded.erased_at
            """,
            sorted(tied),
            order.erased_for,
            self.vault.key_id,
        )
        return tied


def _event(incident: str, order: Order, now: datetime) -> ReportErased:
    return ReportErased(incident_id=incident, erased_for=order.erased_for, occurred_at=now)


async def _destroy(tx: Connection, incidents: Sequence[str], erased_for: str) -> list[Destroyed]:
    """Deletes keys, ciphertexts and sketches, and notes it. Whoever comes second waits, and finds nothing.

    In a database that was brought back, what was erased since may lie there again, without its key or noted as erased.
    Rows are locked by a statement of their own: what a rotation wrote while we waited is seen by the next one only.
    """
    await tx.execute(
        "select from vault where incident_id = any($1::text[]) order by incident_id for update", incidents
    )
    rows = await tx.fetch(
        """
        with held as (
            select incident_id, key_id from vault where incident_id = any($1::text[])
        ), keys as (
            delete from data_key k using held h where k.incident_id = h.incident_id returning k.incident_id, k.kek_id
        ), sketches as (
            update comparable c set nonce = null, sketch = null from held h where c.incident_id = h.incident_id
        ), gone as (
            delete from vault v using held h where v.incident_id = h.incident_id
            returning v.incident_id, h.key_id
        )
        insert into erasure (incident_id, erased_for, kek_id, erased_at)
        select g.incident_id, $2, coalesce(k.kek_id, g.key_id, $3), now()
        from gone g left join keys k using (incident_id)
        on conflict (incident_id) do update set kek_id = excluded.kek_id, erased_at = excluded.erased_at
        returning incident_id, kek_id
        """,
        incidents,
        erased_for,
        KEYLESS,
    )
    return [Destroyed(*row) for row in rows]


async def _rest(tx: Connection, incidents: Sequence[str]) -> dict[str, Outcome]:
    """What there is of each that has nothing personal here."""
    rows = await tx.fetch(
        """
        select n.id, exists (select from erasure e where e.incident_id = n.id) as before,
            exists (select from report r where r.incident_id = n.id)
            or exists (select from activity a where a.activity_id = n.id) as known
        from unnest($1::text[]) as n (id)
        """,
        incidents,
    )
    return {
        row["id"]: "erased before" if row["before"] else "nothing personal" if row["known"] else "unknown"
        for row in rows
    }


async def waiting(connection: Connection) -> dict[str, int]:
    """How many erasures become final with which key of the ring."""
    rows = await connection.fetch("select kek_id, count(*) from erasure group by 1 order by 1")
    return {row[0]: row[1] for row in rows}
