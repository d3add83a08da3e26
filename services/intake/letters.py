"""Dead letters from outside: sealed while they lie, tied to the matter they are about, named by digests of the ring."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from messaging.cloudevents import carefully, signed
from messaging.envelope import Record
from messaging.errors import Rejected, alone
from schemas.inbound import ActionSubmitted
from schemas.topics import TOPICS
from services.intake.envelope import NONCE_BYTES
from services.intake.report import incident_id_of
from services.intake.vault import KEYLESS, Vault

_INCIDENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SealedLetters:
    """Encrypts what other systems sent before it lies in the table of dead letters: it may name people."""

    PLACE = "dead-letter"

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def close(self, value: bytes) -> bytes:
        """The value encrypted, nonce first."""
        nonce, ciphertext = self._vault.encrypt(self.PLACE, value)
        return nonce + ciphertext

    def names(self, record: Record, plain: str) -> Sequence[str]:
        """What the letter is about, and a digest of it under the current key; then as older keys and programs named it.

        The digests are of the ring, not of the house: when a key of it is destroyed, no copy of them tells anything.
        """
        tied = about(record) or ""
        keys = self._vault.ring.keys.values()
        digests = (hmac.new(_derived(one), plain.encode(), hashlib.sha256).hexdigest() for one in keys)
        return [*(f"{tied}:{one}" for one in digests), self._vault.fingerprint(plain.encode()).hex()]

    def open(self, value: bytes) -> bytes:
        """The value as it came. Raises `Rejected` if its key is not in the ring."""
        return self._opened(value)[1]

    def key_of(self, value: bytes) -> str:
        """Under which key of the ring it was sealed. Raises `Rejected`."""
        return self._opened(value)[0]

    def under(self, record: str) -> str:
        """The same of what a row of dead letters has as its record; `unknown` when no key at hand opens it."""
        try:
            return self.key_of(base64.b64decode(record))
        except Rejected:
            return KEYLESS

    def _opened(self, value: bytes) -> tuple[str, bytes]:
        try:
            return self._vault.opened(self.PLACE, value[:NONCE_BYTES], value[NONCE_BYTES:])
        except InvalidTag:
            raise Rejected(
                "sealed", "the vault key that sealed this dead letter is not the present one"
            ) from None


def _derived(key: bytes) -> bytes:
    return hmac.new(key, b"fengqiao letter 1", hashlib.sha256).digest()


def about(record: Record) -> str | None:
    """The matter a message is about: the one its action names, else the one with its name here; None without one."""
    topic = TOPICS[record.topic]
    try:
        message, body = carefully(record, topic)
    except Rejected as why:
        unreadable = signed(record, topic, alone(why))
        return None if unreadable is None else incident_id_of(unreadable.source, unreadable.id)
    named = _named(body) if message.type == ActionSubmitted.type else None
    return named or incident_id_of(message.source, message.id)


def _named(body: bytes) -> str | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    name = said.get("incident_id") if isinstance(said, dict) else None
    return name if isinstance(name, str) and _INCIDENT.fullmatch(name) else None
