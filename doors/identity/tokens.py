"""A bearer token of the issuer: verified with a key the issuer publishes, by an algorithm that is set, or refused."""

import hashlib
import time
from typing import Any

import jwt

from doors.caller import Caller
from doors.identity import strict
from doors.identity.claims import caller_of
from doors.identity.expected import Expected
from doors.identity.issuer import Keys
from doors.identity.refusal import NotSignedIn, Reason

TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})
"""An access token says so (RFC 9068) or nothing; a token for logging out, say, is none."""
REFUSED = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty", "enc"})
"""A key that comes with the token proves nothing; what wraps or changes a token is not for a bearer token."""
LONGEST_KID = 200
MOST_BELIEVED = 4096
"""Tokens that are remembered, by their hashes; after so many it begins again."""
NEEDED = ["iss", "aud", "sub", "exp", "iat"]
WHY: tuple[tuple[type[jwt.PyJWTError], Reason], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not-yet"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.MissingRequiredClaimError, "claims"),
    (jwt.InvalidSignatureError, "signature"),
)
"""By the library's errors, the first that fits."""


class Tokens:
    """Judges tokens of one issuer.

    Whoever asks ten times a second brings the same token each time: one that was believed is believed until it ends, as
    long as nobody has looked at the issuer's keys again.
    """

    def __init__(self, expected: Expected, keys: Keys) -> None:
        self._expected = expected
        self._keys = keys
        self._believed: dict[bytes, tuple[Caller, float]] = {}
        self._by = keys.known

    async def caller(self, token: str) -> Caller:
        """Whose token it is. Raises `NotSignedIn`, `NoKeyYet`."""
        name = hashlib.sha256(token.encode()).digest()
        if self._by is not self._keys.known or len(self._believed) >= MOST_BELIEVED:
            self._believed, self._by = {}, self._keys.known
        if (found := self._believed.get(name)) is not None and time.time() < found[1]:
            return found[0]
        caller, until = await self._judged(token)
        if self._by is self._keys.known:
            self._believed[name] = caller, until
        return caller

    async def _judged(self, token: str) -> tuple[Caller, float]:
        """Whose token it is, and until when."""
        header, claims = _read(token)
        kid, algorithm = self._named(header)
        _timed(claims)
        key = await self._keys.key(kid, algorithm)
        if key is None:
            raise NotSignedIn("unknown-key")
        said = self._verified(token, key, algorithm)
        try:
            return caller_of(said, self._expected.names), float(said["exp"])
        except ValueError:
            raise NotSignedIn("claims") from None

    def _named(self, header: dict[str, Any]) -> tuple[str | None, str]:
        """Which key it claims to be signed with, and how."""
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "jwt")
        if not isinstance(algorithm, str) or algorithm not in self._expected.algorithms:
            raise NotSignedIn("algorithm")
        if not isinstance(kind, str) or kind.lower() not in TYPES or REFUSED & header.keys():
            raise NotSignedIn("header")
        if "kid" in header and not (isinstance(kid, str) and 0 < len(kid) <= LONGEST_KID):
            raise NotSignedIn("header")
        return kid, algorithm

    def _verified(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:  # noqa: ANN401 - any public key
        expected = self._expected
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=expected.audience,
                issuer=expected.issuer,
                leeway=expected.leeway_s,
                options={"require": NEEDED},
            )
        except jwt.PyJWTError as error:
            reason: Reason = next((why for kind, why in WHY if isinstance(error, kind)), "form")
            raise NotSignedIn(reason) from None


def _read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        return strict.parts(token)
    except ValueError:
        raise NotSignedIn("form") from None


def _timed(claims: dict[str, Any]) -> None:
    """The library takes a text or true for a time; an issuer that writes so is not understood, and not guessed at."""
    if not all(strict.is_moment(claims[one]) for one in ("exp", "iat", "nbf") if one in claims):
        raise NotSignedIn("claims")
    if not isinstance(claims.get("iss", ""), str):
        raise NotSignedIn("claims")
