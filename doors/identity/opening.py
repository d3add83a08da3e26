"""Where a door listens: to others only where callers sign in, and else on its own machine, saying why."""

import logging

from fastapi import FastAPI

from doors import caller as who
from doors.browsers import LOOPBACK
from doors.gate import Guard, guarded
from doors.identity.settings import DEVELOPMENT, DoorSettings
from doors.identity.sign_in import sign_in
from doors.throttle import EXPORTS
from doors.turnstile import Turnstile
from messaging.database import Database
from messaging.granting import MARK
from messaging.process import Process
from messaging.wall import Unholed

log = logging.getLogger(__name__)

ALONE = "127.0.0.1"
NO_ROLE = (
    "is needed where callers sign in: a role of the door's own at the database, which sees its caller's rows only; "
    "docs/operate/sign-in.md, the second wall"
)


def database_of(process: Process, settings: DoorSettings) -> Database:
    """The database as a door has it: by a role that sees what is the caller's only, where there are callers and one."""
    dsn = settings.door_dsn()
    if dsn is None or not settings.signs_in:
        return process.database
    database = Database(
        dsn, name=f"{process.name}{MARK} door", max_size=settings.door_pool_size, told=who.told
    )
    process.opens(database)
    unholed = Unholed(database, settings.door_role or "", process.service, settings.schema_wait_s)
    process.checks(unholed.check)
    return database


def opened(process: Process, settings: DoorSettings, door: FastAPI) -> None:
    """Gives a process its door, guarded, and says where it listens. Raises `ValueError`."""
    if settings.signs_in and settings.door_postgres is None:
        raise ValueError(f"{process.service.upper()}_DOOR_POSTGRES: {NO_ROLE}")
    if wrong := crowded(settings, exports=any(getattr(one, "path", None) in EXPORTS for one in door.routes)):
        raise ValueError(f"{process.service.upper()}_EXPORTS_AT_ONCE: {wrong}")
    process.door_host, why = host_of(settings)
    if why is not None:
        log.warning("%s", why)
        process.health.doubt("sign-in", why)
    signed = sign_in(settings, lambda trouble: process.health.doubt("issuer", trouble))
    if signed is not None and signed.keys is not None:
        process.loops(signed.keys.run)
    guard = Guard(process.service, settings.tier, signed, Turnstile(settings.bounds), settings.browsers)
    process.door = guarded(door, guard)


def crowded(settings: DoorSettings, *, exports: bool) -> str | None:
    """Why so many exports at once leave nobody else a connection; None where they do not, or the door has none."""
    behind = settings.signs_in and settings.door_postgres is not None
    name, size = ("DOOR_POOL_SIZE", settings.door_pool_size) if behind else ("POOL_SIZE", settings.pool_size)
    if not exports or settings.exports_at_once < size:
        return None
    return (
        f"{settings.exports_at_once} must be fewer than {name}, which is {size}: "
        "each holds a connection for as long as it takes, and nobody else would get one"
    )


def host_of(settings: DoorSettings) -> tuple[str, str | None]:
    """The address of the door, and why it is not the one that was set. Raises `ValueError`."""
    if settings.host in LOOPBACK:
        return settings.host, None
    if settings.oidc_issuer is not None and settings.oidc_issuer.startswith(DEVELOPMENT):
        raise ValueError(
            f"OIDC_ISSUER: {settings.oidc_issuer} is the issuer of a local stack, whose key lies in a folder; "
            "it is believed on loopback only"
        )
    if settings.signs_in or settings.published_on_loopback:
        return settings.host, None
    why = "nobody can sign in (no OIDC_ISSUER, no SENDER_KEYS), so the door listens on"
    return ALONE, f"{why} {ALONE} and not on {settings.host}"
