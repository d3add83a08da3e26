"""JSON lines on standard output, each with the service's name; no value of a message is ever logged."""

import logging

from pythonjsonlogger.json import JsonFormatter


def configure(service: str, tier: str) -> None:
    """Sends every log record to standard output as one JSON object."""
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
    for noisy in ("aiokafka", "faststream", "uvicorn.access", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
