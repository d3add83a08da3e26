"""Kafka for the local stack: an external cluster, Apache Kafka on the JVM, or librdkafka's mock cluster."""

import os
import sys
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from deploy.local import class_archive, jars, private_file
from deploy.local.plan import PROJECT, Program, StackError
from deploy.local.ports import Ports
from deploy.local.tool import call


class KafkaSource(Enum):
    """Where Kafka comes from, in order of preference."""

    EXTERNAL = "FENGQIAO_KAFKA"
    JVM = "Apache Kafka, one KRaft node on the JVM"
    MOCK = "THE MOCK CLUSTER OF LIBRDKAFKA: memory only, everything is lost when it stops"


@dataclass(frozen=True, slots=True)
class KafkaProvider:
    """A chosen Kafka: how to reach it, and the process to keep alive unless it is somebody else's."""

    source: KafkaSource
    bootstrap: str
    program: Program | None


def choose(environment: Mapping[str, str], *, jvm: bool, mock: bool) -> KafkaSource:
    """The first source that can be had; ``jvm`` and ``mock`` say whether those two can."""
    if environment.get("FENGQIAO_KAFKA"):
        return KafkaSource.EXTERNAL
    if jvm:
        return KafkaSource.JVM
    if mock:
        return KafkaSource.MOCK
    raise StackError(
        "no Kafka: set FENGQIAO_KAFKA to a bootstrap address, install Java 17 with Maven, "
        "or install confluent-kafka for a cluster in memory"
    )


def prepare(data: Path, ports: Ports, say: Callable[[str], None]) -> KafkaProvider:
    """Make the chosen Kafka ready to start; idempotent, and never touches data that is there."""
    mock = find_spec("confluent_kafka") is not None
    source = choose(os.environ, jvm=jars.java() is not None and jars.can_resolve(), mock=mock)
    say(f"Kafka: {source.value}")
    match source:
        case KafkaSource.EXTERNAL:
            return KafkaProvider(source, os.environ["FENGQIAO_KAFKA"], None)
        case KafkaSource.MOCK:
            return KafkaProvider(source, "", _mock_program(data))
        case KafkaSource.JVM:
            return _prepare_jvm(data, ports, say)


def mock_address_file(data: Path) -> Path:
    """Where the mock cluster writes its address, which it cannot be told."""
    return data / "kafka-mock.address"


def _mock_program(data: Path) -> Program:
    address = mock_address_file(data)
    address.unlink(missing_ok=True)
    command = (sys.executable, "-m", "deploy.local.mock_kafka", str(address))
    # Restarted it would be another, empty cluster on another port: better visibly dead.
    return Program("kafka", command, PROJECT, restart=False)


def _prepare_jvm(data: Path, ports: Ports, say: Callable[[str], None]) -> KafkaProvider:
    java, folder = jars.java(), jars.resolve(say)
    if java is None:
        raise StackError("Java has gone since it was found")
    ports.reserve(("kafka", "kafka-controller"))
    home = private_file.folder(data / "kafka")  # partners' records lie there as they came
    properties = home / "server.properties"
    properties.write_text(_properties(home / "log", ports["kafka"], ports["kafka-controller"]))
    base = (*_JVM, f"-Dlog4j2.configurationFile={jars.LOGGING}", "-cp", f"{folder}/*")
    classes = folder / "classes.jsa"
    if not (home / "log" / "meta.properties").exists():
        say("formatting the broker's storage")
        with class_archive.kept(classes) as kept:
            _format((java, kept, *base, "kafka.tools.StorageTool"), properties)
    command = (java, class_archive.read(classes), *base, "kafka.Kafka", str(properties))
    program = Program("kafka", command, home)
    return KafkaProvider(KafkaSource.JVM, f"127.0.0.1:{ports['kafka']}", program)


# A small heap and the serial collector: the broker shares two cores with everything else, and its
# real memory is the page cache. Only the quick compiler: a local broker lives for minutes, and the thorough one
# takes five seconds of a core while the house starts, and goes on for a minute. ExitOnOutOfMemoryError so that the
# supervisor gets to restart it.
_JVM = (
    "-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
)  # fmt: skip


def _format(tool: tuple[str, ...], properties: Path) -> None:
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [*tool, "format", "--ignore-formatted", f"--cluster-id={cluster}", "--config", str(properties)]
    call(command, "the Kafka storage tool failed")


def _properties(log: Path, port: int, controller: int) -> str:
    """The broker's settings; retention and message sizes belong to the topics."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": log,
        **_SETTINGS,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


_SETTINGS: dict[str, str | int] = {
    "auto.create.topics.enable": "false",
    "default.replication.factor": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    # After kill -9 the controller waits this long before the same broker may register again.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 4,
    # The default takes a third of this heap for compacting a handful of small topics.
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    # What was deleted is gone from the disk within seconds, so that a test can look for it there.
    "log.retention.check.interval.ms": 5000,
    "log.segment.delete.delay.ms": 1000,
}
