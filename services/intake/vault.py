"""Personal data at rest: an envelope for each incident, and the few things that are of the house and of no incident."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.intake.envelope import NONCE_BYTES, DataKey, Ring

FINGERPRINT, LIKENESS, AUDIT = "fingerprint", "likeness", "audit"
HOUSE = (FINGERPRINT, LIKENESS, AUDIT)
"""They stay when those of the ring are replaced, or a request that is sent again would be taken for another."""
KEYLESS = "unknown"
"""Stands for the key of the ring where nothing at hand says it."""


class Vault:
    """The ring of keys, current first, and what is derived from it; whoever moves a ciphertext cannot read it there."""

    def __init__(self, *keys: bytes) -> None:
        self.ring = Ring(keys)
        oldest = keys[-1]
        self._house = {name: _derived(oldest, name) for name in HOUSE}

    @property
    def key_id(self) -> str:
        """The name of the current key."""
        return self.ring.current

    @property
    def house(self) -> dict[str, bytes]:
        """The keys of the house: derived from the oldest key at first, then as they were stored."""
        return self._house

    def adopt(self, name: str, key: DataKey) -> None:
        """Takes a key of the house as it was stored."""
        self._house[name] = key.key

    @property
    def likeness_key(self) -> bytes:
        """For sketches of texts: who lacks the key cannot tell what was told."""
        return self._house[LIKENESS]

    def encrypt(self, place: str, plain: bytes) -> tuple[bytes, bytes]:
        """Nonce and ciphertext, directly under the current key: what belongs to no incident, such as a dead letter."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce, AESGCM(self.ring.keys[self.key_id]).encrypt(nonce, plain, place.encode())

    def decrypt(self, place: str, nonce: bytes, ciphertext: bytes) -> bytes:
        """The plain bytes, under whichever key of the ring. Raises `InvalidTag` for another place or change."""
        return self.opened(place, nonce, ciphertext)[1]

    def opened(self, place: str, nonce: bytes, ciphertext: bytes) -> tuple[str, bytes]:
        """Which key of the ring it was under, and the plain bytes. Raises `InvalidTag`."""
        for name, key in self.ring.keys.items():
            try:
                return name, AESGCM(key).decrypt(nonce, ciphertext, place.encode())
            except (InvalidTag, ValueError):  # a piece too short to be a nonce is a ValueError
                continue
        raise InvalidTag

    def fingerprint(self, body: bytes) -> bytes:
        """Tells whether two requests are the same without keeping what was in them: keyed, so nobody can guess."""
        return hmac.new(self._house[FINGERPRINT], body, hashlib.sha256).digest()

    def refusals(self, said: bytes) -> list[bytes]:
        """What a refusal is called under the current key, then as older keys and programs called it.

        The first begins with the id of its key: when that is destroyed, no copy of the digest tells anything.
        """
        named = (
            name.encode() + hmac.new(_derived(key, "refusal"), said, hashlib.sha256).digest()
            for name, key in self.ring.keys.items()
        )
        return [*named, self.fingerprint(said)]


def _derived(key: bytes, name: str) -> bytes:
    return hmac.new(key, f"fengqiao {name}".encode(), hashlib.sha256).digest()
