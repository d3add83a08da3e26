"""What is sent again is known by a digest that nobody can try anything against once what was told has been erased."""

import pytest

from services.intake.api_activities import ActivityRequest
from services.intake.api_reports import ReportRequest
from services.intake.batch import BatchRequest
from services.intake.envelope import Ring, Wrapped
from services.intake.known import Known, under
from services.intake.rotation import Rotation
from services.intake.vault import Vault
from tests.messaging.tiny import rows
from tests.services.intake.house import REPORT
from tests.services.intake.kept import NEW, OLD, a_house, a_request
from tests.services.intake.recorded import a_patrol, an_action, counts, send
from tests.services.intake.recorded import a_report as an_item
from tests.services.intake.test_erasing import erased

pytestmark = pytest.mark.system
BODY = REPORT | a_request()
PATROL = {"activity": "patrol", "area": REPORT["area"], "role": "grid-staff", "note": "遇到王小明"}
TOLD_ITEM = an_item(parties=[{"name": "王小明", "telephone": "13812341234"}])
NOTED = a_patrol(note="遇到王小明")
OTHER = {"parties": [{"name": "王小明", "telephone": "13812341235"}]}


async def post(house, path, body, key="k-1"):
    return await house.http.post(path, json=body, headers={"Idempotency-Key": key})


def fingerprints(vault):
    """Of everything that is sent here, as whoever guesses right and holds the vault's keys can make them."""
    items = BatchRequest(device="d", items=[TOLD_ITEM, NOTED]).items
    return {
        vault.fingerprint(one)
        for one in (
            ReportRequest(**BODY).model_dump_json(exclude_unset=True).encode(),
            b"activity" + ActivityRequest(**PATROL).model_dump_json(exclude_unset=True).encode(),
            *(one.model_dump_json(exclude_unset=True).encode() for one in items),
        )
    }


async def tried(database, vault):
    """How many digests that are kept fit a guess, with every key that the ring opens."""
    guesses, ring = fingerprints(vault), vault.ring
    kept = [
        row[0]
        for row in await rows(database, "select digest from answered union all select digest from item")
    ]
    keys = [
        ring.unwrap(about, Wrapped(kek_id, wrapped))
        for about, kek_id, wrapped in await rows(
            database, "select incident_id, kek_id, wrapped from data_key"
        )
    ]
    fits = guesses | {under(key, one) for key in keys for one in guesses}
    return sum(one in fits for one in kept)


async def put_in(house):
    """A report and an activity by themselves, and another of each in a batch; what they are about."""
    report = (await post(house, "/v1/reports", BODY)).json()["incident_id"]
    activity = (await post(house, "/v1/activities", PATROL, "k-2")).json()["activity_id"]
    batch = (await send(house.http, TOLD_ITEM, NOTED, an_action())).json()["items"]
    return [report, activity, batch[0]["incident_id"], batch[1]["activity_id"]]


