"""A year of a real city through `fengqiao import`: the city's own figures come out, and no crash changes them."""

import asyncio
import csv
import gzip
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.plan import PROJECT, Plan
from deploy.local.service_programs import database
from deploy.local.stack import Stack
from tests.boston.compared import every_cell_is_what_a_database_counts

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(1800)]

BOSTON = Path(__file__).parents[1] / "boston"
MEASURES = ("received", "resolved", "on_time", "with_target")
PUBLISHED = {
    "ISD": (1478, 2647), "BTDT": (1995, 2555), "PWDx": (4683, 5835), "PARK": (1151, 1376),
    "PROP": (504, 596), "INFO": (132, 184), "BWSC": (10, 32), "DISB": (2, 2),
}  # fmt: skip
"""On time, of those closed that had a target: as the data's own README says."""
REFUSED, RECEIVED, RESOLVED = 35, 20_105, 16_857
SEED = 1776
NEVER = (
    "escalated",
    "returned",
    "reopened",
    "closed",
    "overdue.accept",
    "overdue.handle",
    "overdue_again",
    "revisit_overdue",
)
COUNTED = {
    "outbox": "select count(*) from outbox",
    "unsent": "select count(*) from unsent",
    "dead": "select count(*) from dead_letter",
    "held": "select count(*) from held",
}


@pytest.fixture(scope="module")
def cases(shared, tmp_path_factory):
    """The city's file in a folder of ours; beside it the areas made from it, and a policy whose days are the city's."""
    folder = tmp_path_factory.mktemp("boston")
    file = folder / "cases.csv.gz"
    file.write_bytes((shared / "boston-311-2015.csv.gz").read_bytes())
    spec = spec_from_file_location("boston_areas", BOSTON / "areas.py")
    areas = module_from_spec(spec)
    spec.loader.exec_module(areas)
    areas.write(file, folder / "areas.csv")
    rules = (PROJECT / "policy" / "default.yaml").read_text(encoding="utf-8")
    there = rules.replace("time_zone: Asia/Shanghai", "time_zone: America/New_York")
    assert there != rules
    (folder / "policy.yaml").write_text(there, encoding="utf-8")
    return file


@pytest.fixture
def stack(cases, tmp_path):
    """All three tiers of the city."""
    places, rules = cases.with_name("areas.csv"), cases.with_name("policy.yaml")
    plan = Plan(areas=places, policy=rules, codes=BOSTON / "codes")
    stack = Stack(tmp_path / "stack", plan)
    try:
        stack.start()
        stack.wait_ready(300)
        yield stack
    finally:
        stack.stop(wipe=True)


def start_import(stack, cases):
    command = [sys.executable, "-m", "cli", "import", cases, "--data", stack.data]
    command += ["--mapping", BOSTON / "mapping.yaml", "--codes", BOSTON / "codes"]
    command += ["--areas", cases.with_name("areas.csv")]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process):
    said, _ = process.communicate(timeout=1500)
    print(said)
    assert process.returncode == 0, said
    return said


def figures(stack):
    """Counts of the whole city, and of each department: the sum of the three tiers, as the county tells it."""
    url = stack.url("county-metrics") + "/v1/metrics"
    answer = httpx.get(url, params={"group_by": "category"}, timeout=60).raise_for_status().json()
    groups = {one["key"].removeprefix("us-boston.category/1:"): one["counts"] for one in answer["groups"]}
    return answer["counts"], groups


