"""Which cases a file has brought already; on disk beyond a few megabytes, so that memory stays bounded."""

import hashlib
import sqlite3

from cli.importing.rows import Case


class Seen:
    """The ids of the file's cases, each with a digest of what was said of it."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)  # a private file that vanishes with us
        self._table.execute("pragma cache_size = -8000")
        self._table.execute("pragma synchronous = off")
        self._table.execute("create table seen (id text primary key, digest blob not null) without rowid")
        self._table.execute("begin")

    def before(self, case: Case) -> bool | None:
        """None for a new case, which is noted; True if it came before just so, False if it came otherwise."""
        digest = hashlib.blake2b(digest_size=16)
        for one in case.submissions:
            digest.update(b"%d\n" % len(one.body) + one.body)
        whole = case.tier.encode() + digest.digest()
        row = self._table.execute("select digest from seen where id = ?", (case.id,)).fetchone()
        if row is None:
            self._table.execute("insert into seen values (?, ?)", (case.id, whole))
            return None
        return bool(row[0] == whole)
