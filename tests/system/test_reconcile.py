"""`fengqiao reconcile` beside a county at work: nothing while all is well, each damage by its name."""

import asyncio
import json
from datetime import timedelta

import pytest

from cli.houses import house
from cli.reconciling.looking import Scope, reconcile
from tests.system import harm
from tests.system.commands import commanded
from tests.system.harm import HARMS
from tests.system.lifecycles import Lifecycles
from tests.system.partner import Partner

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]

RUNS, CLIENTS = 10, 10
LONG, SHORT = timedelta(seconds=30), timedelta(seconds=3)


async def looked(world, patience, *, figures):
    """What there is to be found."""
    seen = []
    found = await reconcile(
        house(world.stack.data, None, None, None),
        Scope(patience, figures=figures),
        lambda *_: None,
        seen.append,
    )
    assert sum(seen) > 0
    return found


async def test_each_damage_is_found_and_nothing_else(world):
    async with Partner(world.stack.kafka) as partner:
        await Lifecycles(world, partner, "harmed").run(30, 10)
    await world.done("village", await world.report(), "accept")
    assert await looked(world, LONG, figures=True) == []
    found = {}

    for name, one in HARMS.items():
        async with harm.done(world.stack, one):
            found[name] = {each.rule for each in await looked(world, SHORT, figures=one.figures)}

    assert found == {name: one.rules for name, one in HARMS.items()}
    assert await looked(world, LONG, figures=True) == []


@pytest.mark.long
async def test_beside_a_county_at_work_it_prints_nothing_each_time(world):
    async with Partner(world.stack.kafka) as partner:
        load = asyncio.create_task(Lifecycles(world, partner, "reconcile").run(100_000, CLIENTS))

        answers = [await commanded(world.stack.data, "reconcile") for _ in range(RUNS)]

        beside = not load.done()
        load.cancel()
        await asyncio.gather(load, return_exceptions=True)
    assert answers == [(0, "", "")] * RUNS
    assert beside


async def test_what_is_found_is_told_in_words_and_to_machines_with_the_next_step(world):
    one = HARMS["a reader has lost its place"]
    await world.comes_to("village", await world.report(), "open")

    async with harm.done(world.stack, one):
        words = await commanded(world.stack.data, "reconcile", "--patience", "3", "--no-figures")
        code, said, errors = await commanded(
            world.stack.data, "reconcile", "--patience", "3", "--no-figures", "--tier", "village", "--json"
        )

    assert (words[0], code, errors) == (1, 1, ""), words
    assert "读取方未处理已发出的事件" in words[1]
    assert "fengqiao replay --service routing --tier village" in words[1]
    [finding] = json.loads(said)["findings"]
    assert (finding["rule"], finding["count"]) == ("behind", 1)


async def test_without_a_house_it_says_that_it_cannot_look(tmp_path):
    code, said, errors = await commanded(tmp_path, "reconcile")

    assert (code, said) == (2, "")
    assert "无法核对 cannot look" in errors


async def test_the_doctor_finds_nothing_wrong_with_a_county_at_work(world):
    code, said, _ = await commanded(world.stack.data, "doctor", "--json")

    found = json.loads(said)
    wrong = [one for one in found["lines"] if one["verdict"] == "wrong"]
    assert (code, wrong) == (0, [])
    assert {one["what"] for one in found["lines"]} >= {
        "Kafka", "主题 topics", "政策 policy", "保密库 vault", "village-routing PostgreSQL",
        "village-routing 探针 probe",
        "各库时钟 clocks of all databases", "county-metrics-board 滞后 lag",
    }  # fmt: skip
