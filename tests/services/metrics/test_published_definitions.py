"""Definitions stand on the topic under their name; one that is gone is retired there, whoever published it."""

import uuid

import pytest

from messaging.envelope import Record
from schemas.metrics import MetricDefinition
from services.metrics import published_definitions
from services.metrics.catalogue import catalogue
from services.metrics.defined import said
from services.metrics.definition import Definition
from services.metrics.publisher import Publisher
from tests.builders import NOW
from tests.messaging.tiny import rows
from tests.messaging.wire import read, running, until
from tests.services.metrics.restating import CELLS, receiving

EVERY = catalogue().figures()


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.key)
def test_every_figure_is_said_with_all_it_is_made_of(one):
    event = MetricDefinition.model_validate_json(said("town", one).model_dump_json())

    assert (event.tier, event.numerator_tier, f"{event.id}@{event.version}") == ("town", one.tier, one.key)
    assert (event.numerator, event.denominator, event.apart) == (one.numerator, one.denominator, one.apart)
    same = (MetricDefinition.model_fields.keys() & Definition.model_fields.keys()) - {
        "tier",
        "cohort",
        "rounding",
    }
    assert event.model_dump(include=same) == {name: getattr(one, name) for name in same}
    assert event.formula == one.formula
    assert event.cohort.model_dump() == one.cohort.model_dump()
    assert event.rounding.model_dump() == one.rounding.model_dump()
    assert (event.unit_zh, event.unit_en) == (one.unit.zh, one.unit.en)


def test_nothing_of_a_definition_is_left_unsaid():
    otherwise = {"each", "unit"}  # of a locality's words one each, and the unit in both languages

    assert Definition.model_fields.keys() - MetricDefinition.model_fields.keys() == otherwise


def two_figures():
    """Two that no other test has."""
    return [one.model_copy(update={"id": f"t{uuid.uuid4().hex}"}) for one in EVERY[:2]]


async def published(database, kafka, *figures):
    """Publishes until everything is said."""
    async with running(Publisher(database, kafka, "village", lambda: NOW, figures).run):
        await until(lambda: rows(database, "select as_of from tier_state"))
        await until(lambda: all_said(database, len(figures)))


async def all_said(database, count):
    return await rows(database, "select unpublished from published_definition") == [(False,)] * count


@pytest.mark.system
async def test_a_definition_that_is_gone_is_retired_after_a_restart_and_only_once(new_database, kafka):
    database, (kept, gone) = await new_database("metrics"), two_figures()
    keys = [f"definition|{one.key}" for one in (kept, gone)]

    for figures in ((kept, gone), (kept,), (kept,)):
        await published(database, kafka, *figures)
    records = await read(kafka, CELLS.name, keys, 3)

    values = {key: [one.value for one in records if one.key == key.encode()] for key in keys}
    assert {MetricDefinition.model_validate_json(one).id for one in values[keys[0]]} == {kept.id}
    assert [one is None for one in values[keys[1]]] == [False, True]
    assert await rows(database, "select name from published_definition") == [(kept.key,)]


@pytest.mark.system
async def test_a_definition_comes_back_with_its_name(new_database, kafka):
    database, (kept, gone) = await new_database("metrics"), two_figures()

    for figures in ((kept, gone), (kept,), (kept, gone)):
        await published(database, kafka, *figures)
    records = await read(kafka, CELLS.name, [f"definition|{gone.key}"], 2)

    assert [one.value is None for one in records] == [False, True, False]


@pytest.mark.system
async def test_all_are_said_again_to_a_broker_that_lost_them(new_database, kafka):
    database, figures = await new_database("metrics"), two_figures()
    await published(database, kafka, *figures)

    async with database.connection() as connection:
        await published_definitions.republish(connection)

    assert not await all_said(database, 2)


@pytest.mark.system
async def test_another_tier_passes_over_definitions_and_tombstones_however_often_they_come(
    new_database, kafka
):
    source, target, (kept, gone) = await new_database("metrics"), await new_database("metrics"), two_figures()
    for figures in ((kept, gone), (kept,)):
        await published(source, kafka, *figures)
    records = await read(kafka, CELLS.name, [f"definition|{one.key}" for one in (kept, gone)], 3)
    signed = [
        Record(one.topic, one.partition, one.offset, one.key, tuple(one.headers), one.value)
        for one in records
    ]
    bare = [Record(CELLS.name, 0, at, f"{at}".encode(), (), None) for at in range(20)]

    for batch in (signed, bare, signed + bare):
        await receiving(target).apply(batch)

    assert await rows(target, "select reason from dead_letter") == []
    assert await rows(target, "select from cell") == []
