"""The archive of a server and what is restored from it, by the lines of docs/operate/backup.md."""

import os
import signal
from contextlib import contextmanager

from tests.system.operate.documents import lines


class Archive:
    """Where the backups of a server go; each of its steps is one block of the document."""

    def __init__(self, server):
        self._server = server
        backup = server.cluster.parent / "backup"
        server.shell(f"mkdir -m 700 {backup} {backup}/wal")
        self._places = {"SERVER": server.dsn(), "PGDATA": str(server.cluster), "BACKUP": str(backup)}

    @contextmanager
    def written(self):
        """The archive is written while the block runs."""
        receiver = self._server.shell_aside(lines("backup.md", "archive"), **self._places)
        try:
            yield
        finally:
            os.killpg(receiver.pid, signal.SIGTERM)
            receiver.wait(30)

    def waited_for(self):
        """From now on commits wait for it."""
        self._server.shell(lines("backup.md", "synchronous"), **self._places)

    def backup(self):
        """A base backup."""
        self._server.shell(lines("backup.md", "backup"), **self._places)

    def restore(self):
        """The last base backup and all that was archived since; the server is started."""
        self._server.shell(lines("backup.md", "restore"), **self._places)
        self._server.start()


async def receiving(world, database, state="sync"):
    """Returns once an archive follows the server of a database, in that way."""

    async def there():
        rows = await world.query(
            database, "select sync_state from pg_stat_replication where state = 'streaming'"
        )
        return state in [row["sync_state"] for row in rows]

    await world.until(there, f"the archive is {state}", 30)
