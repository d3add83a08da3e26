"""The files commands read: what has to be there before one begins, and the code lists of a locality beside ours."""

from collections.abc import Callable
from pathlib import Path

import click

from deploy.local.plan import Plan, StackError
from schemas import codes as lists
from schemas.codes import CodeList

Option = Callable[[Callable[..., None]], Callable[..., None]]
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)

areas_option: Option = click.option(
    "--areas", type=FILE, default=Plan().areas, help="Area registry (default: Qin'an county)."
)
codes_option: Option = click.option("--codes", type=FOLDER, help="A folder of the locality's own code lists.")


def code_lists(folder: Path | None) -> dict[str, CodeList]:
    """The product's lists, and those of a folder. Raises `StackError` where these are none."""
    try:
        return lists.load(*([folder] if folder else []))
    except ValueError as error:
        raise StackError(str(error)) from error
