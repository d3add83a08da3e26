"""Requests and items that come again: what their digests are kept under is looked up, and gone once it was erased."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from asyncpg import Record
from cryptography.exceptions import InvalidTag

from doors.idempotency import Answer, check_is_nobody_s, noted
from doors.problems import Problem
from messaging.database import Connection
from services.intake import items_store
from services.intake.envelope import DataKey, KeyMissing, Ring, Wrapped
from services.intake.items import Kept
from services.intake.known import Known


async def known(connection: Connection, ring: Ring, about: Collection[str]) -> dict[str, Known]:
    """What there is of these. A key that cannot be opened is as none: what came under it is not known again."""
    rows = await connection.fetch(
        """
        select n.id as incident_id, k.kek_id, k.wrapped,
            exists (select from erasure e where e.incident_id = n.id) as erased
        from unnest($1::text[]) as n (id) left join data_key k on k.incident_id = n.id
        """,
        list(about),
    )
    return {row["incident_id"]: Known(opened(ring, row), row["erased"]) for row in rows}


def opened(ring: Ring, row: Record) -> DataKey | None:
    """The data key of a row that has one and may be opened."""
    if row["wrapped"] is None:
        return None
    try:
        return ring.unwrap(row["incident_id"], Wrapped(row["kek_id"], row["wrapped"]))
    except (KeyMissing, InvalidTag):
        return None


async def earlier(
    tx: Connection, ring: Ring, key: str, named: str, fingerprints: Collection[bytes]
) -> Answer | None:
    """The answer a request had, whose field `named` says what it is about.

    A request that an older release noted otherwise has more than one fingerprint.
    Raises `Problem`: 410 when it was erased, so that nobody can tell any more whether it is the same; 422 for another.
    """
    found = await noted(tx, key)
    if found is None:
        return None
    if named not in found.answer.body:  # it was another kind of request
        check_is_nobody_s(found)
        return None
    about = str(found.answer.body[named])
    now = (await known(tx, ring, [about]))[about]
    if now.erased:
        raise Problem(
            410, "erased",
            "What came under this Idempotency-Key was erased, so it is not known any more whether this is the same. "
            "It is not let in again; what is new needs a new key.",
            zh="此幂等键提交的内容已删除，无法再核对是否为同一请求，不再受理；新的内容请用新的幂等键",
        )  # fmt: skip
    if not now.same(found.digest, fingerprints):
        check_is_nobody_s(found)
        return None
    return found.answer


async def items(tx: Connection, ring: Ring, source: str, names: Collection[str]) -> Mapping[str, Kept]:
    """The items of a device that were let in before, of those named, each with what there is of it by now.

    What is done about a matter told nothing itself: that the matter's people were erased changes nothing for it.
    """
    before = await items_store.known(tx, source, names)
    told = {one.about for one in before.values() if one.kind != "action"}
    now = await known(tx, ring, told) if told else {}
    return {
        name: one if one.kind == "action" else replace(one, known=now[one.about])
        for name, one in before.items()
    }
