"""JSON lines on standard error, each with the service's name; no value of a message is ever logged."""

import logging
import traceback
from collections.abc import Iterator
from itertools import islice

from pythonjsonlogger.json import JsonFormatter

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


def configure(service: str, tier: str) -> None:
    """Sends every log record to standard error as one JSON object."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonFormatter(
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
