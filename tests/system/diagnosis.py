"""What a failed wait prints: which processes are not well, and what lies where it should not."""

import asyncio

from schemas.base import TIERS
from tests.system.books import SERVICES

LYING = """
    select (select count(*) from unsent) as unsent,
        (select count(*) from guard where waiting) as waiting,
        (select count(*) from dead_letter where status = 'open') as letters
"""
LOG_LINES = 6


async def of(world):
    """The text, a line for each process that is not ready or behind and each database with something left over."""
    states = await asyncio.to_thread(world.stack.status)
    lines = [f"{one.name}: {one.state}, {one.restarts} restarts, ready {one.ready}" for one in states]
    for tier in TIERS:
        for service in SERVICES:
            lines.append(await _process(world, f"{tier}-{service}"))
            lines.append(await _database(world, f"{service}_{tier}"))
    return "\n".join(one for one in lines if one)


async def _process(world, program):
    probe = await world.probe(program)
    if probe is None:
        return f"{program}: no probe\n{_log(world, program)}"
    well = (
        probe["ready"] and not any(probe["figures"].values()) and set(probe["conditions"].values()) == {"ok"}
    )
    return "" if well else f"{program}: {probe}\n{_log(world, program)}"


async def _database(world, name):
    try:
        [row] = await asyncio.wait_for(world.query(name, LYING), 10)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we want to see
        return f"{name}: {error!r}"
    return f"{name}: {dict(row)}" if any(row.values()) else ""


def _log(world, program):
    try:
        lines = world.stack.log(program).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return repr(error)
    return "\n".join(f"    {line[:300]}" for line in lines[-LOG_LINES:])
