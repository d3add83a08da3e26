"""An ASGI server inside our own event loop, stopped by us and not by its own signal handlers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

GRACE_S = 5
"""How long open requests may take to end once we stop."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the process."""
        yield


@contextlib.asynccontextmanager
async def serve(app: Any, host: str, port: int) -> AsyncIterator[int]:  # noqa: ANN401 - any ASGI application
    """Serves an application while the block runs; yields the port. Raises `OSError` if the port is taken."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=GRACE_S, lifespan="off", limit_concurrency=None, timeout_keep_alive=30,
    )  # fmt: skip
    server = _Server(config)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1024) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task
