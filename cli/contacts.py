"""``fengqiao contacts check`` and ``import``: the registry of contacts, judged here and sent to a centre's door."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path

import click
import httpx

from cli.door import GONE, asking, refuse, said, signed
from cli.files import FILE, areas_option, code_lists, codes_option
from cli.stack import data_option, say
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from policy import load
from policy.assignment import ONE_EACH
from schemas.base import TIERS
from services.routing.registry import merge
from services.routing.registry_csv import Known, read

TRIES, WAIT_S, PATIENCE_S = 5, 2.0, 60.0
policy_option = click.option(
    "--policy", type=FILE, help="The locality's policy, which says what roles one holds at a time."
)


@click.group()
def contacts() -> None:
    """Who is there for an area: people by opaque reference, bodies by name."""


def checked_against(command: Callable[..., None]) -> Callable[..., None]:
    """The file and what it is checked against."""
    return click.argument("file", type=FILE)(areas_option(codes_option(policy_option(command))))


@contacts.command()
@checked_against
def check(file: Path, areas: Path, codes: Path | None, policy: Path | None) -> None:
    """Judge a file of contacts: all errors at once, each with its line and field."""
    number = _judged(file, areas, codes, policy)
    say(f"{file}: good, contacts: {number}")


@contacts.command("import")
@checked_against
@click.option("--tier", type=click.Choice(TIERS), required=True, help="Whose registry.")
@click.option("--url", help="The door of that tier's routing, instead of the local stack's.")
@data_option
def import_contacts(
    file: Path,
    areas: Path,
    codes: Path | None,
    policy: Path | None,
    tier: str,
    url: str | None,
    data: Path,
) -> None:
    """Add a file to a tier's registry: all of it or nothing. The same file again changes nothing."""
    _judged(file, areas, codes, policy)
    door = url or Stack(data).url(f"{tier}-routing")
    answer = _sent(door.rstrip("/") + "/v1/contacts", file.read_bytes())
    if answer.status_code != httpx.codes.OK:
        refuse(file, answer)
    done = said(answer)
    say(f"{tier}: {done['added']} added, {done['changed']} changed, {done['unchanged']} known already")


def _judged(file: Path, areas: Path, codes: Path | None, policy: Path | None) -> int:
    """How many contacts there are in a good file; a file that is not ends the command."""
    try:
        lists = code_lists(codes)
        known = Known(lists, load.areas(areas))
        one_each = load.policy(policy, lists).assignment.one_each if policy else ONE_EACH
    except load.Refused as error:
        raise StackError(str(error)) from error
    given, wrong = read(file.read_bytes(), known)
    if errors := sorted([*wrong, *merge((), given, one_each).wrong]):
        click.echo(
            "\n".join(f"{file}:{line}: {field}: {problem}" for line, field, problem in errors), err=True
        )
        raise SystemExit(1)
    return len(given)


def _sent(url: str, body: bytes) -> httpx.Response:
    """The door's answer; one name for all tries, because the answer to one may have been lost."""
    headers = {"Content-Type": "text/csv", "Idempotency-Key": uuid.uuid4().hex}
    with asking(url), httpx.Client(timeout=PATIENCE_S, headers=signed()) as client:
        for left in reversed(range(TRIES)):
            try:
                answer = client.put(url, content=body, headers=headers)
            except GONE:
                if not left:
                    raise
            else:
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
            if left:
                time.sleep(WAIT_S)
    raise StackError(f"{url} cannot store anything now; nothing was imported, try again")


COMMANDS = (contacts,)
