"""The programs of an earlier release, out of the history of this repository, and a house that runs both at once."""

import os
import random
import secrets
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import asyncpg

from deploy.local import door_roles
from deploy.local.issuer import DevelopmentIssuer
from tests.ports import free_port
from tests.system.books import SERVICES

HERE = Path(__file__).parents[3]
MIGRATIONS = ":(glob)**/migrations/*.sql"
ABSENT = "the release before is absent: no history of this repository (an archive, or a shallow clone)"
STOP_S = 40
OWNER = "house"
"""Whose the databases are, as the services have them."""


def git(*arguments):
    """What git says of this repository, or None when it can say nothing."""
    try:
        said = subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout


def previous():
    """The last commit before the newest migration, or FENGQIAO_PREVIOUS; None where there is no such history."""
    if named := os.environ.get("FENGQIAO_PREVIOUS"):
        found = git("rev-parse", "--verify", "--quiet", f"{named}^{{commit}}")
    else:
        newest = git("log", "-1", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
        found = git("rev-parse", "--verify", "--quiet", f"{newest.decode().strip()}^") if newest else None
    return found.decode().strip() if found else None


def unpacked(commit, folder):
    """The tree of a commit, in a folder."""
    with tempfile.TemporaryFile() as packed:
        packed.write(git("archive", commit))
        packed.seek(0)
        with tarfile.open(fileobj=packed) as tar:
            tar.extractall(folder, filter="data")
    return folder


class Installation:
    """The services of one tier on running providers, each replica from the tree of the release it was last put to.

    It has the addresses of a stack; a door is that of any replica that runs, as behind the address of a cluster. As
    there, the services' role is no superuser, doors have roles of their own, and callers sign in.
    """

    def __init__(self, providers, folder, tier="village", replicas=2):
        self._providers, self._folder, self._tier = providers, folder, tier
        self._key = folder / "vault.key"
        self._key.write_bytes(secrets.token_bytes(32))
        self._issuer = DevelopmentIssuer(folder)
        self._signing_in = self._issuer.begin()
        self._password = secrets.token_hex(12)
        self.replicas = range(1, replicas + 1)
        self.running = {}
        """(service, replica) → its process."""
        self.release = {}
        """(service, replica) → the tree it runs from."""
        self._ports = {
            (service, n): (free_port(), free_port()) for service in SERVICES for n in self.replicas
        }

    async def own(self, databases):
        """Makes the roles, as the operator of a cluster's databases does, and gives one of them these databases."""
        await door_roles.create(self.postgres(), databases, self._password)
        connection = await asyncpg.connect(self.postgres(), timeout=10)
        try:
            await connection.execute(f"create role {OWNER} {door_roles.ALLOWED} password '{self._password}'")
            for one in databases:
                await connection.execute(f"alter database {one} owner to {OWNER}")
        finally:
            await connection.close()

    def owned(self, database):
        """The DSN of a database as its services have it."""
        return f"postgresql://{OWNER}:{self._password}@{self.postgres(database).rpartition('@')[2]}"

    @property
    def headers(self):
        """Of requests of people who may do there whatever people do."""
        roles, area = ("centre-head", "centre-staff", "grid-staff", "mediator"), "620522100"
        token = self._issuer.token(roles, area, self._tier, 3600)
        return {"Authorization": f"Bearer {token}"}

    @property
    def kafka(self):
        """The bootstrap address."""
        return self._providers.kafka

    def postgres(self, database="postgres"):
        """The DSN of a database."""
        return self._providers.postgres(database)

    def url(self, program):
        """The door of one of the replicas that run."""
        return f"http://127.0.0.1:{self._ports[self._any(program)][0]}"

    def port(self, purpose):
        """The probe port of one of the replicas that run."""
        return self._ports[self._any(purpose.removesuffix("-probe"))][1]

    def probe_port(self, service, number):
        """The probe port of one replica."""
        return self._ports[service, number][1]

    def status(self):
        """Nobody supervises these."""
        return []

    def log(self, program):
        """What the first replica printed."""
        return self._folder / f"{program.partition('-')[2]}-1.log"

    def _any(self, program):
        service = program.partition("-")[2]
        return random.choice([one for one in self.running if one[0] == service] or [(service, 1)])

    def environment(self, service, number, tree):
        """What a process is told; the policy is the locality's own, which outlives releases."""
        door, probe = self._ports[service, number]
        database = f"{service}_{self._tier}"
        settings = self._signing_in | {
            "KAFKA": self.kafka, "POSTGRES": self.owned(database), "HOST": "127.0.0.1",
            "DOOR_POSTGRES": door_roles.door_address(self.postgres(), database, self._password),
            "PORT": door, "PROBE_PORT": probe, "POLICY": self._folder / "policy.yaml",
            "AREAS": tree / "policy" / "areas-620522.csv", "VAULT_KEY_FILE": self._key,
        }  # fmt: skip
        named = {f"{service.upper()}_{name}": str(value) for name, value in settings.items()}
        return os.environ | {"TIER": self._tier, "PYTHONUNBUFFERED": "1"} | named

    def migrate(self, tree, *asked):
        """Brings every database to the schema of a release, as its migration job does; what it printed."""
        return "".join(
            subprocess.run(
                [sys.executable, "-m", f"services.{service}", "migrate", *asked],
                cwd=tree, env=self.environment(service, 1, tree), check=True, capture_output=True, text=True,
            ).stdout
            for service in SERVICES
        )  # fmt: skip

    def start(self, service, number, tree):
        """Starts a replica from a release."""
        with (self._folder / f"{service}-{number}.log").open("ab") as log:
            self.running[service, number] = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}"],
                cwd=tree, env=self.environment(service, number, tree), stdout=log, stderr=log,
            )  # fmt: skip
        self.release[service, number] = tree

    def stop(self, service, number):
        """Stops a replica in order; its exit code."""
        process = self.running.pop((service, number))
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def close(self):
        """Stops whatever runs."""
        for one in list(self.running):
            self.stop(*one)
