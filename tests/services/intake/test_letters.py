"""Dead letters from outside may name people: they go with their matter, with their time, with the ring's old key."""

import json

import pytest

from messaging.burial import identity
from messaging.envelope import Letter, Stream
from services.intake.erasing import Erasing, waiting
from services.intake.letters import SealedLetters, about
from services.intake.report import incident_id_of
from services.intake.retention import Retention
from services.intake.rotation import Rotation
from services.intake.vault import Vault
from tests.builders import INCIDENT, a_policy, an_inbound_record
from tests.messaging.tiny import rows
from tests.services.intake.kept import NEW, OLD, a_house, asked
from tests.services.intake.test_erasing import erased, whole

BAD = {"name": "王小明", "telephone": "13812341234"}
NAMELESS = an_inbound_record(b'{"name": "hunter2"}', ce_id=b"")


def an_action(incident, **changes):
    return {"incident_id": incident, "action": {"action": "nothing of ours"}} | BAD | changes


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (an_inbound_record(json.dumps(BAD).encode(), ce_source=b"/court", ce_id=b"1"), incident_id_of("/court", "1")),
        (an_inbound_record(b"\xff", ce_source=b"/court", ce_id=b"1"), incident_id_of("/court", "1")),
        (an_inbound_record(json.dumps(an_action(INCIDENT)).encode(), ce_type=b"action.submitted.v1"), INCIDENT),
        (
            an_inbound_record(
                json.dumps(an_action("王小明")).encode(), ce_type=b"action.submitted.v1", ce_source=b"/c", ce_id=b"2"
            ),
            incident_id_of("/c", "2"),
        ),
        (an_inbound_record(b"[" * 60_000, ce_type=b"action.submitted.v1", ce_source=b"/c", ce_id=b"2"),
            incident_id_of("/c", "2")),
        (an_inbound_record(None, ce_source=b"/court", ce_id=b"1"), incident_id_of("/court", "1")),
        (NAMELESS, None),
    ],
)  # fmt: skip
def test_what_a_message_is_about_is_what_its_action_names_or_what_its_own_name_is_here(record, expected):
    assert about(record) == expected


async def undecided(database):
    return await rows(
        database,
        "select id, record is null, value is null, identity from dead_letter where status = 'open' order by id",
    )


