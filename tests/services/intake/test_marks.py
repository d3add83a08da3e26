"""Marked words, put in through every door, are in nothing but ciphertext; of those erased no copy opens any more."""

import asyncio
import json
import logging
import uuid

import pytest
from cryptography.exceptions import InvalidTag

from messaging.database import Database
from messaging.health import Health
from messaging.relay import Relay
from services.intake.envelope import DataKey, Wrapped
from services.intake.rotation import Rotation
from services.intake.vault import Vault
from tests.builders import VILLAGE
from tests.conftest import created
from tests.messaging.tiny import rows
from tests.messaging.wire import running, unsent, until
from tests.services.intake.house import REPORT
from tests.services.intake.kept import NEW, OLD, a_house, opened
from tests.services.intake.recorded import a_patrol, send
from tests.services.intake.recorded import a_report as an_item
from tests.services.intake.test_erasing import erased

pytestmark = pytest.mark.system
CODINGS = ("utf-8", "gb18030", "utf-16-le", "unicode_escape")
NUMBER, MARK = 50, "青石老槐记"
EMPTY = {".index", ".timeindex"}
"""Files of the broker that are numbers only, and large beforehand."""


def marks():
    """Words that stand for what people say of themselves: none is part of another."""
    return [f"{MARK}{at:02}号槐" for at in range(NUMBER)]


async def put_in(house, words):
    """All of them through every door there is, in turn; id → the words it took in."""
    taken, refused = {}, []
    for at in range(0, len(words), 5):
        name, telephone, address, told, note = words[at : at + 5]
        party = {"name": name, "telephone": telephone, "address": address}
        body = REPORT | {"parties": [party], "description": told, "source_number": None}
        if at % 10:
            answer = await send(
                house.http,
                an_item(f"i-{at}", parties=[party], description=told),
                a_patrol(f"a-{at}", note=note),
                device=f"d-{at}",
            )
            report, patrol = answer.json()["items"]
            taken[report["incident_id"]] = {name, telephone, address, told}
            taken[patrol["activity_id"]] = {note}
        else:
            headers = {"Idempotency-Key": uuid.uuid4().hex}
            answer = await house.http.post("/v1/reports", json=body, headers=headers)
            taken[answer.json()["incident_id"]] = {name, telephone, address, told}
        stray = {"area": VILLAGE, "category": "land", "channel": "patrol", note: told, "who": name}
        await house.submit(f"bad-{at}", stray)
        await house.submit(f"good-{at}", stray | {"occurred_at": REPORT["occurred_at"]})
        wrong = body | {"area": "1", "told": name}
        refused.append(await house.http.post("/v1/reports", json=wrong, headers=headers_of(note)))
    return taken, refused


def headers_of(word):
    """A header with it, as some client might send one."""
    return {"Idempotency-Key": uuid.uuid4().hex, "X-Name": word.encode()}


def found(words, stored):
    """Which of them are in what is stored, in whatever coding."""
    return {one for one in words for coding in CODINGS if one.encode(coding) in stored}


async def in_tables(database, words):
    """Which of them are in any column of any table."""
    seen = {}
    for (table,) in await rows(
        database, "select table_name from information_schema.tables where table_schema = 'public'"
    ):
        for row in await rows(database, f'select * from "{table}"'):
            for value in row:
                for one in value if isinstance(value, list) else [value]:
                    stored = one if isinstance(one, bytes) else str(one).encode()
                    if hit := found(words, stored):
                        seen.setdefault(table, set()).update(hit)
    return seen


def any_of(keys, copies):
    """What any of these keys opens of rows of a vault."""
    there = []
    for row in copies:
        for name, sealed in zip(row["fields"], row["sealed"], strict=True):
            for key in keys:
                try:
                    there.append(DataKey(row["incident_id"], key).open(name, sealed).decode())
                except InvalidTag:
                    continue
    return there


async def keys_at_hand(database, *ring):
    """Every key that can be had: of the ring, of the house, and every data key that the ring unwraps today."""
    vault = Vault(*ring)
    async with database.connection() as connection:
        wrapped = await connection.fetch("select incident_id as about, kek_id, wrapped from data_key")
        house = await connection.fetch("select 'house/' || name as about, kek_id, wrapped from house_key")
    every = [
        vault.ring.unwrap(row["about"], Wrapped(row["kek_id"], row["wrapped"])).key
        for row in (*wrapped, *house)
    ]
    return [*ring, *every]


async def test_what_was_put_in_through_every_door_is_in_the_vault_only_no_log_no_answer(new_database, caplog):
    database = await new_database("intake")
    house, words = await a_house(database, OLD), marks()
    caplog.set_level(logging.DEBUG)

    taken, refused = await put_in(house, words)

    assert {
        one for fields in (await opened(database, OLD)).values() for one in fields.values()
    } == set().union(*taken.values())
    assert set(words) - set().union(*taken.values()) <= {words[at + 4] for at in range(0, NUMBER, 10)}
    assert await in_tables(database, words) == {}
    assert found(words, caplog.text.encode()) == set()
    assert {one.status_code for one in refused} == {422}
    assert found(words, json.dumps([one.text for one in refused], ensure_ascii=False).encode()) == set()


async def test_of_what_was_erased_no_copy_opens_once_the_old_key_is_gone_and_the_rest_does(
    new_dsn, providers
):
    dsn = await new_dsn("intake")
    database = Database(dsn, name="test")
    await database.connect()
    house, words = await a_house(database, OLD), marks()
    taken, _ = await put_in(house, words)
    gone = sorted(taken)[::2]
    await database.close()
    yesterday = Database(await created(providers[1], "intake", like=dsn), name="test")
    await database.connect()
    await yesterday.connect()
    try:
        await erased(await a_house(database, OLD), *gone)
        rotating = await a_house(database, NEW, OLD)
        await Rotation(database, rotating.vault, lambda _: None).run()

        left = set().union(*(taken[one] for one in taken if one not in gone))
        now = await opened(database, NEW)
        before = await opened(yesterday, OLD)
        async with yesterday.connection() as connection:
            copies = await connection.fetch("select * from vault")
        with_all_keys = any_of(await keys_at_hand(database, NEW), copies)
    finally:
        await database.close()
        await yesterday.close()

    assert {one for fields in now.values() for one in fields.values()} == left
    assert {*before} == {*taken}, "while the old key is anywhere, the copy opens: an erasure is not final yet"
    assert set(with_all_keys) == left, "with everything that is left after it, only what was not erased"


def files_with(folders, word):
    """In how many files of these folders it stands, in any coding: segments, tables, write-ahead logs, logs."""
    hits = 0
    for path in (one for folder in folders for one in folder.rglob("*")):
        if not path.is_file() or path.suffix in EMPTY:
            continue
        try:
            hits += bool(found([word], path.read_bytes()))
        except OSError:  # a server has put it away meanwhile
            continue
    return hits


async def test_what_was_put_in_is_in_no_file_of_the_broker_or_the_database(new_database, kafka, files):
    database = await new_database("intake")
    house, words = await a_house(database, OLD), marks()
    relay = Relay(database, kafka, "/fengqiao/village/intake", Health("test"))

    async with running(relay.run):
        taken, _ = await put_in(house, words)
        await until(lambda: all_sent(database))
    incident = min(taken)

    assert all(one.startswith(MARK) for one in words)
    assert await asyncio.to_thread(files_with, files, MARK) == 0
    assert await asyncio.to_thread(files_with, files, incident) >= 2, "both are looked at"


async def all_sent(database):
    return await unsent(database) == 0
