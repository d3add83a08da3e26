"""``policy try`` reads what the services recorded, compares, and changes nothing."""

import asyncio
import re
import uuid
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy.local.plan import PROJECT
from schemas.actions import Accept
from services.routing import contacts_store
from services.routing.desk import Desk
from services.routing.handling import Request
from services.routing.registry import Entry
from tests.builders import OFFICER, VILLAGE, a_centre, a_message, reported
from tests.locality import lists

DEFAULT = (PROJECT / "policy" / "default.yaml").read_text(encoding="utf-8")


def a_draft(folder, *changes):
    text = re.sub(r"(?m)^version: .*$", "version: draft/1", DEFAULT)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def tried(*arguments):
    return CliRunner().invoke(fengqiao, ["policy", "try", *map(str, arguments)])


def test_a_draft_with_errors_names_all_their_lines(tmp_path):
    draft = a_draft(tmp_path, ("ordinary: village", "ordinary: hamlet"), ("calls: 3", "calls: 0"))

    found = tried(draft, "--dsn", "postgresql://nobody@127.0.0.1:9/none")

    assert found.exit_code == 1
    lines = [line for line in found.output.splitlines() if line.startswith(f"{draft}:")]
    assert [line.split(": ")[1] for line in lines] == ["first_tier.ordinary", "revisit.calls"]


def test_a_draft_whose_codes_stand_in_no_list_is_refused_as_by_check(tmp_path):
    draft = a_draft(tmp_path, ("extend: [complex,", "extend: [too-complex,"))

    found = tried(draft, "--dsn", "postgresql://nobody@127.0.0.1:9/none")

    assert found.exit_code == 1
    assert ": pauses.extend.0: " in found.output


def test_a_draft_may_speak_of_codes_of_the_lists_of_its_locality(tmp_path):
    draft = a_draft(tmp_path, ("extend: [complex,", "extend: [snowed-in,"))
    nowhere = ("--dsn", "postgresql://nobody@127.0.0.1:9/none")

    unknown, known = tried(draft, *nowhere), tried(draft, "--codes", lists(tmp_path), *nowhere)

    assert f"{draft}:" in unknown.output
    assert f"{draft}:" not in known.output
    assert "Connect call failed" in known.output


def test_a_database_that_does_not_answer_is_one_message(tmp_path):
    found = tried(a_draft(tmp_path), "--dsn", "postgresql://nobody@127.0.0.1:9/none")

    assert found.exit_code == 1
    assert "Error" in found.output
    assert "Traceback" not in found.output


async def recorded(database, count):
    """So many matters, reported and accepted."""
    desk, now = Desk(a_centre()), await database.now()
    ids = [str(uuid.uuid4()) for _ in range(count)]
    begun = now - timedelta(hours=3)
    events = [reported(incident_id=one, occurred_at=begun, reported_at=begun) for one in ids]
    async with database.transaction() as tx:
        await desk.handle(tx, [a_message(1, key=one.incident_id, event=one) for one in events], begun)
    for one in ids:
        async with database.transaction() as tx:
            await desk.act(tx, one, Request(Accept(), OFFICER, now), None)
    return ids


async def everything(database):
    async with database.connection() as connection:
        return [
            await connection.fetch(f"select t::text from {table} t order by 1")
            for table in ("incident", "history", "deadline", "outbox")
        ]


@pytest.mark.system
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((), "有变化 0 件 differ, 无变化 4 件"),
        (
            (("ordinary: {accept: PT4H", "ordinary: {accept: PT1H"),),
            "会自动上报 would be raised by the rules: 4",
        ),
        ((("{ordinary: village", "{ordinary: town"),), "首办层级 first tier: 4"),
    ],
    ids=["the same", "shorter", "elsewhere"],
)
async def test_what_a_draft_does_differently_is_counted_with_examples(new_database, tmp_path, changes, says):
    database = await new_database()
    ids = await recorded(database, 4)
    before = await everything(database)

    found = await asyncio.to_thread(tried, a_draft(tmp_path, *changes), "--dsn", database._dsn)

    assert found.exit_code == 0, found.output
    assert says in found.output
    assert sum(one in found.output for one in ids) == (3 if changes else 0)
    assert await everything(database) == before


@pytest.mark.system
async def test_whom_a_draft_would_ask_is_read_from_the_registry(new_database, tmp_path):
    database = await new_database()
    await recorded(database, 4)
    grid = Entry(
        reference="c-1",
        kind="person",
        role="contact-role/1:grid-staff",
        area=VILLAGE,
        valid_from=date(2020, 1, 1),
    )
    async with database.transaction() as tx:
        await contacts_store.write(tx, [grid], await database.now())
    draft = a_draft(tmp_path, ("  rules: []", "  rules: [{tier: village, role: grid-staff}]"))

    found = await asyncio.to_thread(tried, draft, "--dsn", database._dsn)

    assert found.exit_code == 0, found.output
    assert "指派询问对象 who is asked to take it: 4" in found.output
    assert found.output.splitlines()[-1].startswith("无法推演 not derivable: ")
