"""``fengqiao doctor``: is this installation fit to work, and if not, what to do."""

import asyncio
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import asyncpg
import click
from aiokafka.errors import KafkaError

from cli.broker import broker_options
from cli.databases import Place, of_stack
from cli.doctoring import brokers, doors, files, servers, walls
from cli.doctoring.databases import apart, connections, judge
from cli.doctoring.judged import NAMES, Line, vault, worst
from cli.houses import Whose, house
from cli.stack import data_option, say
from deploy.local.door_roles import role as door_role
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from doors.identity.settings import DoorSettings
from messaging.broker import At, Broker
from messaging.errors import Unavailable
from messaging.settings import ServiceSettings
from schemas.base import TIERS, Tier
from schemas.permissions import OPERATOR, Permissions, of_operator
from services.intake.settings import Settings as IntakeSettings
from services.intake.settings import ring_of
from services.intake.vault import Vault

POOL, DOOR_POOL = (int(ServiceSettings.model_fields[one].default) for one in ("pool_size", "door_pool_size"))
"""Connections of a process, and of its door's own role beside them, unless something else was set."""
WRONG, BLIND = 1, 2
"""Exit codes: something is wrong; there is nothing to look at."""


@dataclass(slots=True)
class Patient:
    """What is examined: databases and broker, and what is known of them beforehand."""

    kafka: At | None
    places: Mapping[Whose, Place]
    lines: list[Line] = field(default_factory=list)
    who: str = OPERATOR
    needed: Permissions | None = None
    """What whoever asks, the service in whose pod we are or an operator, needs at the broker, if that is known."""
    ring: tuple[bytes, ...] = ()
    """The vault's keys, the current one first."""
    pool: int = POOL
    tiers: Collection[Tier] = TIERS
    """Which tiers the county has."""
    signs_in: bool | None = None
    """Whether callers sign in, where that is known: else their doors' roles are looked for and not missed."""
    door: tuple[str, str] | None = None
    """Of the service in whose pod we are: what the role of its door is called, and its DSN."""


@click.command()
@data_option
@click.option("--tier", type=click.Choice(TIERS), help="Only this tier.")
@broker_options("Bootstrap address of another broker than the local stack's.")
@click.option(
    "--policy", type=click.Path(path_type=Path), help="The policy, where --kafka names another broker."
)
@click.option("--replicas", type=click.IntRange(1), help="How many replicas topics are meant to have.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def doctor(
    data: Path, tier: Tier | None, kafka: Broker | None, policy: Path | None, replicas: int | None, *, as_json: bool
) -> None:  # fmt: skip
    """Examine settings, connections, versions, topics, clocks and rights, each with what to do.

    In a service's pod it examines that service by its own environment; else the local stack, or what --kafka and
    FENGQIAO_DSN_VILLAGE_ROUTING and its like name. Exit code 0: nothing is wrong. 1: something is. 2: nothing to
    examine.
    """
    try:
        patient = _patient(data, tier, kafka, policy)
    except StackError as error:
        click.echo(f"无可检查 nothing to examine: {error}", err=True)
        raise SystemExit(BLIND) from None
    lines = [*_versions(), *patient.lines, *asyncio.run(_examined(patient, replicas))]
    if as_json:
        rows = {"verdict": worst(lines), "lines": [asdict(one) for one in lines]}
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        tell(lines)
    raise SystemExit(WRONG if worst(lines) == "wrong" else 0)


def _patient(data: Path, tier: Tier | None, kafka: Broker | None, policy: Path | None) -> Patient:
    environment = files.environment()
    if (own := files.of_service(environment)) is not None and kafka is None:
        return _pod(own, environment)
    if kafka is not None:
        found = house(data, tier, kafka, policy)
        return Patient(found.kafka, found.places, tiers=files.tiers(environment))
    stack = Stack(data)
    whose = {
        (one.name.partition("-")[0], one.name.partition("-")[2]): one for one in of_stack(data, None, tier)
    }
    patient = Patient(stack.kafka, whose)  # type: ignore[arg-type] # names of ours
    patient.lines += [files.policy(stack), files.disks(stack.data), *files.probes(stack)]
    patient.ring = _ring(stack.vault_key_file, patient.lines)
    patient.signs_in = stack.signs_in
    patient.pool += DOOR_POOL if stack.signs_in else 0
    return patient


