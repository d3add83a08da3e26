"""A column of a batch as one statement parameter: `unnest(texts($1), numbers($2))` in SQL.

The database library looks at every element of an array in Python, which for the columns of a batch takes ten times as
long as joining them; the server takes them apart faster than it reads an array. `messaging/migrations/004_columns.sql`
has the other half.
"""

from collections.abc import Collection, Iterable

SEPARATOR = "\x1f"
"""Unit separator (ASCII 31): no key, code or name of ours has it, and JSON writes it as an escape."""


def texts(values: Collection[str]) -> str:
    """The parameter for `texts($n)`. Raises `ValueError` when a value has the separator in it."""
    joined = SEPARATOR.join(("", *values))
    if joined.count(SEPARATOR) != len(values):
        raise ValueError("a text has the separator of columns in it")
    return joined


def numbers(values: Iterable[int]) -> str:
    """The parameter for `numbers($n)`."""
    return ",".join(map(str, values))
