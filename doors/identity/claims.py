"""What the claims of a verified token say about somebody: who, in which roles, for which area, at which tier. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doors.caller import ROLES, Caller, Role
from schemas.base import TIERS, Tier, tier_of

AREA = re.compile(r"[0-9]{6}([0-9]{3}){0,2}")
"""Of a county, a town or a village."""
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names an issuer says it; a dot goes a step down, as in Keycloak's `realm_access.roles`."""

    area: str = "area"
    tier: str = "tier"
    roles: str = "roles"
    prefix: str = ""
    """Before the names of our roles in the issuer's."""


def caller_of(claims: Mapping[str, Any], named: Names) -> Caller:
    """The caller. Raises `ValueError` for claims that are missing or cannot be used.

    Roles that are not ours are passed over; without a tier it is that of the area.
    """
    subject, area = claims.get("sub"), _at(claims, named.area)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise ValueError("sub")
    if not isinstance(area, str) or not AREA.fullmatch(area):
        raise ValueError(named.area)
    return Caller(f"token:{subject}", _roles(claims, named), area, _tier(_at(claims, named.tier), area))


def _at(claims: Mapping[str, Any], name: str) -> object:
    """What stands under a name as a whole, else along its dots."""
    if name in claims:
        return claims[name]
    found: object = claims
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _roles(claims: Mapping[str, Any], named: Names) -> frozenset[Role]:
    given = _at(claims, named.roles)
    every = given.split() if isinstance(given, str) else given
    if not isinstance(every, list) or not all(isinstance(one, str) for one in every):
        raise ValueError(named.roles)
    ours = {one.removeprefix(named.prefix) for one in every if one.startswith(named.prefix)}
    return frozenset(one for one in ROLES if one in ours)


def _tier(given: object, area: str) -> Tier:
    if given is None:
        return tier_of(area)
    for one in TIERS:
        if one == given:
            return one
    raise ValueError("tier")
