"""The schema is brought up once, however many try, and a program that is ahead of it does not start."""

import asyncio
import os
import re
import subprocess
import sys

import asyncpg
import pytest

from messaging import migrate
from messaging.errors import SchemaTooOld, Unavailable
from messaging.process import EXIT_CONFIGURATION
from tests.builders import ROOT

pytestmark = pytest.mark.system


async def executed(dsn, statement):
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def test_concurrent_runs_apply_each_file_once(new_dsn):
    dsn = await new_dsn("routing", empty=True)

    names = await asyncio.gather(*(migrate.apply(dsn, "routing") for _ in range(5)))

    wanted = [f"{one.scope}/{one.name}" for one in migrate.of("routing")]
    assert sorted(map(len, names)) == [0, 0, 0, 0, len(wanted)]
    assert max(names, key=len) == wanted
    await migrate.verify(dsn, "routing")


@pytest.mark.parametrize("service", ["intake", "routing", "followup", "metrics"])
async def test_every_service_has_the_delivery_tables_and_its_own(new_dsn, service):
    dsn = await new_dsn(service, empty=True)

    names = await migrate.apply(dsn, service)

    assert {name.partition("/")[0] for name in names} == {"messaging", service}
    assert await migrate.apply(dsn, service) == []


async def test_an_empty_database_is_too_old(new_dsn):
    dsn = await new_dsn("routing", empty=True)

    with pytest.raises(SchemaTooOld, match=r"messaging/001_delivery\.sql"):
        await migrate.verify(dsn, "routing")


async def test_an_older_schema_is_named_with_what_to_do(new_dsn):
    dsn = await new_dsn("routing")
    await executed(dsn, "delete from migration where scope = 'routing'")
    every = ", ".join(f"routing/{one.name}" for one in migrate.of("routing") if one.scope == "routing")

    with pytest.raises(
        SchemaTooOld,
        match=f"lacks {re.escape(every)}; run",
    ) as caught:
        await migrate.verify(dsn, "routing")

    assert "messaging/" not in str(caught.value)


async def test_a_process_that_meets_an_older_schema_refuses_to_start_and_says_so(new_dsn):
    dsn = await new_dsn("routing", empty=True)
    settings = {"TIER": "village", "ROUTING_POSTGRES": dsn}

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.routing",
        cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, _ = await process.communicate()

    assert process.returncode == EXIT_CONFIGURATION
    assert "run `python -m services.routing migrate` and start again" in said.decode()


async def test_a_newer_schema_is_fine_so_that_old_pods_survive_a_release(new_dsn):
    dsn = await new_dsn("routing")
    await executed(
        dsn, "insert into migration (scope, number, name, digest) values ('routing', 99, 'x', 'y')"
    )

    await migrate.verify(dsn, "routing")


async def test_a_released_file_that_was_edited_is_refused(new_dsn):
    dsn = await new_dsn("routing")
    await executed(dsn, "update migration set digest = 'another' where scope = 'messaging' and number = 1")

    with pytest.raises(SchemaTooOld, match=r"001_delivery\.sql was edited"):
        await migrate.apply(dsn, "routing")


async def test_a_database_that_does_not_answer_is_an_outage():
    with pytest.raises(Unavailable):
        await migrate.verify("postgresql://nobody@127.0.0.1:1/none", "routing")
