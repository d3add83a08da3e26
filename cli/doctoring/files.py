"""Settings and files, judged by what the services themselves judge them with: all errors at once."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import httpx

from cli.doctoring.judged import Line, disk
from cli.houses import Whose
from deploy.local.plan import StackError
from deploy.local.stack import Stack
from messaging.process import Process
from policy import load
from schemas.base import SERVICES, TIERS, Tier

ANSWER_S = 5.0


def of_service(environment: Mapping[str, str]) -> Whose | None:
    """The service whose settings are in the environment, as in its pod; None where there is none, or several."""
    tier = environment.get("TIER")
    named: list[Whose] = [
        (one, service)
        for one in TIERS
        for service in SERVICES
        if one == tier and f"{service.upper()}_POSTGRES" in environment
    ]
    return named[0] if len(named) == 1 else None


def tiers(environment: Mapping[str, str]) -> tuple[Tier, ...]:
    """Which tiers the county has, as its services are told: `COUNTY_TIERS`; all where nothing is said."""
    said = {one.strip() for one in environment.get("COUNTY_TIERS", "").split(",")} - {""}
    if said - {*TIERS}:
        raise StackError(
            f"COUNTY_TIERS names {', '.join(sorted(said - {*TIERS}))}; tiers are {', '.join(TIERS)}"
        )
    return tuple(one for one in TIERS if one in said) or TIERS


def settings(whose: Whose) -> tuple[Line, Process | None]:
    """The settings of a service as it reads them at its start."""
    what = f"{'-'.join(whose)} 配置 settings"
    compose: Callable[[], Process] = import_module(f"services.{whose[1]}.app").compose
    try:
        return Line("ok", what, "as the service reads them"), compose()
    except ValueError as error:
        return Line("wrong", what, str(error), "docs/operate, and the service's README"), None


def policy(stack: Stack) -> Line:
    """The policy the stack was started with."""
    what = "政策 policy"
    try:
        found = load.policies(stack.policy)
    except (load.Refused, OSError) as error:
        return Line("wrong", what, str(error), f"fengqiao policy check {stack.policy.name}")
    return Line("ok", what, ", ".join(found))


def disks(data: Path) -> Line:
    """The disk of the local stack."""
    usage = shutil.disk_usage(data)
    return disk(usage.used / usage.total, str(data.name))


def probes(stack: Stack) -> Iterator[Line]:
    """Whether each service of the local stack says that it is ready, and why not."""
    for name in sorted(set(stack.programs()) - {"kafka", "postgres"}):
        yield probe(name, f"http://127.0.0.1:{stack.port(f'{name}-probe')}/ready")


def probe(name: str, url: str) -> Line:
    """What a service says of itself."""
    what = f"{name} 探针 probe"
    try:
        answer = httpx.get(url, timeout=ANSWER_S)
        conditions = answer.json()["conditions"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Line("wrong", what, f"no answer: {type(error).__name__}", "is it running? look at its log")
    bad = [f"{condition}: {why}" for condition, why in conditions.items() if why != "ok"]
    if answer.is_success and not bad:
        return Line("ok", what, "ready")
    return Line(
        "warn" if answer.is_success else "wrong", what, "; ".join(bad) or "not ready", "look at its log"
    )


def environment() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ
