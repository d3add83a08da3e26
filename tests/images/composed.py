"""compose.yaml as data, and what it must be; each rule answers what it finds wrong."""

import re
from importlib import import_module

import yaml

from deploy.local.door_roles import role
from deploy.local.plan import PROJECT, Plan
from deploy.local.service_programs import database
from messaging.settings import DatabaseSettings
from tests.deploy.k8s.rules_pods import slowest_end

FILE = PROJECT / "compose.yaml"
PINNED = re.compile(r"docker\.io/[a-z]+/[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)?@sha256:[0-9a-f]{64}")
INSTANCES = Plan().instances()
ABSENT = "no client answers `docker compose`; install its plugin, no engine is needed"


def read(text=None):
    return yaml.safe_load(FILE.read_text(encoding="utf-8") if text is None else text)


def ours(file):
    """What runs from our image."""
    return {name: one for name, one in file["services"].items() if one["image"].startswith("fengqiao:")}


def hardened(file):
    """Nothing can write, gain rights, or take more than its share of the machine."""
    return [
        (name, key)
        for name, one in file["services"].items()
        for key, good in {
            "read_only": one.get("read_only") is True,
            "cap_drop": one.get("cap_drop") == ["ALL"] and "cap_add" not in one,
            "security_opt": one.get("security_opt") == ["no-new-privileges:true"],
            "privileged": not one.get("privileged"),
            "mem_limit": "mem_limit" in one,
            "pids_limit": one.get("pids_limit", 0) > 0,
            "logging": "max-size" in one.get("logging", {}).get("options", {}),
        }.items()
        if not good
    ]


def nobody(file):
    """Ours run as the user of the image, whatever the image says; PostgreSQL as its own. None is root's."""
    users = {name: one.get("user") for name, one in file["services"].items() if name != "kafka"}
    wanted = dict.fromkeys(ours(file), "10001:10001") | {"postgres": "999:999"}
    return sorted(name for name in users if users[name] != wanted.get(name))


def on_this_machine_alone(file):
    """No port is open to a network."""
    ports = [port for one in file["services"].values() for port in one.get("ports", ())]
    doubled = {port for port in ports if ports.count(port) > 1}
    return [port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port))] + sorted(doubled)


def pinned(file, version):
    """Images of others by digest, ours by the version of the project."""
    images = {one["image"] for one in file["services"].values()}
    return [one for one in images if not PINNED.fullmatch(one) and one != f"fengqiao:{version}"]


def asked(file):
    """Every service is asked whether it is ready, at the port of its probes."""
    return [
        one.name
        for one in INSTANCES
        if ":8081/ready" not in " ".join(file["services"][one.name].get("healthcheck", {}).get("test", []))
    ]


def patient(file):
    """No service is killed while it still does what it has to do at its end."""
    given = {one.name: file["services"][one.name].get("stop_grace_period", "10s") for one in INSTANCES}
    return [name for name, grace in given.items() if int(grace.removesuffix("s")) <= slowest_end()]


def complete(file):
    """Twelve services, each after its own migration and the topics; nothing else but what they stand on."""
    wanted = {one.name for one in INSTANCES} | {f"{one.name}-migration" for one in INSTANCES}
    wrong = sorted(set(file["services"]) ^ (wanted | {"kafka", "postgres", "topics", "simulator"}))
    for one in INSTANCES:
        there = file["services"].get(one.name, {})
        after = {name: how["condition"] for name, how in there.get("depends_on", {}).items()}
        done = dict.fromkeys(("topics", f"{one.name}-migration"), "service_completed_successfully")
        program = ["python", "-m", f"services.{one.service}"]
        migration = file["services"].get(f"{one.name}-migration", {})
        wrong += [one.name] * (after != done or there.get("command") != program)
        wrong += [f"{one.name}-migration"] * (migration.get("command") != [*program, "migrate"])
    return wrong


def known(file):
    """No variable that its process does not read, and of its own tier, database and secrets only."""
    return [
        (name, variable)
        for one in INSTANCES
        for name, kind in ((one.name, settings(one.service)), (f"{one.name}-migration", DatabaseSettings))
        for variable in _wrong(one, file["services"][name]["environment"], kind)
    ]


def settings(service):
    """The settings class of a service."""
    return import_module(f"services.{service}.settings").Settings


def variables(kind, service):
    """The environment variables that a settings class reads."""
    return {
        str(field.validation_alias or f"{service}_{name}".upper())
        for name, field in kind.model_fields.items()
    }


def _wrong(one, environment, kind):
    name = database(one)
    wanted = {
        "TIER": one.tier,
        f"{one.service}_POSTGRES".upper(): f"postgresql://{name}@postgres/{name}",
        f"{one.service}_POSTGRES_PASSWORD_FILE".upper(): "/run/secrets/postgres-password",
        f"{one.service}_DOOR_POSTGRES".upper(): f"postgresql://{role(name)}@postgres/{name}",
    }
    if kind is not DatabaseSettings:
        file = "/run/secrets/postgres-door-password"
        wanted[f"{one.service}_DOOR_POSTGRES_PASSWORD_FILE".upper()] = file
    unknown = set(environment) - variables(kind, one.service)
    return sorted(unknown | {key for key, value in wanted.items() if environment.get(key) != value})


def handed_out(file):
    """A secret is a file, and only whoever reads it is handed it."""
    wrong = []
    for name, one in file["services"].items():
        read_here = {
            word.removeprefix("/run/secrets/")
            for word in one.get("environment", {}).values()
            if str(word).startswith("/run/secrets/")
        }
        wrong += [name] * (set(one.get("secrets", ())) != read_here)
    return wrong


RULES = (hardened, nobody, on_this_machine_alone, asked, patient, complete, known, handed_out)
