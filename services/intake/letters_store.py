"""Every SQL statement about dead letters from outside that are still to be decided."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from asyncpg import Record

from messaging.burial import FORGOTTEN
from messaging.database import Connection

PAGE = 500
UNDECIDED = "sealed and record is not null and status in ('open', 'redrive', 'discard')"


async def letters(tx: Connection, after: int, limit: int) -> list[Record]:
    """Some behind an id, locked."""
    rows = await tx.fetch(
        f"""
        select id, identity, topic, seq, kind, record, value, sealed from dead_letter where {UNDECIDED} and id > $1
        order by id limit $2 for update
        """,  # noqa: S608 - a condition of ours
        after,
        limit,
    )
    return list(rows)


async def reseal(tx: Connection, letter: int, name: str, record: str, value: bytes | None) -> None:
    """Replaces what a dead letter holds and what it is called, unless another is called so."""
    await tx.execute(
        """
        update dead_letter d set record = $3, value = $4, identity = case when exists (
            select from dead_letter o where o.identity = $2 and o.id <> d.id) then d.identity else $2 end
        where id = $1
        """,
        letter,
        name,
        record,
        value,
    )


async def forget_names(tx: Connection) -> None:
    """Of those that are done, whatever older programs left to try guesses against."""
    await tx.execute(
        """
        update dead_letter set identity = gen_random_uuid()::text
        where sealed and record is null and length(identity) > 36
        """
    )


async def under(connection: Connection, key_of: Callable[[str], str]) -> Counter[str]:
    """How many are under which key, by its id."""
    found: Counter[str] = Counter()
    after: int | None = 0
    while after is not None:
        rows = await connection.fetch(
            f"select id, record from dead_letter where {UNDECIDED} and id > $1 order by id limit $2",  # noqa: S608
            after,
            PAGE,
        )
        found.update(key_of(row["record"]) for row in rows)
        after = rows[-1]["id"] if rows else None
    return found


async def destroy(tx: Connection, about: Collection[str], why: str, actor: str) -> set[str]:
    """Gives up those about these matters, as an operator would; returns the matters that had any."""
    rows = await tx.fetch(
        f"""
        with found as (
            select id, split_part(identity, ':', 1) as about from dead_letter
            where {UNDECIDED} and split_part(identity, ':', 1) = any($1::text[]) for update
        ), gone as (
            update dead_letter d set status = 'discarded', last_at = now(), {FORGOTTEN}
            from found f where d.id = f.id
        ), noted as (
            insert into dead_letter_audit (dead_letter, action, reason, actor) select id, 'discard', $2, $3 from found
        )
        select distinct about from found
        """,  # noqa: S608 - a condition and columns of ours
        list(about),
        why,
        actor,
    )
    return {row["about"] for row in rows}


async def outlived(tx: Connection, days: int, actor: str) -> int:
    """Gives up those that nobody decided about for so many days since they last came; how many."""
    rows = await tx.fetch(
        f"""
        with found as (
            select id from dead_letter
            where {UNDECIDED} and last_at < now() - make_interval(days => $1) for update skip locked
        ), noted as (
            insert into dead_letter_audit (dead_letter, action, reason, actor)
            select id, 'discard', 'kept for ' || $1 || ' days', $2 from found
        )
        update dead_letter d set status = 'discarded', last_at = now(), {FORGOTTEN}
        from found f where d.id = f.id returning d.id
        """,  # noqa: S608 - a condition and columns of ours
        days,
        actor,
    )
    return len(rows)


async def forget_refusals(tx: Connection, key_id: str) -> None:
    """Refusals that were noted under other keys than this one."""
    await tx.execute("delete from refusal where substring(digest for $2) <> $1", key_id.encode(), len(key_id))


async def untold(tx: Connection, refusals: Mapping[bytes, Sequence[bytes]]) -> set[bytes]:
    """Notes refusals by their digests, each with what it was called under older keys; those nobody was told before."""
    rows = await tx.fetch(
        """
        insert into refusal select n.name from unnest($1::bytea[]) as n (name)
        where n.name not in (
            select e.name from unnest($2::bytea[], $3::bytea[]) as e (name, older) join refusal r on r.digest = e.older)
        on conflict do nothing returning digest
        """,
        sorted(refusals),
        [name for name, older in refusals.items() for _ in older],
        [one for older in refusals.values() for one in older],
    )
    return {row["digest"] for row in rows}
