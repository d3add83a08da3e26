"""The issuer's keys: rotated without a restart and without a good request refused, asked for no more than needed."""

import asyncio
import itertools
import json

import pytest

from doors.identity.issuer import Keys, from_file
from doors.identity.refusal import NoKeyYet, NotSignedIn
from tests.doors.identity.issuing import ALGORITHMS, Issuer, bearer


async def until(met):
    """Returns once something is so."""
    async with asyncio.timeout(30):
        for _ in itertools.count():
            if met():
                return
            await asyncio.sleep(0.001)


async def test_a_key_that_is_new_is_found_when_a_token_names_it_and_the_old_one_stays_as_long_as_it_is_listed():
    issuer = Issuer()
    door, old = issuer.sign_in(), issuer.token()
    await door.caller(bearer(old))

    issuer.rotate("second")

    assert await door.caller(bearer(issuer.token()))
    assert await door.caller(bearer(old))
    issuer.published.remove("first")
    issuer.rotate("third")
    assert await door.caller(bearer(issuer.token()))
    with pytest.raises(NotSignedIn):
        await door.caller(bearer(old))


async def test_under_load_no_good_request_fails_while_keys_come_and_go_and_others_name_keys_that_are_not():
    issuer = Issuer()
    door = issuer.sign_in(floor_s=0.02)
    done, refused, stop = 0, 0, asyncio.Event()

    async def good():
        nonlocal done
        while not stop.is_set():
            await door.caller(bearer(issuer.token()))
            done += 1
            await asyncio.sleep(0)

    async def wrong():
        nonlocal refused
        while not stop.is_set():
            with pytest.raises(NotSignedIn):
                await door.caller(bearer(issuer.token(head=issuer.head(kid=f"none-{refused}"))))
            refused += 1

    workers = [asyncio.create_task(one()) for one in (good, good, good, good, wrong, wrong)]
    for number in range(15):
        issuer.rotate(f"key-{number}", ("RS256", "ES256", "EdDSA")[number % 3])
        del issuer.published[:-2]
        wanted = done + 20
        await until(lambda wanted=wanted: done >= wanted or any(one.done() for one in workers))
    stop.set()
    async with asyncio.timeout(30):
        await asyncio.gather(*workers)

    assert done >= 300
    assert refused > 0


async def test_many_tokens_of_keys_that_are_not_make_few_questions():
    issuer = Issuer()
    door = issuer.sign_in(floor_s=0.2)
    began = asyncio.get_running_loop().time()

    async def wrong(at):
        with pytest.raises(NotSignedIn):
            await door.caller(bearer(issuer.token(head=issuer.head(kid=f"none-{at}"))))

    for _ in range(3):
        await asyncio.gather(*map(wrong, range(100)))

    took = asyncio.get_running_loop().time() - began
    assert issuer.asked <= 1 + took / 0.2


async def test_beyond_a_number_nobody_waits_for_the_issuer_to_be_asked(monkeypatch):
    monkeypatch.setattr("doors.identity.issuer.MOST_WAITING", 3)
    issuer = Issuer()
    keys = issuer.keyring(floor_s=60.0)
    await keys.key("first", "ES256")

    waiting = [asyncio.create_task(keys.key(f"none-{at}", "ES256")) for at in range(3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await keys.key("one-more", "ES256") is None
        assert await keys.key("first", "ES256") is not None
    for one in waiting:
        one.cancel()


async def test_while_the_issuer_is_away_known_keys_go_on_and_it_is_said():
    issuer, told = Issuer(), []
    door = issuer.sign_in(tell=told.append)
    await door.caller(bearer(issuer.token()))

    issuer.answers = False
    with pytest.raises(NotSignedIn):
        await door.caller(bearer(issuer.token(head=issuer.head(kid="second"))))

    assert await door.caller(bearer(issuer.token()))
    assert "cannot be read" in told[-1]
    issuer.answers = True
    issuer.rotate("second")
    assert await door.caller(bearer(issuer.token()))
    assert told[-1] is None


async def test_who_never_had_a_key_says_so_at_once_and_begins_when_the_issuer_answers():
    issuer = Issuer()
    issuer.answers = False
    door = issuer.sign_in(floor_s=0.2)

    for _ in range(20):
        with pytest.raises(NoKeyYet):
            await door.caller(bearer(issuer.token()))
    assert issuer.asked == 1

    issuer.answers = True
    async with asyncio.timeout(30):
        while True:
            try:
                assert await door.caller(bearer(issuer.token()))
                break
            except NoKeyYet:
                await asyncio.sleep(0.05)


async def test_it_looks_by_itself_from_the_start():
    issuer, stop = Issuer(), asyncio.Event()
    keys = issuer.keyring()
    running = asyncio.create_task(keys.run(stop))
    await until(lambda: issuer.asked > 0)
    stop.set()
    async with asyncio.timeout(30):
        await running


async def test_keys_may_come_from_a_file_that_somebody_renews(tmp_path):
    issuer, file = Issuer(), tmp_path / "jwks.json"
    file.write_bytes(issuer.document())
    keys = Keys(from_file(file), ALGORITHMS, floor_s=0.0)
    assert await keys.key("first", "ES256") is not None

    issuer.rotate("second")
    file.write_bytes(issuer.document())

    assert await keys.key("second", "ES256") is not None
    file.write_text("{")
    assert await keys.key("third", "ES256") is None
    assert await keys.key("second", "ES256") is not None


async def test_a_document_that_lists_nothing_more_takes_every_key_away():
    issuer = Issuer()
    keys = issuer.keyring()
    assert await keys.key("first", "ES256") is not None

    issuer.published.clear()

    assert json.loads(issuer.document()) == {"keys": []}
    assert await keys.key("second", "ES256") is None
    assert await keys.key("first", "ES256") is None
