"""Personal data can be read under its own key, for its own incident, and in no other way."""

import pytest
from cryptography.exceptions import InvalidTag

from messaging.errors import Rejected
from services.intake.letters import SealedLetters
from services.intake.vault import Vault
from tests.builders import INCIDENT

KEY, OTHER = bytes(range(32)), bytes(32)
SECRET = '{"name": "王小明"}'.encode()


def test_what_goes_in_comes_out():
    vault = Vault(KEY)

    assert vault.decrypt(INCIDENT, *vault.encrypt(INCIDENT, SECRET)) == SECRET


def test_a_ciphertext_shows_nothing_and_is_never_the_same():
    vault = Vault(KEY)

    (first_nonce, first), (second_nonce, second) = (vault.encrypt(INCIDENT, SECRET) for _ in range(2))

    assert SECRET not in first
    assert (first_nonce, first) != (second_nonce, second)


@pytest.mark.parametrize("change", ["incident", "key", "bytes"])
def test_any_change_makes_it_unreadable(change):
    nonce, sealed = Vault(KEY).encrypt(INCIDENT, SECRET)
    reader = Vault(OTHER if change == "key" else KEY)
    given = bytes([sealed[0] ^ 1]) + sealed[1:] if change == "bytes" else sealed

    with pytest.raises(InvalidTag):
        reader.decrypt("other" if change == "incident" else INCIDENT, nonce, given)


def test_a_fingerprint_tells_requests_apart_and_only_under_its_key():
    assert Vault(KEY).fingerprint(b"a") == Vault(KEY).fingerprint(b"a")
    assert Vault(KEY).fingerprint(b"a") != Vault(KEY).fingerprint(b"b")
    assert Vault(KEY).fingerprint(b"a") != Vault(OTHER).fingerprint(b"a")


def test_a_key_is_named_without_being_told():
    assert Vault(KEY).key_id != Vault(OTHER).key_id
    assert KEY.hex()[:16] not in Vault(KEY).key_id


def test_a_sealed_letter_opens_under_its_key_only():
    sealed = SealedLetters(Vault(KEY)).close(SECRET)

    assert SealedLetters(Vault(KEY)).open(sealed) == SECRET
    with pytest.raises(Rejected, match="sealed"):
        SealedLetters(Vault(OTHER)).open(sealed)
