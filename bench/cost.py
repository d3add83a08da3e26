"""What safety costs: the same people at the same doors, unknown to them, known, and telling what the vault keeps."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from bench import lifecycle
from bench.figures import Figure, Report, say
from bench.house import house
from bench.lifecycle import Run
from bench.options import Options
from bench.people import SERVICES, Order
from bench.processes import running
from deploy.local import door_roles, private_file, service_programs
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.plan import PROJECT, Program
from deploy.local.ports import Ports, Record
from deploy.local.service_programs import Addresses
from deploy.local.stack import Stack
from policy.load import areas

LEFT = 85.0
"""Percent of the lifecycles of unknown callers that must be left."""
WAVE, IN_FLIGHT, CONNECTIONS = 50, 12, 32
"""Everything is asked one by one here, so waves are smaller than those on the inbound topic."""
TOKEN_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Way:
    """A way to ask: in somebody's name or in nobody's, about named people or about roles only."""

    name: str
    signed: bool
    personal: bool


OPEN = Way("open", signed=False, personal=False)
WAYS = (
    OPEN,
    Way("signed in", signed=True, personal=False),
    Way("signed in, with people", signed=True, personal=True),
)


def section(report: Report, options: Options) -> None:
    """Each way twice, there and back, so that a machine that gets slower or faster meanwhile does so for all."""
    found: dict[str, list[Run]] = {one.name: [] for one in WAYS}
    with house(options, ("village",), sign_in=True) as stack:
        tokens = _tokens(stack)
        for one in stack.plan.instances():
            stack.stop_program(one.name)
        for way in (*WAYS, *reversed(WAYS)):
            found[way.name].append(_run(stack, way, options, tokens))
    _tell(report, found)


def _tokens(stack: Stack) -> Path:
    """A file with a token for somebody of each village, by its area."""
    issuer, file = DevelopmentIssuer(stack.data), stack.data / "tokens.json"
    issuer.begin()
    villages = [one.code for one in areas(stack.plan.areas).values() if one.tier == "village"]
    made = {one: issuer.token(("grid-staff",), one, "village", TOKEN_S) for one in villages}
    private_file.write(file, json.dumps(made).encode())
    return file


def _programs(stack: Stack, way: Way) -> list[Program]:
    """The services as they are started where callers sign in, or where they do not."""
    ports = Ports(stack.data, Record(stack.data))
    plan, doors = stack.plan, None
    if way.signed:
        plan = service_programs.signing_in(plan, DevelopmentIssuer(stack.data).begin())
        doors = door_roles.password(stack.data)
    return service_programs.build(
        plan, ports, Addresses(stack.kafka, stack.postgres(), doors), stack.vault_key_file
    )


def _run(stack: Stack, way: Way, options: Options, tokens: Path) -> Run:
    say(f"cost: {way.name}")
    with running(stack, _programs(stack, way)) as services:
        drive = partial(_people, stack, way, options, tokens)
        run = asyncio.run(lifecycle.measure(stack, options, services, drive))
    say(f"  {run.rate:.1f} lifecycles/s, {run.rate / run.cores:.1f} for a CPU second")
    lifecycle.show(way.name, run, lifecycle.where(stack).groups)
    return run


async def _people(stack: Stack, way: Way, options: Options, tokens: Path) -> Process:
    order = Order(
        postgres=stack.postgres(),
        doors={one: stack.port(f"village-{one}") for one in SERVICES},
        registry=str(stack.plan.areas),
        seed=time.time_ns() % 2**32,
        seconds=options.seconds,
        warm=min(options.warm, 20.0),
        wave=min(options.wave, WAVE),
        in_flight=min(options.in_flight, IN_FLIGHT),
        connections=CONNECTIONS,
        tokens=str(tokens) if way.signed else None,
        personal=way.personal,
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.people", json.dumps(asdict(order)), stdout=PIPE, cwd=PROJECT
    )


def _tell(report: Report, found: Mapping[str, Sequence[Run]]) -> None:
    rates, yields = lifecycle.there_and_back(report, "cost of safety", found)
    for way in WAYS:
        if way is OPEN:
            report.add(Figure("lifecycles/s over HTTP, callers unknown", sum(rates[way.name]) / 2, "/s"))
            continue
        share = 100 * sum(rates[way.name]) / sum(rates[OPEN.name])
        spent = 100 * sum(yields[way.name]) / sum(yields[OPEN.name])
        report.add(
            Figure(f"lifecycles/s, {way.name}, of those of unknown callers", share, "%", at_least=LEFT),
            Figure(f"the same for a CPU second, {way.name}", spent, "%"),
        )