def _pod(own: Whose, environment: Mapping[str, str]) -> Patient:
    line, process = files.settings(own)
    if process is None:
        return Patient(None, {}, [line])
    patient = Patient(process.broker, {own: Place("-".join(own), process.dsn)}, [line])
    patient.who, patient.needed = "-".join(own), process.settings.permissions(own[1])
    patient.pool, patient.tiers = process.settings.pool_size, process.settings.tiers
    if isinstance(process.settings, DoorSettings):
        patient.lines.append(doors.sign_in(process.settings))
        patient.signs_in = process.settings.signs_in
    if (role := process.settings.door_role) and (dsn := process.settings.door_dsn()):
        patient.door, patient.pool = (role, dsn), patient.pool + process.settings.door_pool_size
    if isinstance(process.settings, IntakeSettings):
        patient.ring = process.settings.keys()
    if port := environment.get(f"{own[1].upper()}_PROBE_PORT"):
        patient.lines.append(files.probe("-".join(own), f"http://127.0.0.1:{port}/ready"))
    return patient


def _ring(file: Path, lines: list[Line]) -> tuple[bytes, ...]:
    try:
        return ring_of(file.read_bytes())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        advice = "put the key back, readable for intake only: without it nobody can read the vault"
        lines.append(Line("wrong", "保密库 vault", f"the key cannot be read: {why}", advice))
        return ()


def _versions() -> list[Line]:
    python = ".".join(map(str, sys.version_info[:3]))
    try:
        ours = version("fengqiao")
    except PackageNotFoundError:
        ours = "from source"
    good = sys.version_info >= (3, 11)
    return [
        Line("ok" if good else "wrong", "Python", python, "" if good else "use 3.11 or newer"),
        Line("ok", "fengqiao", ours),
    ]


async def _examined(patient: Patient, replicas: int | None) -> list[Line]:
    lines: list[Line] = []
    found = []
    for place in patient.places.values():
        try:
            found.append(await servers.looked(place))
        except (Unavailable, asyncpg.PostgresError, OSError) as error:
            advice = "is the server up, the address right, the password the present one?"
            lines.append(Line("wrong", f"{place.name} PostgreSQL", f"cannot be asked: {error}", advice))
    for server in found:
        lines += judge(server)
    if found:
        pools = {one.name: patient.pool for one in found}
        lines += [apart(found), *connections(found, pools)]
    lines += [line for server in found for line in await _walls(patient, server.name)]
    lines += await _vaults(patient)
    if patient.kafka is not None:
        lines += await _kafka(patient.kafka, replicas, patient)
    return lines


async def _walls(patient: Patient, name: str) -> list[Line]:
    if patient.signs_in is False:
        return []
    [place] = [one for one in patient.places.values() if one.name == name]
    role = patient.door[0] if patient.door else door_role(place.dsn.rpartition("/")[2].partition("?")[0])
    try:
        wall = await walls.wall(place, role)
    except (Unavailable, asyncpg.PostgresError, OSError):
        return []  # it could be asked a moment ago, and will be said at the next look
    lines = walls.judge(name, wall, signs_in=bool(patient.signs_in))
    return lines + (await walls.entered(name, patient.door[1]) if patient.door else [])


async def _vaults(patient: Patient) -> list[Line]:
    intakes = [place for (_, service), place in patient.places.items() if service == "intake"]
    lines = []
    for place in intakes if patient.ring else ():
        try:
            lines.append(vault(await servers.keys(place, Vault(*patient.ring))))
        except (Unavailable, asyncpg.PostgresError, OSError):
            continue  # said already that it cannot be asked
    return lines


async def _kafka(kafka: At, replicas: int | None, patient: Patient) -> list[Line]:
    try:
        needed = patient.needed or of_operator({tier for tier, _ in patient.places} or TIERS)
        return await brokers.looked(
            kafka, replicas, list(patient.places), brokers.Asking(patient.who, needed, patient.tiers)
        )
    except (KafkaError, OSError, TimeoutError) as error:
        advice = "is the broker up, the address right, the certificate trusted, the password the present one?"
        at = Broker.at(kafka).bootstrap
        return [Line("wrong", "Kafka", f"{at} cannot be asked: {error or type(error).__name__}", advice)]


def tell(lines: Sequence[Line]) -> None:
    """A line each, and what to do beneath those that are not well; the count at the end."""
    for one in lines:
        say(f"{NAMES[one.verdict]}  {one.what}: {one.said}")
        if one.advice and one.verdict != "ok":
            say(f"    下一步 next: {one.advice}")
    counts = {verdict: sum(one.verdict == verdict for one in lines) for verdict in NAMES}
    say(" · ".join(f"{NAMES[verdict]} {count}" for verdict, count in counts.items()))


COMMANDS = (doctor,)
