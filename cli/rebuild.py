"""``fengqiao metrics rebuild``: a tier's figures counted again from the first event, beside the running service."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click
from aiokafka.errors import KafkaError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.broker import broker_options
from cli.databases import named, of_stack, run
from cli.files import FILE
from cli.stack import console, data_option, say
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from messaging.broker import Broker
from messaging.collector import patient
from messaging.settings import NO_DSN, is_dsn
from policy import load
from schemas.base import TIERS, Tier
from services.metrics.naming import TIER_NAMES
from services.metrics.rebuild.marks import OtherFaster
from services.metrics.rebuild.reading import Incomplete
from services.metrics.rebuild.recount import Found, House, rebuild

DIFFERED = 3
"""The exit code when something differed; 0 says that every figure stood as the events have it."""
DOING = {"reading": "读取 reading", "comparing": "比对 comparing", "correcting": "更正 correcting"}


@click.group(name="metrics")
def metrics() -> None:
    """The figures."""


@metrics.command(name="rebuild")
@data_option
@click.option("--tier", type=click.Choice(TIERS), help="Only this tier.")
@click.option("--check", is_flag=True, help="Only say what differs; nothing is changed.")
@broker_options("Bootstrap address of another broker than the local stack's.")
@click.option(
    "--dsn",
    envvar="FENGQIAO_DSN",
    help="The tier's metrics database, instead of the local stack's; unseen by other accounts in FENGQIAO_DSN, or in a"
    " variable such as FENGQIAO_DSN_VILLAGE_METRICS.",
)
@click.option("--policy", type=FILE, help="The policy the services run with: where a day begins.")
def rebuild_figures(
    data: Path, tier: Tier | None, kafka: Broker | None, dsn: str | None, policy: Path | None, *, check: bool
) -> None:
    """Count the figures again from the first event and correct what differs, while everything runs on.

    Exit code 0: nothing differed. 3: something did, and was corrected (with --check: would be). 1: impossible, and
    nothing was changed.
    """
    patient()
    houses = _elsewhere(tier, kafka, dsn, policy) if kafka or dsn else _here(data, tier, policy)
    found = [_rebuilt(house, check=check) for house in houses]
    for one in found:
        _report(one, check=check)
    raise SystemExit(0 if all(one.same for one in found) else DIFFERED)


def _elsewhere(tier: Tier | None, kafka: Broker | None, dsn: str | None, policy: Path | None) -> list[House]:
    dsn = dsn or next((one.dsn for one in named("metrics", tier)), None)
    if not (tier and kafka and dsn and policy):
        raise click.UsageError("outside the local stack, name all of --tier, --kafka, --dsn and --policy")
    if not is_dsn(dsn):
        raise StackError(f"--dsn: {NO_DSN}")
    return [House(tier, dsn, kafka, _zone(policy))]


def _here(data: Path, tier: Tier | None, policy: Path | None) -> list[House]:
    stack = Stack(data)
    zone = _zone(policy or stack.policy)
    wanted = [one for one in TIERS if tier in {None, one} and f"{one}-metrics" in stack.programs()]
    if not wanted:
        of_stack(data, "metrics", tier)  # says what is missing
    return [House(one, stack.postgres(f"metrics_{one}"), stack.kafka, zone) for one in wanted]


def _zone(policy: Path) -> ZoneInfo:
    try:
        return load.policy(policy).zone
    except load.Refused as error:
        raise StackError(str(error)) from error


def _rebuilt(house: House, *, check: bool) -> Found:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task(house.tier, total=None)

        def tell(doing: str, done: int, whole: int) -> None:
            bars.update(bar, description=f"{_named(house.tier)} {DOING[doing]}")
            if whole:
                bars.update(bar, total=whole, completed=done)

        try:
            return run(rebuild(house, tell, check=check))
        except (Incomplete, OtherFaster, KafkaError) as error:
            raise StackError(f"{_named(house.tier)} 未作任何更改 nothing was changed: {error}") from error


def _named(tier: Tier) -> str:
    return " ".join(TIER_NAMES[tier])


def _report(found: Found, *, check: bool) -> None:
    say(
        f"{_named(found.tier)}: {found.records:,} 条记录 records, {found.events:,} 个事件 events of"
        f" {found.incidents:,} 件事项 incidents; {found.repeated:,} 条重复 repeated, {found.ahead:,} 条尚待统计"
        f" still to be counted by the service, {found.unreadable:,} 条不可读 unreadable"
    )
    for one in found.tables:
        if not one.differing:
            say(f"  {one.name}: {one.counted:,} 项一致 as they stand, sha256 {one.stood_digest}")
            continue
        done = "应更正 to be corrected" if check else "已更正 corrected"
        say(f"  {one.name}: {one.counted:,} 项, {one.differing:,} 项不符 differed, {done}")
        for what, stands, counted in one.first:
            say(f"    {what}: {stands} → {counted}")
        if one.differing > len(one.first):
            say(f"    … {one.differing - len(one.first):,} more 其余")
        say(f"    sha256 {one.stood_digest} → {one.counted_digest}")


COMMANDS = (metrics,)
