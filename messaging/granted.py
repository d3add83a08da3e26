"""Whether the role of a door has been given what doors of this release do: its migration may have been another's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from messaging import granting
from messaging.database import Connection

_NO_MORE = re.compile(r"^-- of the release before:.*", re.MULTILINE | re.DOTALL)
"""What stands behind such a line is given for programs of before, while both are at work, and missed by nobody here:
whoever goes back to this release may find it gone."""
_COMMENT = re.compile(r"--[^\n]*")
_GRANT = re.compile(r'grant (.+?) on (?:(function|sequence) )?([\w, ]+?) to "door"')
_RIGHT = re.compile(r"(\w+)(?: \(([^)]*)\))?")


@dataclass(frozen=True, slots=True)
class Grant:
    """One right on one thing; `column` is empty where it is on the whole of it."""

    kind: str
    right: str
    name: str
    column: str = ""

    def __str__(self) -> str:
        of = f" ({self.column})" if self.column else ""
        return f"{self.right}{of} on {self.name}"


@cache
def needed(service: str) -> tuple[Grant, ...]:
    """What this release's doors of a service do at their database."""
    return tuple(one for text in granting.texts(service) for one in read(text))


def read(text: str) -> list[Grant]:
    """The grants of a file. Raises `ValueError` at a statement that is none, which nobody would look for."""
    found = []
    plain = " ".join(_COMMENT.sub("", _NO_MORE.sub("", text)).split())
    for statement in filter(None, map(str.strip, plain.split(";"))):
        if (grant := _GRANT.fullmatch(statement)) is None:
            raise ValueError(f"no grant to the door: {statement}")
        rights, kind, names = grant.groups()
        found += [
            Grant(kind or "table", right[1], name, column)
            for name in names.split(", ")
            for right in _RIGHT.finditer(rights)
            for column in (right[2] or "").split(", ")
        ]
    return found


async def lacking(connection: Connection, role: str, service: str) -> Sequence[Grant]:
    """What a role that is there was not given, be it for want of the table itself."""
    wanted = needed(service)
    columns = [[getattr(one, part) for one in wanted] for part in ("kind", "right", "name", "column")]
    return [wanted[row[0] - 1] for row in await connection.fetch(_LACKING, role, *columns)]


_LACKING = """
    select at
    from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality as n (kind, "right", name, col, at)
    where not coalesce(case
        when kind = 'function' then has_function_privilege($1, to_regproc('public.' || name)::oid, "right")
        when kind = 'sequence' then has_sequence_privilege($1, to_regclass('public.' || name)::oid, "right")
        when col = '' then has_table_privilege($1, to_regclass('public.' || name)::oid, "right")
        else has_column_privilege($1, to_regclass('public.' || name)::oid, (
            select attnum from pg_attribute
            where attrelid = to_regclass('public.' || name) and attname = col and not attisdropped
        ), "right")
    end, false)
    order by at
"""
