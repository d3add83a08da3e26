"""What an audit and the keys of a house do with what somebody else left there, without any database."""

from datetime import UTC, datetime

import pytest

from messaging.errors import CannotStart
from services.intake import audit
from services.intake.audit import Accountable, Entry
from services.intake.chain import Broken, Head, Link, broken
from services.intake.comparing import Comparer
from services.intake.envelope import DataKey
from services.intake.likeness import packed, sketch
from services.intake.unlocking import Unlocking, about_house
from services.intake.vault import HOUSE, Vault
from tests.builders import a_policy

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
READ = Entry(
    "read", Accountable("zhang", "cli"), "i-1", ("name",), "access-purpose/1:contact", "granted, masked"
)


class Book:
    """The two tables of an audit, in memory."""

    def __init__(self):
        self.links, self.end = [], Head()

    async def fetchrow(self, _):
        return {"number": self.end.number, "hash": self.end.hash, "mac": self.end.mac}

    async def fetchval(self, _):
        return datetime(2026, 11, 23, tzinfo=UTC)

    async def copy_records_to_table(self, _, columns, records):
        assert columns == ("number", "entry", "hash")
        self.links += [Link(*one) for one in records]

    async def execute(self, _, *end):
        self.end = Head(*end)


async def a_book(key, number=3):
    book = Book()
    for _ in range(number):
        await audit.append(book, key, [READ])
    return book


async def test_what_goes_on_behind_its_own_end_is_whole():
    book = await a_book(NEW)

    assert broken(book.links, book.end, NEW) is None


async def test_an_end_that_somebody_else_wrote_is_not_made_good_by_what_is_written_next():
    book = await a_book(NEW)
    del book.links[-1]
    book.end = Head(2, book.links[-1].hash, book.end.mac)

    for number in (3, 4):
        await audit.append(book, NEW, [READ])
        assert broken(book.links, book.end, NEW) == Broken(number, "forged")


async def test_where_the_key_is_lost_it_goes_on_signed_with_another():
    book = await a_book(OLD)

    await audit.append(book, NEW, [READ], anew=True)
    await audit.append(book, NEW, [READ])

    assert broken(book.links, book.end, NEW) is None


class Stored:
    """A database that has keys of the house, and something under a key that is lost."""

    def __init__(self, vault, lost=()):
        self.rows = {
            name: vault.ring.wrap(DataKey(about_house(name), key)) for name, key in vault.house.items()
        }
        self.keks = [*lost, *{one.kek_id for one in self.rows.values()}]
        self.written = []

    async def fetch(self, statement, *_):
        if statement.startswith("select name"):
            return [
                {"name": name, "kek_id": one.kek_id, "wrapped": one.wrapped}
                for name, one in self.rows.items()
            ]
        return [(one,) for one in self.keks]

    async def execute(self, statement, *_):
        self.written.append(statement)


async def test_a_key_that_is_lost_keeps_no_command_from_the_house():
    service, command = Vault(NEW, OLD), Vault(NEW)

    await Unlocking(command).house(Stored(service, lost=["f00d"]))

    assert {name: command.house[name] for name in HOUSE} == service.house


async def test_a_command_with_another_ring_is_refused_and_writes_nothing():
    stored, fresh = Stored(Vault(OLD)), Stored(Vault(OLD))
    fresh.rows.clear()

    for one in (stored, fresh):
        with pytest.raises(CannotStart, match=Vault(OLD).key_id):
            await Unlocking(Vault(NEW)).house(one)
        assert one.written == []


@pytest.mark.parametrize("has_a_data_key", [False, True])
def test_a_sketch_of_an_older_program_is_compared_with_also_when_its_row_has_a_data_key_since(has_a_data_key):
    vault = Vault(NEW, OLD)
    made = sketch("隔壁的水流进了院子", vault.likeness_key)
    nonce, sealed = Vault(OLD).encrypt("i-1 likeness", packed(made))
    _, wrapped = vault.ring.new("i-1")
    row = {
        "incident_id": "i-1", "nonce": nonce, "sketch": sealed,
        "kek_id": wrapped.kek_id if has_a_data_key else None,
        "wrapped": wrapped.wrapped if has_a_data_key else None,
    }  # fmt: skip

    assert Comparer(a_policy(), vault)._opened(row) == made
