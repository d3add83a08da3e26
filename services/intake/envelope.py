"""Envelopes: what is told of an incident is under its own data key, and that key under one of the ring."""

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES = 32, 12
_FIELD, _WRAP, _DIGEST = b"fengqiao field 1", b"fengqiao data key 1", b"fengqiao digest 1"


class KeyMissing(Exception):
    """The ring lacks the key that wrapped this; its id is in the text, nothing of any key."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as it is stored: useless to whoever lacks the key with that id."""

    kek_id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class DataKey:
    """What seals the fields of one incident; a ciphertext opens for its incident and its field only."""

    about: str
    key: bytes = field(repr=False)

    def seal(self, name: str, plain: bytes) -> bytes:
        """Nonce and ciphertext of one field."""
        return _sealed(self.key, plain, _bound(_FIELD, self.about, name))

    def open(self, name: str, sealed: bytes) -> bytes:
        """One field. Raises `InvalidTag` for another incident, field, key, or a change."""
        return _opened(self.key, sealed, _bound(_FIELD, self.about, name))

    def digest(self, fingerprint: bytes) -> bytes:
        """Tells whether a request is the one this came with; once the key is gone, nobody can try one against it."""
        return hmac.new(_derived(self.key, _DIGEST), fingerprint, hashlib.sha256).digest()


class Ring:
    """The key-encryption keys that are at hand: the current one wraps, the others only unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.keys: Mapping[str, bytes] = {key_id(one): one for one in keys}
        """By id, the current one first."""
        self._wrapping = {name: _derived(one, _WRAP) for name, one in self.keys.items()}
        self.current = next(iter(self.keys))

    @property
    def older(self) -> list[str]:
        """The ids of those that only unwrap."""
        return [one for one in self.keys if one != self.current]

    def new(self, about: str) -> tuple[DataKey, Wrapped]:
        """A data key, by chance, and the same wrapped."""
        made = DataKey(about, os.urandom(KEY_BYTES))
        return made, self.wrap(made)

    def wrap(self, key: DataKey) -> Wrapped:
        """The key under the current one of the ring, bound to what it is for."""
        bound = _bound(_WRAP, key.about, self.current)
        return Wrapped(self.current, _sealed(self._wrapping[self.current], key.key, bound))

    def unwrap(self, about: str, given: Wrapped) -> DataKey:
        """The key. Raises `KeyMissing`; `InvalidTag` when it is another incident's, or was changed."""
        if given.kek_id not in self.keys:
            raise KeyMissing(f"the vault's ring lacks the key {given.kek_id}")
        bound = _bound(_WRAP, about, given.kek_id)
        return DataKey(about, _opened(self._wrapping[given.kek_id], given.wrapped, bound))

    def rewrapped(self, about: str, given: Wrapped) -> Wrapped:
        """The same data key under the current key. Raises as `unwrap`."""
        return self.wrap(self.unwrap(about, given))


def key_id(key: bytes) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(b"fengqiao key id" + key).hexdigest()[:16]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()


def _bound(purpose: bytes, about: str, name: str) -> bytes:
    """What a ciphertext is bound to; lengths stand before names, so that no two of them run into each other."""
    parts = (one.encode() for one in (about, name))
    return purpose + b"".join(len(one).to_bytes(4, "big") + one for one in parts)


def _sealed(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _opened(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
