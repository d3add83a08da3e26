"""One door as a command asks it: where it does not answer, or refuses a file, that is a message and not a traceback."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import click
import httpx

from deploy.local.plan import StackError

NO_DOOR = (httpx.TransportError, httpx.InvalidURL)
"""What comes of an address where nobody answers, or that is none."""
GONE = (httpx.NetworkError, httpx.RemoteProtocolError)
"""A door that is restarting: nobody there yet, or gone before it answered."""


def signed() -> dict[str, str]:
    """The header by which doors that sign in know us: `FENGQIAO_TOKEN` is a token or a sender's key.

    Raises `StackError` where it is neither, without showing it: whoever sends a header shows what it cannot send.
    """
    token = os.environ.get("FENGQIAO_TOKEN", "").strip()
    if not all("!" <= one <= "~" for one in token):
        raise StackError(
            "FENGQIAO_TOKEN has something in it that no token and no sender's key has; is it whole?"
        )
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def asking(url: str) -> Iterator[None]:
    """A door is asked while the block runs. Raises `StackError` where it does not answer."""
    try:
        yield
    except NO_DOOR as error:
        raise StackError(f"{url} does not answer; try again, or name another with --url: {error}") from error


def twice(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer to what changes nothing, asked once more where a connection ended without one.

    A process that closes a connection nobody uses cannot know that somebody is about to. Raises `httpx.TransportError`.
    """
    with suppress(*GONE):
        return ask()
    return ask()


def said(answer: httpx.Response) -> dict[str, Any]:
    """What a door says. Raises `StackError` where it is not one of ours."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StackError(
            f"{answer.url} does not answer as one of our doors does ({answer.status_code}); is it the right one?"
        )
    return found


def refuse(file: Path, answer: httpx.Response) -> NoReturn:
    """Ends the command with what the door has against a file, every error at its line."""
    problem = said(answer)
    for one in problem.get("errors", ()):
        place = f"{file}:{one['line']}: " if "line" in one else ""
        click.echo(f"{place}{one['field']}: {one['problem']}", err=True)
    raise StackError(f"the door answered {answer.status_code}: {problem.get('detail', 'no reason given')}")
