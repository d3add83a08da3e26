"""What was kept as long as it may be is erased by the database's clock: closed, not reopened, of its category."""

import asyncio
from datetime import timedelta

import pytest

from policy.retention import RetentionRules
from services.intake.erasing import Erasing
from services.intake.retention import Retention, due
from tests.messaging.tiny import rows
from tests.services.intake.kept import OLD, TOLD, a_house, asked, opened
from tests.services.intake.recorded import a_patrol, send
from tests.services.intake.test_erasing import counted, whole

pytestmark = pytest.mark.system


def keeping(house, **rules):
    return Retention(house.database, Erasing("village", house.vault), RetentionRules.model_validate(rules))


async def happened(database, incident, *happenings):
    """What the timeline of a matter has: type and how many months ago."""
    async with database.connection() as connection:
        await connection.execute(
            "update vault set recorded_at = now() - interval '50 years' where incident_id = $1", incident
        )
        for seq, (kind, months) in enumerate(happenings, start=1):
            await connection.execute(
                """
                insert into timeline
                values ($1, 'village.routing', $2, $3, now(), now() - make_interval(months => $4))
                """,
                incident, seq, f"incident.{kind}.v1", months,
            )  # fmt: skip


async def test_only_what_is_closed_for_long_enough_is_erased_and_the_fact_is_published(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    names = [await asked(house) for _ in range(5)]
    gone, later, reopened, opened_still, again = names
    await happened(database, gone, ("opened", 30), ("closed", 25))
    await happened(database, later, ("closed", 23))
    await happened(database, reopened, ("closed", 40), ("reopened", 39))
    await happened(database, opened_still, ("opened", 40))
    await happened(database, again, ("closed", 40), ("reopened", 30), ("closed", 1))

    erased = await keeping(house, months=24).once()

    assert erased == 1
    assert {*await opened(database, OLD)} == {*names} - {gone}
    assert await rows(database, "select key from outbox where type = 'report.erased.v1'") == [(gone,)]
    assert await rows(database, "select entry::json ->> 'who' from audit") == [("retention",)]
    assert await whole(database, house.vault) is None


async def test_a_category_has_its_own_time_and_null_keeps_it(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    by_category = {one: await asked(house, category=one) for one in ("contract", "family", "land")}
    for one in by_category.values():
        await happened(database, one, ("closed", 10))

    await keeping(house, months=24, categories={"family": 6, "land": None}).once()

    assert {*await opened(database, OLD)} == {by_category["contract"], by_category["land"]}


async def test_a_note_of_an_activity_counts_from_when_it_was_recorded(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await send(house.http, a_patrol("a-1", note=TOLD["description"]), a_patrol("a-2", note="别的"))
    async with database.connection() as connection:
        await connection.execute(
            """
            update vault set recorded_at = now() - interval '3 years'
            where incident_id = (select min(incident_id) from vault)
            """
        )
        await connection.execute(
            "update activity a set recorded_at = v.recorded_at from vault v where v.incident_id = a.activity_id"
        )

    assert await keeping(house, months=1).once() == 0
    assert await keeping(house, activities=24).once() == 1


async def test_without_a_rule_nothing_is_ever_erased(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await happened(database, await asked(house), ("closed", 500))

    assert await keeping(house).once() == 0


async def test_several_processes_share_the_work_and_each_matter_is_erased_once(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    for _ in range(12):
        await happened(database, await asked(house), ("closed", 30))

    erased = await asyncio.gather(*(keeping(house, months=24).once(3) for _ in range(3)))
    erased.append(await keeping(house, months=24).once(3))

    assert sum(erased) == 12
    found = await counted(database)
    assert (found["vault"], found["said"], found["erasure"]) == (0, 12, 12)
    assert await whole(database, house.vault) is None


async def test_what_is_never_due_is_looked_at_once_a_round_and_not_for_every_batch(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    never, *gone = [await asked(house) for _ in range(6)]
    await happened(database, never, ("opened", 90))
    for one in gone:
        await happened(database, one, ("closed", 40))
    await rows(
        database,
        "update vault set recorded_at = '1970-01-01' where incident_id = '" + never + "' returning 1",
    )
    rules = RetentionRules.model_validate({"months": 24})
    async with database.transaction() as tx:
        first = await due(tx, rules, 2)
        behind = await due(tx, rules, 10, max(first.values()) + timedelta(seconds=1))

    assert len(first) == 2
    assert behind == {}, "all of them are as old as the first two"
    assert await keeping(house, months=24).once(at_once=2) == 5
    assert {*await opened(database, OLD)} == {never}
