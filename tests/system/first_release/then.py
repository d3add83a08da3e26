"""What tables held then, and hold now, so that both can be compared."""

import json


async def contents(connection):
    """Table → its rows, JSON taken apart, whatever type of column it stands in."""
    tables = await connection.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> 'migration'"
    )
    return {
        name: [_readable(row) for row in await connection.fetch(f"select * from {name}")]
        for (name,) in tables
    }


def _readable(row):
    return {
        name: json.loads(value) if name in {"state", "counts", "body"} else value
        for name, value in dict(row).items()
    }


def without_history(table):
    """What incidents know beside their history, of which the lines are rows of their own now, and counted."""
    return [
        row
        | {"state": {name: value for name, value in row["state"].items() if name not in {"history", "lines"}}}
        if "state" in row
        else row
        for row in table
    ]


def only(names, table):
    """Some columns of each row, in an order that the rows alone decide."""
    return sorted(repr(sorted((name, row[name]) for name in names)) for row in table)
