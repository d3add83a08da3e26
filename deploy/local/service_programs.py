"""The service processes of a plan: their names, ports and environment."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from deploy.local.databases import address
from deploy.local.door_roles import door_address
from deploy.local.plan import PROJECT, Instance, Plan, Program
from deploy.local.ports import Ports

STOPS_S = 30
"""How long a service may take to stop: longer than it answers what it has been asked (`messaging.web.GRACE_S`)."""


class Addresses(NamedTuple):
    """Where Kafka is, and PostgreSQL for the services; the password of the roles their doors have there, if they do."""

    kafka: str
    postgres: str
    doors: str | None = None


def reserve(plan: Plan, ports: Ports) -> None:
    """Give every service process its two ports."""
    ports.reserve(purpose for instance in plan.instances() for purpose in purposes(instance.name))


def purposes(name: str) -> tuple[str, str]:
    """The ports of a service process: its door, and its probes."""
    return name, f"{name}-probe"


def signing_in(plan: Plan, settings: Mapping[str, str]) -> Plan:
    """The plan with these settings of signing in for every service."""
    every = {f"{one.upper()}_{name}": value for one in plan.services for name, value in settings.items()}
    return replace(plan, settings=every | dict(plan.settings))


def build(plan: Plan, ports: Ports, addresses: Addresses, vault_key: Path) -> list[Program]:
    """Every service process of the plan."""
    return [_program(plan, instance, ports, addresses, vault_key) for instance in plan.instances()]


def _program(plan: Plan, instance: Instance, ports: Ports, addresses: Addresses, vault_key: Path) -> Program:
    door, probe = purposes(instance.name)
    settings = {
        "KAFKA": addresses.kafka,
        "POSTGRES": address(addresses.postgres, database(instance)),
        "HOST": "127.0.0.1",
        "PORT": str(ports[door]),
        "PROBE_PORT": str(ports[probe]),
        "POLICY": str(plan.policy.resolve()),
        "AREAS": str(plan.areas.resolve()),
    }
    if plan.codes:
        settings["CODES"] = str(plan.codes.resolve())
    if addresses.doors is not None:
        settings["DOOR_POSTGRES"] = door_address(addresses.postgres, database(instance), addresses.doors)
    if instance.service == "intake":
        settings["VAULT_KEY_FILE"] = str(vault_key)
    prefix = instance.service.upper()
    environment = {"TIER": instance.tier, **{f"{prefix}_{name}": value for name, value in settings.items()}}
    command = (sys.executable, "-m", f"services.{instance.service}")
    return Program(instance.name, command, PROJECT, {**environment, **plan.settings}, stop_seconds=STOPS_S)


def database(instance: Instance) -> str:
    """The database of a service in a tier, shared by its replicas."""
    return f"{instance.service}_{instance.tier}"
