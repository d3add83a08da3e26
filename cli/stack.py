"""``fengqiao up | status | down | env``: the local stack from the command line."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cli.files import FILE, areas_option
from deploy.local.plan import TIERS, Plan, StackError
from deploy.local.stack import Stack
from deploy.local.status import ProcessStatus
from policy import load

console = Console(highlight=False)

data_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".fengqiao"),
    show_default=True,
    help="Folder of everything the stack keeps.",
)


@click.command()
@data_option
@click.option("--policy", type=FILE, default=Plan().policy, help="Policy file (default: the project's).")
@areas_option
@click.option(
    "--tiers", default=",".join(TIERS), show_default=True, help="Tiers to run, separated by commas."
)
@click.option(
    "--timeout", default=120.0, show_default=True, help="Seconds the services may take to become ready."
)
@click.option("--sign-in", is_flag=True, help="Doors want tokens, as `fengqiao dev-token` prints them.")
def up(data: Path, policy: Path, areas: Path, tiers: str, timeout: float, *, sign_in: bool) -> None:
    """Start Kafka, PostgreSQL and the services; harmless when they run."""
    every = tuple(tier.strip() for tier in tiers.split(","))
    plan = Plan(tiers=every, policy=policy, areas=areas, sign_in=sign_in)
    _judge(plan)
    stack = Stack(data, plan, say)
    stack.start()
    stack.wait_ready(timeout)
    console.print(_addresses(stack))
    say(f"logs: {stack.log('*').parent}")
    board = "county-metrics"
    if board in stack.programs():
        console.print(f"The board: [bold]{stack.url(board)}/[/bold]")


@click.command()
@data_option
def status(data: Path) -> None:
    """Show every process: state, cost, readiness."""
    stack = Stack(data)
    rows = stack.status()
    if left := stack.orphans():
        say(f"the supervisor of {data} has died, and these run on without it: {', '.join(left)}")
        say("fengqiao down stops them; fengqiao up stops them and starts everything afresh")
        raise SystemExit(3)
    if not rows:
        say(f"not running: {data} has no supervisor; start it with `fengqiao up`")
        raise SystemExit(3)
    table = Table(box=None)
    for heading in ("process", "state", "pid", "up", "restarts", "MB", "CPU %", "ready", "port"):
        table.add_column(
            heading, no_wrap=True, justify="left" if heading in {"process", "state"} else "right"
        )
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)


@click.command()
@data_option
@click.option("--wipe", is_flag=True, help="Remove the whole folder as well. There is no way back.")
def down(data: Path, *, wipe: bool) -> None:
    """Stop everything; the data stays unless --wipe is given."""
    stack = Stack(data, say=say)
    there = stack.data.is_dir()
    stack.stop(wipe=wipe)
    if not there:
        say(f"nothing to stop: {stack.data} does not exist")
        return
    say(f"everything stopped; {'data removed' if wipe else f'data kept in {stack.data}'}")


@click.command()
@data_option
def env(data: Path) -> None:
    """Print the addresses as shell variables: eval "$(fengqiao env)"."""
    stack = Stack(data)
    programs = stack.programs()
    if not programs:
        raise StackError(f"{data} does not run; start it with `fengqiao up`")
    click.echo(f"export KAFKA={stack.kafka}")
    for name in sorted(set(programs) - {"kafka", "postgres"}):
        click.echo(f"export {name.upper().replace('-', '_')}={stack.url(name)}")


def _judge(plan: Plan) -> None:
    """Every error in the files of a plan at once, before anything starts that could only refuse them one by one."""
    try:
        load.with_codes(plan.codes, partial(_files, plan))
    except load.Refused as error:
        raise StackError(f"nothing was started:\n{error}") from error


def _files(plan: Plan, lists: load.Codes | None) -> None:
    load.both(partial(load.policies, plan.policy, lists), partial(load.areas, plan.areas))


def say(line: str) -> None:
    """One line of progress, as printed text and never as markup."""
    console.print(line, markup=False, soft_wrap=True)


def _addresses(stack: Stack) -> Table:
    table = Table("what", "address")
    table.add_row("Kafka", stack.kafka)
    table.add_row("PostgreSQL", stack.postgres().rpartition("@")[2])  # without the password
    for instance in stack.plan.instances():
        table.add_row(instance.name, stack.url(instance.name))
    return table


def _cells(row: ProcessStatus) -> tuple[str, ...]:
    return (
        row.name,
        row.state,
        str(row.pid or "-"),
        _duration(row.uptime_seconds),
        str(row.restarts),
        f"{row.memory_mb:.0f}",
        f"{row.cpu_percent:.0f}",
        "yes" if row.ready else "NO",
        str(row.port or "-"),
    )


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


COMMANDS = (up, status, down, env)
