"""A column comes apart on the server as it was joined here, whatever is in it."""

import random

import pytest

from messaging.columns import SEPARATOR, numbers, texts

LETTERS = "a, {}\"\\'\n\t王é\U0001f600\x01\x1e null NULL"


def some_columns():
    dice = random.Random(31)
    for _ in range(80):
        yield ["".join(dice.choices(LETTERS, k=dice.randrange(5))) for _ in range(dice.randrange(4))]


@pytest.mark.system
async def test_any_columns_come_apart_as_they_were_joined(new_database):
    columns = [[], [""], ["", ""], ["a", "", "b"], ["null"], *some_columns()]
    figures = [[], [0], [-1, 2], [2**63 - 1, -(2**63)]]

    async with (await new_database()).connection() as connection:
        apart = [await connection.fetchval("select texts($1)", texts(one)) for one in columns]
        counted = [await connection.fetchval("select numbers($1)", numbers(one)) for one in figures]

    assert apart == columns
    assert counted == figures


def test_a_text_with_the_separator_in_it_is_refused():
    with pytest.raises(ValueError, match="separator"):
        texts(["a", f"b{SEPARATOR}c"])
