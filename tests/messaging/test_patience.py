"""A process and its migrations may be started together: each waits for the other, and not for ever."""

import asyncio
import base64
import os
import signal
import subprocess
import sys

import asyncpg
import httpx
import pytest

from messaging import migrate
from messaging.errors import SchemaTooOld, Unavailable
from messaging.patience import Patience, migrated
from messaging.starting import EXIT_UNAVAILABLE
from tests.builders import ROOT
from tests.ports import free_port

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def test_a_schema_that_is_too_old_is_waited_for_while_patience_lasts():
    with pytest.raises(Unavailable, match="lacks 001"), Patience(60).with_migrations():
        raise SchemaTooOld("the database lacks 001")


def test_without_patience_it_is_refused_at_once():
    with pytest.raises(SchemaTooOld), Patience(0).with_migrations():
        raise SchemaTooOld("the database lacks 001")


def test_patience_ends_so_long_after_it_was_first_tried(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    patience = Patience(10)

    clock[0] += 100
    first = patience.lasts
    clock[0] += 9
    later = patience.lasts
    clock[0] += 1

    assert (first, later, patience.lasts) == (True, True, False)


async def test_migrations_give_up_on_a_database_that_stays_away():
    with pytest.raises(Unavailable):
        await migrated(NOWHERE, "routing", Patience(0.5))


async def started(*arguments, **settings):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments,
        cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.wide
async def test_migrations_that_give_up_say_what_for_and_that_later_may_help():
    process = await started("services.routing", "migrate", TIER="village", ROUTING_POSTGRES=NOWHERE)
    async with asyncio.timeout(60):
        said, _ = await process.communicate()

    assert process.returncode == EXIT_UNAVAILABLE
    assert "the database does not answer" in said.decode()


@pytest.mark.system
async def test_migrations_need_no_key_and_wait_for_a_database_that_is_still_being_made(new_dsn):
    dsn = await new_dsn("intake", empty=True)
    server, _, name = dsn.rpartition("/")
    later = f"{name}_later"
    settings = {
        "TIER": "village",
        "INTAKE_POSTGRES": f"{server}/{later}",
        "INTAKE_SCHEMA_WAIT_S": "60",
        "INTAKE_POLICY": "/nowhere",
    }

    process = await started("services.intake", "migrate", **settings)
    await asyncio.sleep(3)
    connection = await asyncpg.connect(dsn)
    await connection.execute(f'create database "{later}"')
    await connection.close()
    async with asyncio.timeout(60):
        said, _ = await process.communicate()

    assert process.returncode == 0, said.decode()
    await migrate.verify(f"{server}/{later}", "intake")


@pytest.mark.system
async def test_a_process_that_meets_an_older_schema_waits_until_it_was_migrated_and_then_serves(
    new_dsn, silent
):
    dsn, probes = await new_dsn("intake", empty=True), free_port()
    settings = {
        "TIER": "village", "INTAKE_POSTGRES": dsn, "INTAKE_KAFKA": silent, "INTAKE_SCHEMA_WAIT_S": "60",
        "INTAKE_PROBE_PORT": str(probes), "INTAKE_VAULT_KEY": base64.b64encode(bytes(32)).decode(),
    }  # fmt: skip

    process = await started("services.intake", **settings)
    try:
        why = await said(probes, lambda answer: "lacks" in answer.json()["conditions"].get("database", ""))
        closed = await said(probes, lambda answer: answer.status_code == 503, "open")
        await migrate.apply(dsn, "intake")
        opened = await said(probes, lambda answer: answer.status_code == 200, "open")
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await process.communicate()

    assert "migrate" in why.json()["conditions"]["database"]
    assert (closed.json()["open"], opened.json()["open"], process.returncode) == (False, True, 0)


async def said(port, wanted, path="ready"):
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/{path}")
                if wanted(answer):
                    return answer
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
