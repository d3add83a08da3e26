"""The commands about personal data, on a database: rotate, show, erase, verify, each with its exit code."""

import asyncio
import base64

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from services.intake.envelope import key_id
from tests.messaging.tiny import rows
from tests.services.intake.kept import NEW, OLD, TOLD, a_house, as_before, asked

pytestmark = pytest.mark.system


@pytest.fixture
async def vault(new_database, tmp_path):
    """A database with three reports under the old key, and how a command is run on it with a ring that has both."""
    database = await new_database("intake")
    house = await a_house(database, OLD)
    names = [await asked(house), await asked(house), *await as_before(database, OLD)]
    await house.http.aclose()
    file = tmp_path / "ring"
    file.write_bytes(b"\n".join(map(base64.b64encode, (NEW, OLD))))
    where = ["--dsn", database._dsn, "--key-file", str(file), "--tier", "village"]

    async def run(*words):
        runner = CliRunner(env={"FENGQIAO_AUDIT_NOTES": str(tmp_path / "notes")})
        return await asyncio.to_thread(runner.invoke, fengqiao, [*words, *where])

    return run, names, database, file


async def test_rotate_brings_all_under_the_new_key_and_says_that_the_old_one_may_go(vault):
    run, names, _, _ = vault

    before = await run("vault", "keys")
    rotated = await run("vault", "rotate", "--at-once", "1")
    after = await run("vault", "keys")

    assert (before.exit_code, rotated.exit_code, after.exit_code) == (1, 0, 0)
    assert (
        "2 data keys, 3 house keys, 0 sealed dead letters, 1 rows directly → fengqiao vault rotate"
        in before.output
    )
    assert f"{key_id(NEW)} 当前 current: {len(names)} data keys" in after.output
    assert "may be removed" in rotated.output
    assert not any(base64.b64encode(one).decode() in rotated.output for one in (OLD, NEW))


async def test_what_is_shown_is_masked_and_listed_and_what_was_erased_is_not_shown_again(vault):
    run, (incident, *_), database, _ = vault

    shown = await run("vault", "show", incident, "--field", "telephone", "--purpose", "contact")
    refused = await run("vault", "show", incident, "--field", "description", "--purpose", "contact")
    erased = await run("erase", incident, "--reason", "subject-request")
    again = await run("erase", incident, "--reason", "subject-request")
    gone = await run("vault", "show", incident, "--field", "telephone", "--purpose", "contact", "--clear")
    listed = await run("audit", "list", "--incident", incident)
    verified = await run("audit", "verify")

    assert [one.exit_code for one in (shown, refused, erased, again, gone, listed, verified)] == [
        0,
        1,
        0,
        0,
        1,
        0,
        0,
    ]
    assert shown.output == "p1.telephone: 138****1234\n"
    assert "not needed for this purpose" in refused.output
    assert "erased before" in again.output
    assert key_id(OLD) in erased.output, "it says which key its copies are under"
    assert "erased" in gone.output
    assert listed.output.count(incident) == 5
    assert not any(one in listed.output for one in TOLD.values())
    assert "5 entries" in verified.output
    said = "select count(*) from unsent join outbox using (id) where type = 'report.erased.v1'"
    assert await rows(database, said) == [(1,)]


async def test_a_broken_audit_is_told_with_its_place_and_so_is_one_that_lacks_a_noted_end(vault):
    run, names, database, _ = vault
    for one in names:
        await run("vault", "show", one, "--field", "name", "--purpose", "contact")
    noted = (await run("audit", "verify")).output.rpartition("--head ")[2].strip()
    whole = await run("audit", "verify", "--head", noted)
    async with database.connection() as connection:
        await connection.execute("alter table audit disable trigger all")
        await connection.execute(
            "update audit set entry = replace(entry, 'contact', 'handling') where number = 2"
        )

    changed = await run("audit", "verify")
    other = await run("audit", "verify", "--head", f"4:{'0' * 64}")

    assert (whole.exit_code, changed.exit_code, other.exit_code) == (0, 1, 1)
    assert "entry 2: changed" in changed.output


async def test_an_older_end_that_is_put_back_with_its_signature_is_told_by_what_was_seen_the_last_time(vault):
    run, names, database, _ = vault
    await run("vault", "show", names[0], "--field", "name", "--purpose", "contact")
    first = await run("audit", "verify")
    [older] = await rows(database, "select number, hash, mac from audit_head")
    for one in names[1:]:
        await run("vault", "show", one, "--field", "name", "--purpose", "contact")
    second = await run("audit", "verify")
    async with database.connection() as connection:
        for table in ("audit", "audit_head"):
            await connection.execute(f"alter table {table} disable trigger all")
        await connection.execute("delete from audit where number > 1")
        await connection.execute("update audit_head set number = $1, hash = $2, mac = $3", *older)

    put_back = await run("audit", "verify")
    given = await run("audit", "verify", "--head", first.output.rpartition("--head ")[2].strip())
    again = await run("audit", "verify")

    assert [one.exit_code for one in (first, second, put_back, given, again)] == [0, 0, 1, 1, 1]
    assert "never seen from this machine" in first.output
    assert "through entry 1 as noted" in second.output
    assert "entry 2: truncated" in put_back.output


async def test_what_was_told_moves_no_cursor_and_colours_no_terminal(vault):
    run, _, database, _ = vault
    incident = await asked(await a_house(database, OLD), description="红\x1b[31m色\n第二行")

    shown = await run("vault", "show", incident, "--field", "description", "--purpose", "handling", "--clear")

    assert shown.output == "description: 红\\x1b[31m色\\n第二行\n"


async def test_with_a_ring_that_lacks_a_key_nothing_is_done_and_the_key_is_named(vault):
    run, names, database, file = vault
    file.write_bytes(NEW)

    rotated = await run("vault", "rotate")
    shown = await run("vault", "show", names[0], "--field", "name", "--purpose", "contact")

    assert rotated.exit_code == 1
    assert f"{key_id(OLD)} 缺失 MISSING" in rotated.output
    assert shown.exit_code != 0
    assert key_id(OLD) in shown.output + str(shown.exception)
    assert await rows(database, "select count(*) from audit") == [(0,)]


async def test_one_that_nobody_knows_makes_an_erasure_end_with_1_and_the_others_are_erased(vault):
    run, (incident, *_), database, _ = vault

    answer = await run("erase", incident, "5b0f0c3e-7f39-5a51-8c0e-9a4f2f6c1d10", "--reason", "mistake")

    assert answer.exit_code == 1
    assert await rows(database, "select incident_id from erasure") == [(incident,)]
