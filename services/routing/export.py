"""A ledger as a file that comes in pieces: constant memory, at the reader's pace, and never silently short."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from doors.spreadsheet import BOM, line
from messaging.database import Database
from messaging.errors import Unavailable
from services.routing.ledger import Format, Wanted, headings
from services.routing.ledger_store import copy_out

PIECE = 65_536
AHEAD = 4
"""Pieces that are read before the reader has taken the first of them."""
INCOMPLETE = "\r\n!!! 文件不完整，请重新导出 INCOMPLETE: the export broke off here, ask for it again\r\n"


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger that somebody asked for."""

    database: Database
    wanted: Wanted
    labels: Mapping[str, str]

    def pieces(self, kind: Format) -> AsyncGenerator[bytes, None]:
        """The file, piece by piece; raises `Unavailable`, after which a reader knows that it is short."""
        return self._csv() if kind == "csv" else self._xlsx()

    async def _csv(self) -> AsyncGenerator[bytes, None]:
        head = BOM.encode() + _line(headings(self.wanted.zone))
        try:
            async with aclosing(self._rows(safe=True)) as rows:
                async for piece in rows:
                    yield head + piece
                    head = b""
        except Unavailable:
            if not head:
                yield INCOMPLETE.encode()
            raise
        if head:
            yield head

    async def _rows(self, *, safe: bool) -> AsyncGenerator[bytes, None]:
        """The rows as CSV, read only a little ahead of who takes them. Closing it ends the query."""
        pipe: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)

        async def read() -> None:
            try:
                await copy_out(self.database, self.wanted, self.labels, pipe.put, safe=safe)
            finally:
                # who is cancelled has nobody left to tell, and the queue may be full
                if not (task := asyncio.current_task()) or not task.cancelling():
                    await pipe.put(None)

        reading = asyncio.create_task(read())
        try:
            while (piece := await pipe.get()) is not None:
                yield piece
            await reading
        finally:
            await _ended(reading)

    async def _xlsx(self) -> AsyncGenerator[bytes, None]:
        """Through a process that writes the workbook; it is killed when the rows end too early."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.routing.workbook",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        assert process.stdout is not None
        feeding = asyncio.create_task(self._feed(process))
        try:
            while piece := await process.stdout.read(PIECE):
                yield piece
            await feeding
            if await process.wait():
                raise Unavailable("the workbook could not be written")
        finally:
            await _ended(feeding)
            if process.returncode is None:
                process.kill()
                while await process.stdout.read(PIECE):
                    pass  # it counts as ended only when its pipe is empty
                await process.wait()

    async def _feed(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(_line(headings(self.wanted.zone)))
            async with aclosing(self._rows(safe=False)) as rows:
                async for piece in rows:
                    process.stdin.write(piece)
                    await process.stdin.drain()
        except BaseException as error:
            if process.returncode is None:
                process.kill()  # before its input ends: a workbook that looks whole must be whole
            if isinstance(error, OSError):
                raise Unavailable("the workbook could not be written") from error
            raise
        process.stdin.close()


async def _ended(task: asyncio.Task[None]) -> None:
    """Ends a task, and waits for it."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _line(cells: Sequence[str]) -> bytes:
    return line(cells).encode()