@pytest.mark.system
async def test_letters_about_a_matter_go_with_it_and_others_stay(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    mine, other = await asked(house), await asked(house)
    await house.submit("a-1", an_action(mine), b"action.submitted.v1")
    await house.submit("a-2", an_action(other), b"action.submitted.v1")
    await house.submit("r-1", BAD)
    await house.inbox.apply([NAMELESS])
    never = incident_id_of("/court", "r-1")

    assert await erased(house, mine, never) == {mine: "erased", never: "erased"}

    assert [one[0] for one in await undecided(database)] == [3, 7], "each was delivered twice"
    assert await rows(
        database, "select id, status, record, value from dead_letter where status <> 'open' order by id"
    ) == [(1, "discarded", None, None), (5, "discarded", None, None)]
    assert await rows(
        database, "select dead_letter, action, reason, actor from dead_letter_audit order by 1"
    ) == [(one, "discard", "erasure/1:subject-request", "zhang") for one in (1, 5)]
    assert not {mine, never} & {
        one[0].partition(":")[0] for one in await rows(database, "select identity from dead_letter")
    }
    assert await erased(house, never) == {never: "erased before"}
    assert await rows(database, "select key from outbox where type = 'report.erased.v1'") == [(mine,)]
    async with database.connection() as connection:
        assert await waiting(connection) == {house.vault.key_id: 2}
    assert await whole(database, house.vault) is None


@pytest.mark.system
async def test_a_letter_that_nobody_decided_about_in_time_is_gone_and_a_younger_one_stays(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    for name in ("r-1", "r-2"):
        await house.submit(name, BAD)
    await rows(
        database, "update dead_letter set last_at = now() - interval '31 days' where id = 1 returning id"
    )
    kept = Retention(database, Erasing("village", house.vault), a_policy().retention, 30)

    assert (await kept.letters(), await kept.letters()) == (1, 0)

    assert [one[0] for one in await undecided(database)] == [3]
    assert await rows(database, "select record, value, status from dead_letter where id = 1") == [
        (None, None, "discarded")
    ]
    assert await rows(database, "select dead_letter, reason, actor from dead_letter_audit") == [
        (1, "kept for 30 days", "retention")
    ]


@pytest.mark.system
async def test_under_the_next_key_the_same_letter_is_still_the_same_and_its_sender_told_once(new_database):
    database = await new_database("intake")
    await (await a_house(database, OLD)).submit("r-1", BAD)
    [(_, _, _, before)] = await undecided(database)
    both = await a_house(database, NEW, OLD)

    await both.submit("r-1", BAD)

    [(_, _, _, between)] = await undecided(database)
    assert between != before
    assert await rows(database, "select seen from dead_letter") == [(4,)]
    assert len(await both.said("submission.refused.v1")) == 1
    await Rotation(database, both.vault, lambda _: None).run()
    await (await a_house(database, NEW)).submit("r-1", BAD)
    assert [one[3] for one in await undecided(database)] == [between]
    assert await rows(database, "select seen from dead_letter") == [(6,)]


@pytest.mark.system
async def test_no_name_of_a_letter_or_refusal_fits_a_guess_once_the_old_key_is_gone(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await house.submit("r-1", BAD)
    await house.submit("r-2", BAD)
    refused = await as_older_programs_did(house)
    copy = await rows(
        database, "select encode(digest, 'hex') from refusal union all select identity from dead_letter"
    )

    await Rotation(database, (await a_house(database, NEW, OLD)).vault, lambda _: None).run()

    left = await a_house(database, NEW)
    now = await rows(
        database, "select encode(digest, 'hex') from refusal union all select identity from dead_letter"
    )
    assert (len(copy), len(now)) == (5, 2)
    assert any(refused.hex() == one for (one,) in copy)
    fits = guesses(left.vault)
    assert not any(one.partition(":")[2] in fits or one in fits for (one,) in copy if one != refused.hex())
    assert refused.hex() not in [one for (one,) in now]


def guesses(vault):
    """How the letters are called by whoever guesses them right and has these keys."""
    found = set()
    for name in ("r-1", "r-2"):
        record = an_inbound_record(
            json.dumps(BAD).encode(), ce_id=name.encode(), ce_type=b"report.submitted.v1", ce_source=b"/court"
        )
        plain = identity(
            Letter(record, Stream(record.topic, (record.key or b"").decode()), None, "rejected", "", "")
        )
        found |= {one.partition(":")[2] or one for one in SealedLetters(vault).names(record, plain)}
    return found


async def as_older_programs_did(house):
    """A refusal under a key of the house, which outlives every key of the ring."""
    digest = house.vault.fingerprint(b"somebody's telephone")
    async with house.database.connection() as connection:
        await connection.execute("insert into refusal values ($1)", digest)
    return digest


@pytest.mark.system
async def test_a_letter_that_an_older_program_named_is_found_again_and_named_anew_by_a_rotation(new_database):
    database = await new_database("intake")
    house = await a_house(database, OLD)
    await house.submit("r-1", BAD)
    [(_, _, _, name)] = await undecided(database)
    plain = as_named_before(house.vault)
    await rows(database, f"update dead_letter set identity = '{plain}' returning id")

    await house.submit("r-1", BAD)
    assert [one[3] for one in await undecided(database)] == [name]
    await rows(database, f"update dead_letter set identity = '{plain}' returning id")
    assert (await Rotation(database, Vault(OLD), lambda _: None).run()).letters == 1
    assert [one[3] for one in await undecided(database)] == [name]


def as_named_before(vault):
    record = an_inbound_record(
        json.dumps(BAD).encode(), ce_id=b"r-1", ce_type=b"report.submitted.v1", ce_source=b"/court"
    )
    plain = identity(
        Letter(record, Stream(record.topic, (record.key or b"").decode()), None, "rejected", "", "")
    )
    return vault.fingerprint(plain.encode()).hex()
