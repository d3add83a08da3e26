"""The house under test: started for a run, one service profiled if asked, and everything stopped afterwards."""

import os
import pstats
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from bench.figures import OUT, say
from bench.options import Options
from deploy.local import databases, service_programs
from deploy.local.exclusive import run
from deploy.local.plan import Plan, StackError
from deploy.local.ports import Ports, Record
from deploy.local.readiness import wait
from deploy.local.service_programs import Addresses
from deploy.local.stack import Stack

_TOP = 30


@contextmanager
def house(options: Options, tiers: tuple[str, ...], **choices: Any) -> Iterator[Stack]:  # noqa: ANN401 - a plan's
    """Real processes, ready; stopped and their data removed when the block ends."""
    data = options.data or Path(tempfile.mkdtemp(prefix="fengqiao-bench-"))
    if data.is_dir() and any(data.iterdir()):
        raise StackError(f"{data} is not empty, and would be removed afterwards; choose another with --data")
    stack = Stack(data, Plan(tiers=tiers, **choices))
    say(f"starting {len(stack.plan.instances())} services of {', '.join(tiers)}")
    try:
        stack.start()
        stack.wait_ready(300)
        with ExitStack() as more:
            if options.sql:
                _watch_statements(stack)
            for service in options.profile:
                more.enter_context(_profiled(stack, service))
            yield stack
    finally:
        stack.stop(wipe=True)
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _profiled(stack: Stack, service: str) -> Iterator[None]:
    """One service of the village under cProfile instead of its supervised process."""
    name = f"village-{service}"
    ports, addresses = Ports(stack.data, Record(stack.data)), Addresses(stack.kafka, stack.postgres())
    programs = service_programs.build(stack.plan, ports, addresses, stack.vault_key_file)
    program = next(one for one in programs if one.name == name)
    OUT.mkdir(exist_ok=True)
    file = OUT / f"{service}.prof"
    stack.stop_program(name)
    command = [sys.executable, "-m", "bench.profiled", str(file), f"services.{service}"]
    log = stack.log(f"{name}-profiled")
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=program.directory, env={**os.environ, **program.environment}, stdout=out, stderr=out
        )
    try:
        wait({name: stack.port(f"{name}-probe")}, lambda _: log, 120, say)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if file.exists():
        say(f"profile of {service} in {file.name}; by own CPU time, then with what it calls:")
        for order in ("tottime", "cumtime"):
            pstats.Stats(str(file)).strip_dirs().sort_stats(order).print_stats(_TOP)


def _watch_statements(stack: Stack) -> None:
    """Loads pg_stat_statements, which needs a restart of the database."""
    run(_execute(stack.postgres(), "alter system set shared_preload_libraries = 'pg_stat_statements'"))
    stack.stop_program("postgres")
    stack.start_program("postgres")
    run(databases.wait_until_up(stack.postgres(), 60))
    run(_execute(stack.postgres(), "create extension if not exists pg_stat_statements"))
    stack.wait_ready(300)


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
