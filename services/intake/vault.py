"""Personal data at rest: AES-256-GCM, bound to its incident, nowhere else in the product."""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from messaging.errors import Rejected

NONCE_BYTES = 12


class Vault:
    """Encrypts under one key; whoever moves a ciphertext to another incident cannot read it there."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._mac = hmac.new(key, b"fengqiao fingerprint", hashlib.sha256).digest()
        self.likeness_key = hmac.new(key, b"fengqiao likeness", hashlib.sha256).digest()
        """For sketches of texts: who lacks the key cannot tell what was told."""
        self.key_id = hashlib.sha256(b"fengqiao key id" + key).hexdigest()[:16]

    def encrypt(self, incident_id: str, plain: bytes) -> tuple[bytes, bytes]:
        """Nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce, self._cipher.encrypt(nonce, plain, incident_id.encode())

    def decrypt(self, incident_id: str, nonce: bytes, ciphertext: bytes) -> bytes:
        """The plain bytes. Raises `cryptography.exceptions.InvalidTag` for any other incident, key or change."""
        return self._cipher.decrypt(nonce, ciphertext, incident_id.encode())

    def fingerprint(self, body: bytes) -> bytes:
        """Tells whether two requests are the same without keeping what was in them: keyed, so nobody can guess."""
        return hmac.new(self._mac, body, hashlib.sha256).digest()


class SealedLetters:
    """Encrypts what other systems sent before it lies in the table of dead letters: it may name people."""

    _PLACE = "dead-letter"

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def close(self, value: bytes) -> bytes:
        """The value encrypted, nonce first."""
        nonce, ciphertext = self._vault.encrypt(self._PLACE, value)
        return nonce + ciphertext

    def fingerprint(self, body: bytes) -> bytes:
        """Tells whether two letters are the same."""
        return self._vault.fingerprint(body)

    def open(self, value: bytes) -> bytes:
        """The value as it came. Raises `Rejected` if the key is another one now."""
        try:
            return self._vault.decrypt(self._PLACE, value[:NONCE_BYTES], value[NONCE_BYTES:])
        except Exception:  # noqa: BLE001 - the library's own exception says nothing more
            raise Rejected(
                "sealed", "the vault key that sealed this dead letter is not the present one"
            ) from None
