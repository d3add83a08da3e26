"""One start or stop at a time in a data folder."""

import asyncio
import fcntl
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder against another start or stop, which waits; a dead holder lets go by itself."""
    with (data / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end from synchronous code, also where the caller's thread has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
