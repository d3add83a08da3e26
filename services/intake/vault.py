"""Personal data at rest: an envelope for each incident, and the few things that are of the house and of no incident."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from messaging.errors import Rejected
from services.intake.envelope import NONCE_BYTES, DataKey, Ring

FINGERPRINT, LIKENESS, AUDIT = "fingerprint", "likeness", "audit"
HOUSE = (FINGERPRINT, LIKENESS, AUDIT)
"""They stay when those of the ring are replaced, or a request that is sent again would be taken for another."""


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


def _derived(key: bytes, name: str) -> bytes:
    return hmac.new(key, f"fengqiao {name}".encode(), hashlib.sha256).digest()


class SealedLetters:
    """Encrypts what other systems sent before it lies in the table of dead letters: it may name people."""

    PLACE = "dead-letter"

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def close(self, value: bytes) -> bytes:
        """The value encrypted, nonce first."""
        nonce, ciphertext = self._vault.encrypt(self.PLACE, value)
        return nonce + ciphertext

    def fingerprint(self, body: bytes) -> bytes:
        """Tells whether two letters are the same."""
        return self._vault.fingerprint(body)

    def open(self, value: bytes) -> bytes:
        """The value as it came. Raises `Rejected` if its key is not in the ring."""
        return self._opened(value)[1]

    def key_of(self, value: bytes) -> str:
        """Under which key of the ring it was sealed. Raises `Rejected`."""
        return self._opened(value)[0]

    def _opened(self, value: bytes) -> tuple[str, bytes]:
        try:
            return self._vault.opened(self.PLACE, value[:NONCE_BYTES], value[NONCE_BYTES:])
        except InvalidTag:
            raise Rejected(
                "sealed", "the vault key that sealed this dead letter is not the present one"
            ) from None
