"""What safety costs: the same people at the same doors, unknown to them, known, and telling what the vault keeps."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
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
WAVE, IN_FLIGHT, CONNECTIONS = 10, 12, 32
"""Everything is asked one by one here, so waves are smaller than those on the inbound topic: so small that a lifecycle
takes less than the time before the window, or the window would see who was quicker to begin."""
TOKEN_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Way:
    """A way to ask: in somebody's name or in nobody's, about named people or about roles only."""

    name: str
    signed: bool
    personal: bool


OPEN = Way("open", signed=False, personal=False)
WAYS = (
    Way("signed in", signed=True, personal=False),
    Way("signed in, with people", signed=True, personal=True),
)


def section(report: Report, options: Options) -> None:
    """Unknown callers in one house and another way in the other, at the same time, then each in the other's house.

    Both have the same machine at the same moments, whatever it does meanwhile.
    """
    with ExitStack() as both:
        houses = [both.enter_context(_house(options, name)) for name in ("one", "other")]
        tokens = {one.data: _tokens(one) for one in houses}
        for way in WAYS:
            found: dict[str, list[Run]] = {OPEN.name: [], way.name: []}
            for pair in (houses, houses[::-1]):
                say(f"cost: {way.name}, beside {OPEN.name}")
                runs = _beside(pair, way, options, tokens)
                for one, stack, run in zip((OPEN, way), pair, runs, strict=True):
                    found[one.name].append(run)
                    lifecycle.show(one.name, run, lifecycle.where(stack).groups)
            _tell(report, way, found)


@contextmanager
def _house(options: Options, name: str) -> Iterator[Stack]:
    data = None if options.data is None else options.data / name
    with house(replace(options, data=data), ("village",), sign_in=True) as stack:
        for one in stack.plan.instances():
            stack.stop_program(one.name)
        yield stack


def _beside(
    pair: Sequence[Stack], way: Way, options: Options, tokens: Mapping[Path, Path]
) -> tuple[Run, Run]:
    """Callers unknown in the first house, in that way in the second, both driven at once."""
    first, second = pair
    with running(first, _programs(first, OPEN)) as unknown, running(second, _programs(second, way)) as known:
        return asyncio.run(
            _both(
                lifecycle.measure(first, options, unknown, partial(_people, first, OPEN, options, tokens)),
                lifecycle.measure(second, options, known, partial(_people, second, way, options, tokens)),
            )
        )


async def _both(first: Awaitable[Run], second: Awaitable[Run]) -> tuple[Run, Run]:
    return await asyncio.gather(first, second)


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


async def _people(stack: Stack, way: Way, options: Options, tokens: Mapping[Path, Path]) -> Process:
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
        tokens=str(tokens[stack.data]) if way.signed else None,
        personal=way.personal,
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.people", json.dumps(asdict(order)), stdout=PIPE, cwd=PROJECT
    )


def _tell(report: Report, way: Way, found: Mapping[str, Sequence[Run]]) -> None:
    rates, yields = lifecycle.there_and_back(report, f"cost of safety, {way.name}", found)
    share = 100 * sum(rates[way.name]) / sum(rates[OPEN.name])
    spent = 100 * sum(yields[way.name]) / sum(yields[OPEN.name])
    report.add(
        Figure(f"lifecycles/s, {way.name}, of those of unknown callers", share, "%", at_least=LEFT),
        Figure(f"the same for a CPU second, {way.name}", spent, "%"),
    )
