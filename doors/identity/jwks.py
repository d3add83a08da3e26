"""The issuer's public keys as its document has them (RFC 7517): what signs is kept, whatever else stands there not."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
SHORTEST_RSA = 2048
CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
MOST_KEYS = 100


class Known(NamedTuple):
    """A key of the document."""

    kid: str | None
    algorithms: frozenset[str]
    """By which it may be used."""
    key: PublicKey


@dataclass(frozen=True, slots=True)
class KeySet:
    """All keys of a document."""

    keys: tuple[Known, ...] = ()

    def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key of an id, for an algorithm; without an id the only one there is for it, if it is the only one."""
        fitting = [one.key for one in self.keys if algorithm in one.algorithms and kid in {None, one.kid}]
        return fitting[0] if len(fitting) == 1 else None


def read(document: bytes, allowed: Collection[str]) -> KeySet:
    """The keys of a document that may sign by one of these algorithms. Raises `ValueError` where it is none at all."""
    try:
        found = json.loads(document)
    except RecursionError as error:
        raise ValueError("is too deep") from error
    every = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(every, list) or len(every) > MOST_KEYS:
        raise ValueError("is no set of keys")
    return KeySet(tuple(one for entry in every for one in _known(entry, frozenset(allowed))))


def _known(entry: object, allowed: frozenset[str]) -> Iterator[Known]:
    """The key of an entry, or none: a document may have keys for other purposes, or of kinds to come."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return
    operations, kid = entry.get("key_ops", ["verify"]), entry.get("kid")
    if not isinstance(operations, list) or "verify" not in operations or not isinstance(kid, str | None):
        return
    fits = _fitting(entry) & allowed
    if "alg" in entry:
        fits &= {entry["alg"]} if isinstance(entry["alg"], str) else frozenset()
    if not fits:
        return
    try:
        key = jwt.PyJWK(entry, algorithm=min(fits)).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return
    if isinstance(key, RSAPublicKey) and key.key_size < SHORTEST_RSA:
        return
    if isinstance(key, PublicKey):  # whoever publishes a private key has lost it
        yield Known(kid, fits, key)


def _fitting(entry: dict[str, Any]) -> frozenset[str]:
    """The algorithms of a kind of key; of a shared secret there are none."""
    match entry.get("kty"), entry.get("crv"):
        case "RSA", _:
            return frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
        case "EC", str(curve) if curve in CURVES:
            return frozenset({CURVES[curve]})
        case "OKP", "Ed25519":
            return frozenset({"EdDSA"})
        case _:
            return frozenset()