def recount(cases):
    """The same counts by department, from nothing but the file."""
    found = {name: Counter() for name in MEASURES}
    with gzip.open(cases, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            opened, target, closed = (moment(row[one]) for one in ("OPEN_DT", "TARGET_DT", "CLOSED_DT"))
            if closed and closed < opened:
                continue
            true = (True, closed, closed and target and closed <= target, closed and target)
            for name, holds in zip(MEASURES, true, strict=True):
                found[name][row["Department"]] += bool(holds)
    return found


def moment(text):
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if text else None  # noqa: DTZ007 - compared with its like


async def counted(stack):
    """Rows of the delivery tables of all twelve databases, by service."""
    found = {name: Counter() for name in COUNTED}
    for instance in stack.plan.instances():
        connection = await asyncpg.connect(stack.postgres(database(instance)), timeout=60)
        for name, query in COUNTED.items():
            found[name][instance.service] += await connection.fetchval(query)
        await connection.close()
    return found


async def submissions(stack):
    connection = await asyncpg.connect(stack.postgres("intake_village"), timeout=60)
    try:
        return await connection.fetchval("select count(*) from submission")
    finally:
        await connection.close()


async def deadlines(stack):
    """How many deadlines of incidents and revisits are waiting to fire."""
    waiting = 0
    for name in (f"{service}_{tier}" for service in ("routing", "followup") for tier in stack.plan.tiers):
        connection = await asyncpg.connect(stack.postgres(name), timeout=60)
        waiting += await connection.fetchval("select count(*) from deadline")
        await connection.close()
    return waiting


def assert_the_citys_own_figures(stack, cases):
    whole, departments = figures(stack)
    mine = recount(cases)
    assert [whole[one] for one in MEASURES] == [RECEIVED, RESOLVED, 9_955, 13_227]
    assert [sum(mine[one].values()) for one in MEASURES] == [RECEIVED, RESOLVED, 9_955, 13_227]
    assert {name: tuple(departments[name][one] for one in MEASURES[2:]) for name in PUBLISHED} == PUBLISHED
    for department in mine["received"]:
        assert {one: departments[department][one] for one in MEASURES} == {
            one: mine[one][department] for one in MEASURES
        }
    assert whole["open"] == RECEIVED - RESOLVED
    assert {one: whole[one] for one in NEVER} == dict.fromkeys(NEVER, 0)


async def assert_each_event_once(stack):
    rows = await counted(stack)
    assert rows["outbox"]["intake"] == rows["outbox"]["routing"] == RECEIVED + 2 * RESOLVED
    assert rows["outbox"]["followup"] == RESOLVED
    assert [sum(rows[one].values()) for one in ("unsent", "dead", "held")] == [0, 0, 0]


async def test_the_import_gives_the_citys_own_figures_and_a_second_one_changes_nothing(stack, cases):
    began = time.monotonic()
    said = finish(start_import(stack, cases))
    print(f"the import and its effect took {time.monotonic() - began:.0f} s")

    assert f"{REFUSED} rows refused" in said
    with cases.with_name("cases.csv.gz.refused.csv").open(encoding="utf-8", newline="") as file:
        refused = list(csv.DictReader(file))
    assert Counter(row["reason"] for row in refused) == {"closed-before-opened": REFUSED}
    assert len({row["case_id"] for row in refused}) == REFUSED
    assert_the_citys_own_figures(stack, cases)
    every_cell_is_what_a_database_counts(cases, stack.url("county-metrics"))
    await assert_each_event_once(stack)
    assert await deadlines(stack) == 0

    before, rows = figures(stack), await counted(stack)
    finish(start_import(stack, cases))

    assert figures(stack) == before
    assert await counted(stack) == rows


async def test_whatever_is_killed_half_way_the_figures_are_the_same(stack, cases):
    names = [instance.name for instance in stack.plan.instances()]
    order = random.Random(SEED)
    order.shuffle(names)
    names[4:4], names[9:9] = ["kafka"], ["postgres"]
    print(f"seed {SEED}: {', '.join(names)}")

    first = start_import(stack, cases)
    while await submissions(stack) < 2000:
        assert first.poll() is None, first.communicate()[0]
        await asyncio.sleep(0.2)
    first.kill()
    first.communicate()
    second = start_import(stack, cases)
    for name in names:
        await asyncio.sleep(order.uniform(0.5, 2))
        killed = await asyncio.to_thread(stack.kill, name)
        assert killed, f"{name} did not run"
    finish(second)

    stack.wait_ready(120)
    assert_the_citys_own_figures(stack, cases)
    every_cell_is_what_a_database_counts(cases, stack.url("county-metrics"))
    await assert_each_event_once(stack)
    assert await deadlines(stack) == 0
