"""``fengqiao recover``: after a database was restored from a backup, its service is led back to where it stands."""

import asyncio
from pathlib import Path

import asyncpg
import click
from aiokafka.errors import KafkaError

from cli.broker import broker_options
from cli.databases import Place, database_options, opened, the_one
from cli.houses import Whose
from cli.reconciling.recovering import Back, Lost, back, lead_back, lost, overtake, programs
from cli.stack import say
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from messaging.broker import At, Broker
from messaging.collector import patient
from messaging.errors import Unavailable
from schemas.base import Service, Tier

OPEN, BLIND = 1, 2
"""Exit codes: something is still to be mended, or cannot be; it could not be looked."""


@click.command()
@database_options
@broker_options(
    "Bootstrap address of another broker than the local stack's, or FENGQIAO_KAFKA.", envvar="FENGQIAO_KAFKA"
)
@click.option("--apply", is_flag=True, help="Do it; the service's programs must have been stopped.")
def recover(
    data: Path, dsn: str | None, service: Service | None, tier: Tier | None, kafka: Broker | None, *, apply: bool
) -> None:  # fmt: skip
    """Say what a restored database lacks, and with --apply let its service read again what it has not applied.

    Exit code 0: nothing is lacking, or it was mended. 1: something is lacking, or cannot be mended this way. 2: it
    could not be looked.
    """
    patient()
    if service is None or tier is None:
        raise click.UsageError("whose database? name --service and --tier")
    try:
        broker: At = kafka or Stack(data).kafka
        good = asyncio.run(
            _recovered(the_one(data, dsn, service, tier), (tier, service), broker, apply=apply)
        )
    except (StackError, Unavailable, KafkaError, asyncpg.PostgresError, OSError, TimeoutError) as error:
        click.echo(f"无法查看 cannot look: {error or type(error).__name__}", err=True)
        raise SystemExit(BLIND) from None
    raise SystemExit(0 if good else OPEN)


async def _recovered(place: Place, whose: Whose, broker: At, *, apply: bool) -> bool:
    async with opened(place) as database, database.connection() as connection:
        running = await programs(connection, whose)
        if apply and running:
            raise StackError(
                f"stop the programs of {'-'.join(whose)} first: {running} connections of theirs stand"
            )
        gone = await lost(broker, connection, whose, lambda _: None)
        backs = await back(broker, connection, whose, lambda _: None)
        _tell(whose, gone, backs)
        if gone.events:
            return False
        lacking = any(one.missing for one in backs)
        if not apply:
            return not lacking
        if whose[1] == "metrics" and lacking:
            async with connection.transaction():
                count = await overtake(broker, connection, whose, lambda _: None)
            say(f"{count:,} 项指标接着已发布的版本 figures go on after the versions that were published")
        await lead_back(broker, backs)
        say("已退回 led back: 启动服务即可 start the service; then fengqiao reconcile")
        return True


def _tell(whose: Whose, gone: Lost, backs: list[Back]) -> None:
    name = "-".join(whose)
    if gone.events:
        say(
            f"{name}: 已发布而数据库不知道的事件 events said that the database does not know: {gone.events:,},"
            f" {len(gone.incidents):,} 件事项 incidents"
        )
        for one in gone.examples:
            say(f"    {one}")
        say("    须恢复到更晚 restore to a later moment: docs/operate/reconcile.md#a-database-that-is-behind")
    for each in backs:
        verdict = (
            "有未处理者 some were not applied"
            if each.missing
            else "均已处理 all that is numbered was applied"
        )
        say(f"{each.group}: {each.records:,} 条待重读 records to be read again, {verdict}")


COMMANDS = (recover,)
