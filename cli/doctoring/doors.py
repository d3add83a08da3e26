"""Who can ask at a service's door, and whether the keys of the issuer it believes can be had."""

import asyncio
from pathlib import Path

import httpx

from cli.doctoring.judged import Line
from doors.browsers import LOOPBACK
from doors.identity import issuer, jwks
from doors.identity.opening import host_of
from doors.identity.settings import DoorSettings

ADVICE = "docs/operate/sign-in.md"
WHAT = "登录 sign-in"


def sign_in(settings: DoorSettings) -> Line:
    """What the settings of a service say, and what the issuer answers."""
    try:
        host, why = host_of(settings)
    except ValueError as error:
        return Line("wrong", WHAT, str(error), ADVICE)
    if why is not None:
        return Line("wrong", WHAT, why, f"name an issuer, or make senders' keys: {ADVICE}")
    if not settings.signs_in:
        where = "on loopback only" if host in LOOPBACK else "and are said to be published on loopback only"
        return Line("ok", WHAT, f"nobody signs in; doors listen {where}")
    return _of_issuer(settings)


def _of_issuer(settings: DoorSettings) -> Line:
    expected, place = settings.expected, settings.oidc_jwks
    if expected is None or place is None:
        return Line("ok", WHAT, "senders' keys, no issuer")
    fetch = issuer.from_url(place, settings.oidc_jwks_ca) if "://" in place else issuer.from_file(Path(place))
    try:
        found = jwks.read(asyncio.run(fetch()), expected.algorithms)
    except (OSError, httpx.HTTPError, ValueError) as error:
        said = f"the keys of {expected.issuer} cannot be read: {type(error).__name__}"
        return Line(
            "wrong", WHAT, said, f"is its address right, its certificate trusted, the way out open? {ADVICE}"
        )
    if not found.keys:
        said = f"{expected.issuer} lists no key for {settings.oidc_algorithms}"
        return Line("wrong", WHAT, said, f"OIDC_ALGORITHMS: {ADVICE}")
    return Line("ok", WHAT, f"{expected.issuer}, {len(found.keys)} keys")
