"""Personal data is read by field and for a purpose, masked, and whatever was answered is in the audit with it."""

import asyncio
import json
from datetime import datetime

import pytest

from schemas.codes import load
from services.intake.audit import Accountable
from services.intake.reading import Question, Reader
from services.intake.vault import Vault
from tests.messaging.tiny import rows
from tests.services.intake.kept import NEW, OLD, TOLD, a_house, as_before, asked
from tests.services.intake.test_erasing import erased, whole

pytestmark = pytest.mark.system
ZHANG = Accountable("zhang", "cli")


async def read(house, incident, *fields, purpose="contact", clear=False, vault=None):
    async with house.database.transaction() as tx:
        reader = Reader(vault or house.vault, load())
        return await reader.ask(tx, Question(incident, fields, purpose, clear), ZHANG)


async def written(database):
    return [json.loads(one[0]) for one in await rows(database, "select entry from audit order by number")]


async def test_a_field_is_masked_unless_the_whole_is_asked_for_and_both_are_audited(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    incident = await asked(house)

    shown = await read(house, incident, "telephone")
    clear = await read(house, incident, "p1.telephone", clear=True)

    assert shown.values == {"p1.telephone": "138****1234"}
    assert clear.values == {"p1.telephone": TOLD["p1.telephone"]}
    first, second = await written(database)
    assert {name: first[name] for name in ("act", "who", "door", "about", "fields", "purpose", "outcome")} == {
        "act": "read", "who": "zhang", "door": "cli", "about": incident, "fields": ["p1.telephone"],
        "purpose": "access-purpose/1:contact", "outcome": "granted, masked",
    }  # fmt: skip
    assert second["outcome"] == "granted, clear"
    assert not any(said in str((first, second, shown)) for said in TOLD.values())
    assert await whole(database, house.vault) is None


async def test_only_what_was_asked_for_is_decrypted(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    incident = await asked(house)
    async with database.connection() as connection:
        await connection.execute("update vault set sealed[1] = 'x', sealed[3] = 'x'")

    assert (await read(house, incident, "telephone")).outcome == "granted"
    assert (await read(house, incident, "name")).outcome == "unreadable"


@pytest.mark.parametrize(
    ("fields", "purpose", "outcome"),
    [
        (["description"], "contact", "not needed for this purpose"),
        (["telephone", "identity_number"], "handling", "not needed for this purpose"),
        (["telephone"], "curiosity", "unknown purpose"),
        (["13812341234"], "contact", "unknown field"),
        ([], "contact", "unknown field"),
        (["address"], "visit", "nothing personal"),
    ],
)
async def test_what_is_refused_is_audited_and_nothing_that_was_given_with_it(
    new_database, fields, purpose, outcome
):
    database = await new_database("intake")
    house = await a_house(database, OLD)

    told = await read(house, await asked(house), *fields, purpose=purpose, clear=True)

    assert (told.outcome, told.values) == (outcome, {})
    [entry] = await written(database)
    assert entry["outcome"] == outcome
    assert "curiosity" not in str(entry)
    assert "13812341234" not in str(entry)


async def test_what_is_not_here_was_erased_or_cannot_be_opened_is_told_and_audited(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    gone, kept = await asked(house), await asked(house)
    bare = (await house.report(source_number=None)).json()["incident_id"]
    await erased(house, gone)

    assert (await read(house, gone, "name")).outcome == "erased"
    assert (await read(house, bare, "name")).outcome == "nothing personal"
    assert (await read(house, "13812341234", "name")).outcome == "not known here"
    assert (await read(house, kept, "name", vault=Vault(NEW))).outcome == "unreadable"
    assert [one["outcome"] for one in await written(database)][1:] == [
        "erased", "nothing personal", "not known here", "unreadable",
    ]  # fmt: skip
    assert "13812341234" not in str(await written(database))


async def test_what_an_older_program_wrote_is_read_the_same_way(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    [incident] = await as_before(database, OLD)

    assert (await read(house, incident, "name", "telephone")).values == {
        "p1.name": "王**", "p1.telephone": "138****1234",
    }  # fmt: skip


async def test_a_read_that_is_not_committed_was_not_answered_and_is_not_audited(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    incident = await asked(house)

    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await Reader(house.vault, load()).ask(tx, Question(incident, ["name"], "contact"), ZHANG)
            raise ZeroDivisionError

    assert await written(database) == []


async def test_many_who_read_at_once_make_one_chain(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    incident = await asked(house)

    await asyncio.gather(*(read(house, incident, "name") for _ in range(60)))

    assert await rows(database, "select count(*), max(number) from audit") == [(60, 60)]
    assert await whole(database, house.vault) is None
    times = [datetime.fromisoformat(one["at"]) for one in await written(database)]
    assert times == sorted(times)
