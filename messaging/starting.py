"""How a service begins: `python -m services.<name> [migrate [--bind-owner]]`, from the environment to an exit code."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from messaging import allowed, collector, logs, tracing
from messaging.errors import CannotStart, Unavailable
from messaging.granting import BIND
from messaging.migrate import unbound
from messaging.patience import Patience, migrated
from messaging.process import EXIT_CONFIGURATION, Process
from messaging.settings import DatabaseSettings, settings_of

log = logging.getLogger(__name__)

EXIT_UNAVAILABLE = 69
"""EX_UNAVAILABLE: starting again later may help."""
NOT_BOUND = (
    "the owner is not bound in %s, as was asked: older programs run, a table is in use, or no door's role was told "
    "(DOOR_POSTGRES); see to it and migrate with %s again"
)


def main(service: str, compose: Callable[[], Process]) -> None:
    """The entry point of `python -m services.<name> [migrate [--bind-owner]]`."""
    tier = os.environ.get("TIER", "?")
    logs.configure(service, tier)
    allowed.no_core()
    allowed.many_files()
    try:
        if sys.argv[1:2] == ["migrate"]:
            sys.exit(_migrate(service, sys.argv[2:]))
        process = compose()
        tracing.configure(service, tier)
        collector.settled()
    except ValueError as error:
        log.critical("the settings cannot be used: %s", error)
        sys.exit(EXIT_CONFIGURATION)
    code = _run(process)
    tracing.end()
    sys.exit(code)


def _migrate(service: str, asked: list[str]) -> int:
    """Brings the database up to date, knowing nothing but where it is; returns the exit code. Raises `ValueError`."""
    if asked not in ([], [BIND]):
        raise ValueError(f"migrate takes {BIND} and nothing else")
    settings = settings_of(DatabaseSettings, service)
    dsn, patience = settings.dsn(), Patience(settings.schema_wait_s)
    try:
        names = asyncio.run(migrated(dsn, service, patience, settings.door_role, bind_owner=bool(asked)))
        free = asyncio.run(unbound(dsn)) if asked else []
    except CannotStart as error:
        log.critical("%s", error)
        return EXIT_CONFIGURATION
    except Unavailable as error:
        log.critical("the database does not answer: %s", error)
        return EXIT_UNAVAILABLE
    log.info("migrated: %s", ", ".join(names) or "nothing to do")
    if free:
        log.critical(NOT_BOUND, ", ".join(free), BIND)
        return EXIT_UNAVAILABLE
    return 0


def _run(process: Process) -> int:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform; a fifth faster database round trips where it is
    except ImportError:
        return asyncio.run(process.run())
    return uvloop.run(process.run())