async def test_before_an_erasure_the_same_is_answered_the_same_and_anything_else_is_refused(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    about = await put_in(house)
    before = await counts(database)

    report, activity = (
        await post(house, "/v1/reports", BODY),
        await post(house, "/v1/activities", PATROL, "k-2"),
    )
    batch = (await send(house.http, TOLD_ITEM, NOTED, an_action())).json()
    other = [
        await post(house, "/v1/reports", BODY | OTHER),
        await post(house, "/v1/activities", PATROL | {"note": "遇到王小红"}, "k-2"),
    ]
    mended = (await send(house.http, TOLD_ITEM | OTHER, NOTED | {"note": "-"}, an_action())).json()

    assert [report.json()["incident_id"], activity.json()["activity_id"]] == about[:2]
    assert [one["repeated"] for one in batch["items"]] == [True] * 3
    assert [(one.status_code, one.json()["type"].rpartition(":")[2]) for one in other] == [
        (422, "key-reused")
    ] * 2
    assert [one["state"] for one in mended["items"]] == ["refused", "refused", "accepted"]
    assert [one["problem"]["status"] for one in mended["items"][:2]] == [422, 422]
    assert mended["batch_id"] == batch["batch_id"], "nothing that was told is in the name of a batch"
    assert await counts(database) == before
    assert await tried(database, house.vault) == 4


async def test_after_an_erasure_it_is_gone_and_not_let_in_again_and_no_guess_fits_whatever_key_one_holds(
    new_database,
):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    about = await put_in(house)

    await erased(house, *about)

    before = await counts(database)
    alone = [await post(house, "/v1/reports", BODY), await post(house, "/v1/activities", PATROL, "k-2")]
    batch = (await send(house.http, TOLD_ITEM, NOTED, an_action())).json()["items"]
    assert [(one.status_code, one.json()["type"].rpartition(":")[2]) for one in alone] == [
        (410, "erased")
    ] * 2
    assert [one["state"] for one in batch] == ["refused", "refused", "accepted"]
    assert [(one["problem"]["status"], one["problem"]["type"].rpartition(":")[2]) for one in batch[:2]] == [
        (410, "erased")
    ] * 2
    assert batch[2]["repeated"], "what was done about the matter told nothing of anybody"
    assert await counts(database) == before
    assert await tried(database, house.vault) == 0


async def test_what_is_sent_again_is_known_under_the_next_key_as_well(new_database):
    database = await new_database("intake")
    about = await put_in(await a_house(database, OLD))
    await Rotation(database, (await a_house(database, NEW, OLD)).vault, lambda _: None).run()

    again = await post(await a_house(database, NEW), "/v1/reports", BODY)

    assert again.json()["incident_id"] == about[0]


async def as_older_programs_did(house):
    """Every digest of what told something, under the key of the house alone."""
    items = BatchRequest(device="d", items=[TOLD_ITEM, NOTED]).items
    said = [
        ("answered", "key", "k-1", ReportRequest(**BODY), b""),
        ("answered", "key", "k-2", ActivityRequest(**PATROL), b"activity"),
        *(("item", "id", one.id, one, b"") for one in items),
    ]
    async with house.database.connection() as connection:
        for table, column, name, body, before in said:
            digest = house.vault.fingerprint(before + body.model_dump_json(exclude_unset=True).encode())
            await connection.execute(f"update {table} set digest = $1 where {column} = $2", digest, name)


async def test_digests_of_older_programs_are_known_come_under_data_keys_with_a_rotation_and_go_with_them(
    new_database,
):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    about = await put_in(house)
    await as_older_programs_did(house)
    assert (await post(house, "/v1/reports", BODY)).status_code == 201
    await erased(house, about[1])

    done = await Rotation(database, house.vault, lambda _: None, 1).run()

    assert done.digests == 3
    assert await rows(database, "select digest from answered where key = 'k-2'") == [(b"",)]
    assert await tried(database, house.vault) == 3
    assert (await post(house, "/v1/reports", BODY)).json()["incident_id"] == about[0]
    assert [one["repeated"] for one in (await send(house.http, TOLD_ITEM, NOTED)).json()["items"]] == [
        True
    ] * 2
    assert (await Rotation(database, house.vault, lambda _: None, 1).run()).digests == 0
    await erased(house, *about)
    assert await tried(database, house.vault) == 0


async def test_digests_that_no_key_opens_are_counted_and_keep_no_others_from_coming_under_theirs(
    new_database,
):
    """More of them than are looked at together, and in front of all others."""
    database = await new_database("intake")
    house = await a_house(database, OLD)
    lost = [f"lost-{at}" for at in range(30)]
    async with database.connection() as connection:
        await connection.execute(
            """
            with key as (
                insert into data_key select about, 'no such key', '' from unnest($1::text[]) as about
                returning incident_id
            )
            insert into answered (key, digest, status, body)
            select incident_id, decode(repeat('ab', 32), 'hex'), 201, jsonb_build_object('incident_id', incident_id)
            from key
            """,
            lost,
        )
    await put_in(house)
    await as_older_programs_did(house)

    done = await Rotation(database, house.vault, lambda _: None, 1).run()

    assert done.digests == 4
    assert done.broken == set(lost)


def test_a_digest_fits_its_own_request_and_data_key_only():
    first, second = (Ring([OLD]).new("a")[0] for _ in range(2))
    vault = Vault(OLD)
    mine, other = vault.fingerprint(b"a"), vault.fingerprint(b"b")

    assert Known(first).same(under(first, mine), [other, mine])
    assert not Known(first).same(under(first, mine), [other])
    assert not Known(second).same(under(first, mine), [mine])
    assert not Known().same(under(first, mine), [mine])
    assert Known().same(under(None, mine), [mine])


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("/v1/reports", BODY), ("/v1/activities", PATROL)),
        (("/v1/activities", PATROL), ("/v1/reports", BODY)),
    ],
)
async def test_a_key_that_another_kind_of_request_has_is_refused_and_no_error_of_ours(
    new_database, first, then
):
    house = await a_house(await new_database("intake"), OLD)
    await post(house, *first)

    answer = await post(house, *then)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "key-reused")
