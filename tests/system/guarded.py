"""A broker that lets nobody do what no list allows; who comes is known by a certificate or by a password."""

import contextlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.local import class_archive, jars, kafka
from messaging.broker import Broker
from messaging.login import Login
from messaging.tls import Identity, Renewing
from tests.certificates import Authority
from tests.system.servants import reserved

ABSENT = "there is no Java with Kafka's jars; a broker that enforces permissions is theirs"
ADMINISTRATOR, ITSELF = "administrator", "broker"
WAYS = ("scram", "tls")


@dataclass(frozen=True)
class Doors:
    """Its addresses by how one is known there."""

    tls: str
    scram: str


class Guarded:
    """The broker: started and ended by the test, known to whoever is named with a password and a certificate."""

    def __init__(self, folder, names):
        self.folder = folder
        self.names = sorted({*names, ADMINISTRATOR})
        self._authority = Authority(folder)
        self.certificates = {one: self._authority.issue(one) for one in (*self.names, ITSELF)}
        self.passwords = {one: folder / f"{one}.password" for one in self.names}
        for one, file in self.passwords.items():
            file.write_text(f"the password of {one}\n")
        *doors, self._controller = (f"127.0.0.1:{port}" for port in reserved(folder, *WAYS, "controller"))
        self.doors = Doors(**dict(zip(WAYS, doors, strict=True)))
        self._process = None

    def at(self, name, way):
        """The broker as this principal sees it who comes this way."""
        if way == "tls":
            files = self.certificates[name]
            return Broker(self.doors.tls, Renewing(Identity(files.ca, files.cert, files.key)))
        login = Login.of(name, None, self.passwords[name])
        return Broker(self.doors.scram, Renewing(Identity(self._authority.ca)), login)

    def settings(self, service, name, way):
        """What a service is given to be this principal, as environment variables."""
        given = {"KAFKA": getattr(self.doors, way), "KAFKA_TLS_CA": self._authority.ca}
        if way == "tls":
            files = self.certificates[name]
            given |= {"KAFKA_TLS_CERT": files.cert, "KAFKA_TLS_KEY": files.key}
        else:
            given |= {"KAFKA_USERNAME": name, "KAFKA_PASSWORD_FILE": self.passwords[name]}
        return {f"{service.upper()}_{key}": str(value) for key, value in given.items()}

    def stranger(self, name):
        """Somebody with a name that is known and a password that is not his."""
        return Broker(
            self.doors.scram,
            Renewing(Identity(self._authority.ca)),
            Login.of(name, SecretStr("guessed"), None),
        )

    @contextlib.contextmanager
    def running(self):
        """It runs in here, formatted anew."""
        base = self._command()
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{key}={value}\n" for key, value in self._settings().items()))
        users = [
            f"--add-scram=SCRAM-SHA-512=[name={one},password={file.read_text().strip()}]"
            for one, file in self.passwords.items()
        ]
        tool = [*base, "kafka.tools.StorageTool", "format", "--cluster-id=ZmVuZ3FpYW8tZ3VhcmRlZA"]
        subprocess.run([*tool, *users, "--config", properties], check=True, capture_output=True)
        with (self.folder / "broker.log").open("wb") as log:
            self._process = subprocess.Popen([*base, "kafka.Kafka", properties], stdout=log, stderr=log)
        try:
            yield self
        finally:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def ended(self):
        """What it said last, if it has ended."""
        return None if self._process.poll() is None else (self.folder / "broker.log").read_text()[-4000:]

    def _command(self):
        java = jars.java()
        if java is None or not jars.can_resolve():
            pytest.skip(ABSENT)
        log, folder = f"-Dlog4j2.configurationFile={jars.LOGGING}", jars.resolve(lambda _line: None)
        return [java, class_archive.read(folder / "classes.jsa"), *kafka._JVM, log, "-cp", f"{folder}/*"]

    def _settings(self):
        controller = self._controller
        listeners = {"TLS": self.doors.tls, "PASSWORD": self.doors.scram, "CONTROLLER": controller}
        told = {one: at for one, at in listeners.items() if one != "CONTROLLER"}
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "listeners": _listed(listeners),
            "advertised.listeners": _listed(told),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "TLS",
            "listener.security.protocol.map": "TLS:SSL,PASSWORD:SASL_SSL,CONTROLLER:SSL",
            "listener.name.tls.ssl.client.auth": "required",
            "listener.name.controller.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.password.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self._keystore(),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self._authority.ca,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            # Itself because it speaks to itself; besides, nobody stands above the lists but the administrator.
            "super.users": f"User:CN={ITSELF};User:CN={ADMINISTRATOR};User:{ADMINISTRATOR}",
            "log.dirs": self.folder / "log",
            **kafka._SETTINGS,
            # A machine that is busy with other tests is no reason to take a broker out of its cluster of one.
            "broker.session.timeout.ms": 60_000,
        }

    def _keystore(self):
        """Its key and its certificate in one file, as it wants them."""
        files = self.certificates[ITSELF]
        made = Path(self.folder) / "keystore.pem"
        made.write_bytes(files.key.read_bytes() + files.cert.read_bytes())
        return made


def _listed(addresses):
    return ",".join(f"{name}://{address}" for name, address in addresses.items())
