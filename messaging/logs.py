"""JSON lines on standard error, each with the service's name; no value of a message is ever logged."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from messaging.telemetry import exemplar

log = logging.getLogger(__name__)

CHAIN = 20
"""So many errors before one are named: a library may have raised two from each other, which goes on for ever."""


def frames(error: BaseException) -> dict[str, object]:
    """What a log may say of a bug: its type, where it arose, what it came after. Its text may quote what was sent."""
    places = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "frames": [f"{one.filename}:{one.lineno} {one.name}" for one in places],
        "after": [type(one).__name__ for one in islice(_before(error), CHAIN)],
    }


def _before(error: BaseException) -> Iterator[BaseException]:
    """The errors whose handling led to this one, the nearest first."""
    while (before := error.__cause__ or error.__context__) is not None:
        yield before
        error = before


class Silent(JsonFormatter):
    """Tells of an exception somebody else logged what we tell of our own: libraries log its text, which may quote.

    And in which trace it was, where that is recorded.
    """

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """All that stands in a line."""
        super().add_fields(log_data, record, message_dict)
        log_data.update(exemplar() or {})

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - as the library has it
        """Its kind and its place, on one line."""
        if ei[1] is None:
            return ""
        told = frames(ei[1])
        places = told["frames"]
        return f"{told['error']} at {' < '.join(reversed(places)) if isinstance(places, list) else ''}"


def unhandled(_: object, context: dict[str, Any]) -> None:
    """What the event loop met and nobody handled; its own words show arguments and results."""
    error = context.get("exception")
    log.error("the event loop met an error nobody handled", extra={} if error is None else frames(error))


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """From now on this loop tells of what nobody handled without any value."""
    loop.set_exception_handler(unhandled)


def _ended(_: type[BaseException], error: BaseException, __: object) -> None:
    log.critical("the process ended by an error", extra=frames(error))


def configure(service: str, tier: str) -> None:
    """Sends every log record, and the error a process may end by, to standard error as one JSON object."""
    sys.excepthook = _ended
    handler = logging.StreamHandler()
    handler.setFormatter(
        Silent(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            static_fields={"service.name": f"{tier}-{service}"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("uvicorn", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("aiokafka").setLevel(
        logging.ERROR
    )  # while a broker is away it warns a hundred times a second
    logging.getLogger("faststream").setLevel(
        logging.ERROR
    )  # it warns at every start that it creates no topics
