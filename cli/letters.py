"""``fengqiao dead-letters``: what could not be applied, and what an operator decides about it, with a reason."""

import asyncio
import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import click
from rich.table import Table
from rich.text import Text

from cli.databases import Place, chosen, connected, database_options, opened, run, the_one
from cli.stack import console, say
from messaging import dead_letters
from messaging.dead_letters import Request, Row

STATUSES = ("open", "redrive", "discard", "applied", "discarded")
MOST = 10_000
"""As many as a list shows at once."""
WAITING = frozenset({"redrive", "discard"})
PICKED_UP_S = 15.0
"""A running service carries requests out within a second or so."""

json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group(name="dead-letters")
def letters() -> None:
    """Events that could not be applied: list, show, redrive, discard."""


@letters.command(name="list")
@database_options
@click.option("--status", type=click.Choice(STATUSES), default="open", show_default=True)
@click.option("--limit", type=click.IntRange(1, MOST), default=200, show_default=True)
@json_option
def list_letters(
    data: Path,
    dsn: str | None,
    service: str | None,
    tier: str | None,
    status: str,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Dead letters of all services, oldest first, each with how many events wait behind it."""
    found, more = run(_listed(chosen(data, dsn, service, tier), status, limit))
    if as_json:
        click.echo(_json([{"where": place.name, **asdict(row)} for place, row in found]))
    elif not found:
        say(f"no dead letters with status {status}")
    else:
        _say(found)
    for place, number in more.items():
        # beside what is shown, so that a machine that reads the list is not told it in the list
        rest = "" if number + limit <= MOST else ", and the rest once these are done"
        how = f"see them with --limit {min(number + limit, MOST)}{rest}"
        click.echo(f"{place}: {number} more with status {status}, not shown; {how}", err=True)


def _say(found: Sequence[tuple[Place, Row]]) -> None:
    for place, row in found:
        # Two lines each: a table as wide as this would be cut at a usual terminal's edge.
        say(str(_plain(f"{place.name} {row.id}: {row.reason}{': ' if row.detail else ''}{row.detail}")))
        sequence = "" if row.seq is None else f" · seq {row.seq} · {row.behind} wait behind it"
        last = f"{row.last_at.astimezone():%Y-%m-%d %H:%M:%S}"
        seen = f"{row.kind} · seen {row.seen} times, last {last}"
        say(str(_plain(f"    {row.topic} · {row.key or '-'}{sequence} · {seen}")))


async def _listed(
    places: Sequence[Place], status: str, limit: int
) -> tuple[list[tuple[Place, Row]], dict[str, int]]:
    """The dead letters, and how many more each database has that are not among them."""
    found: list[tuple[Place, Row]] = []
    more: dict[str, int] = {}
    for place in places:
        async with connected(place) as connection:
            found += [(place, row) for row in await dead_letters.listed(connection, status, limit)]
            if number := await dead_letters.beyond(connection, status, limit):
                more[place.name] = number
    return found, more


@letters.command()
@click.argument("letter", type=int)
@database_options
@json_option
def show(
    letter: int, data: Path, dsn: str | None, service: str | None, tier: str | None, *, as_json: bool
) -> None:
    """Everything about one dead letter, its headers and its audit trail; the body only as size."""
    found = run(_shown(the_one(data, dsn, service, tier), [letter]))[letter]
    if found is None:
        raise click.ClickException(f"there is no dead letter {letter}")
    if as_json:
        click.echo(_json(found))
        return
    table = Table(show_header=False, box=None)
    for name, value in found.items():
        if name not in {"headers", "audit"}:
            table.add_row(name, _plain(value))
    for name, value in found["headers"]:
        table.add_row(_plain(f"header {name}"), _plain(value))
    for entry in found["audit"]:
        table.add_row("audit", _plain(", ".join(f"{name} {value}" for name, value in entry.items())))
    console.print(table)


async def _shown(place: Place, ids: Sequence[int]) -> dict[int, dict[str, Any] | None]:
    async with connected(place) as connection:
        return {letter: await dead_letters.shown(connection, letter) for letter in ids}


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _deciding(name: Literal["redrive", "discard"], help_text: str) -> None:
    @letters.command(name=name, help=help_text)
    @click.argument("ids", type=int, nargs=-1, required=True)
    @database_options
    @click.option("--count", type=click.IntRange(1), required=True, help="How many you expect it to be.")
    @click.option("--reason", required=True, help="Goes into the audit trail.")
    @click.option("--actor", default=_actor, help="Who decides (default: you).")
    @json_option
    def decide(
        ids: tuple[int, ...], data: Path, dsn: str | None, service: str | None, tier: str | None,
        count: int, reason: str, actor: str, *, as_json: bool,
    ) -> None:  # fmt: skip
        place = the_one(data, dsn, service, tier)
        became = run(_asked(place, ids, Request(name, count, reason, actor)))
        if as_json:
            click.echo(_json(became))
            return
        for letter, status in became.items():
            say(f"dead letter {letter} of {place.name}: {_in_words(status)}")


async def _asked(place: Place, ids: Sequence[int], request: Request) -> dict[int, str]:
    """Asks the service, and answers what became of each within some seconds."""
    async with opened(place) as database, database.transaction() as tx:
        await dead_letters.ask(tx, ids, request)
    loop = asyncio.get_running_loop()
    until = loop.time() + PICKED_UP_S
    while True:
        found = await _shown(place, ids)
        became = {letter: str(one["status"]) for letter, one in found.items() if one}
        if not WAITING & set(became.values()) or loop.time() > until:
            return became
        await asyncio.sleep(0.5)


def _in_words(status: str) -> str:
    if status in WAITING:
        return f"{status} is asked for; the service has not picked it up yet (is it running?)"
    if status == "open":
        return "open again: it met the same fate, or an earlier event of the incident comes first"
    return status


def _plain(value: object) -> Text:
    """What a stranger sent, without anything a terminal or a markup language would obey."""
    return Text(
        "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(value))
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


_deciding("redrive", "Try dead letters again, once what was wrong has been mended.")
_deciding("discard", "Give dead letters up for good, so that what waits behind them goes on.")

COMMANDS = (letters,)
