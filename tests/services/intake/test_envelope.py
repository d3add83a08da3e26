"""A field opens for its incident under its data key, the data key for its incident under the ring, and not else."""

import pytest
from cryptography.exceptions import InvalidTag

from services.intake.envelope import DataKey, KeyMissing, Ring, Wrapped, key_id
from services.intake.letters import SealedLetters
from services.intake.rotation import fields_of
from services.intake.vault import Vault
from tests.builders import INCIDENT

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SAID = b"13800138000"


def test_a_field_opens_under_the_data_key_that_the_ring_unwraps():
    key, wrapped = Ring([OLD]).new(INCIDENT)

    assert Ring([OLD]).unwrap(INCIDENT, wrapped).open("p1.telephone", key.seal("p1.telephone", SAID)) == SAID


@pytest.mark.parametrize("change", ["incident", "field", "key", "bytes", "cut"])
def test_a_field_opens_for_nothing_else(change):
    key, _ = Ring([OLD]).new(INCIDENT)
    sealed = key.seal("p1.telephone", SAID)
    reader = {"incident": DataKey("other", key.key), "key": DataKey(INCIDENT, OLD)}.get(change, key)
    given = {"bytes": bytes([sealed[0] ^ 1]) + sealed[1:], "cut": sealed[:5]}.get(change, sealed)

    with pytest.raises(InvalidTag):
        reader.open("p1.name" if change == "field" else "p1.telephone", given)


def test_names_that_run_into_each_other_are_not_taken_for_each_other():
    sealed = DataKey("ab", OLD).seal("c", SAID)

    with pytest.raises(InvalidTag):
        DataKey("a", OLD).open("bc", sealed)


def test_a_wrapped_key_of_another_incident_or_under_another_name_does_not_unwrap():
    _, wrapped = Ring([OLD]).new(INCIDENT)

    with pytest.raises(InvalidTag):
        Ring([OLD]).unwrap("other", wrapped)
    with pytest.raises(InvalidTag):
        Ring([OLD, NEW]).unwrap(INCIDENT, Wrapped(key_id(NEW), wrapped.wrapped))


def test_every_key_of_a_ring_unwraps_and_the_first_one_wraps():
    key, old = Ring([OLD]).new(INCIDENT)
    ring = Ring([NEW, OLD])

    again = ring.rewrapped(INCIDENT, old)

    assert (old.kek_id, again.kek_id) == (key_id(OLD), key_id(NEW))
    assert ring.older == [key_id(OLD)]
    assert ring.unwrap(INCIDENT, old) == Ring([NEW]).unwrap(INCIDENT, again) == key


def test_a_key_that_is_missing_is_named_and_no_key_is_shown():
    key, wrapped = Ring([OLD]).new(INCIDENT)

    with pytest.raises(KeyMissing, match=key_id(OLD)) as caught:
        Ring([NEW]).unwrap(INCIDENT, wrapped)

    assert not any(one in str(caught.value) for one in (OLD.hex(), NEW.hex(), wrapped.wrapped.hex()))
    assert key.key.hex() not in repr(key)
    assert repr(key.key) not in repr(key)


def test_two_incidents_never_have_one_key():
    ring = Ring([OLD])

    assert len({ring.new(f"i-{at}")[0].key for at in range(100)}) == 100


def test_what_is_of_no_incident_opens_under_every_key_of_the_ring_and_is_sealed_under_the_first():
    before, after = SealedLetters(Vault(OLD)), SealedLetters(Vault(NEW, OLD))
    letter = before.close(SAID)

    assert after.open(letter) == SAID
    assert (after.key_of(letter), after.key_of(after.close(SAID))) == (key_id(OLD), key_id(NEW))


def test_fingerprints_stay_when_a_key_is_put_before_the_one_they_came_from():
    assert Vault(NEW, OLD).fingerprint(b"a") == Vault(OLD).fingerprint(b"a")
    assert Vault(NEW, OLD).likeness_key == Vault(OLD).likeness_key


def test_what_an_older_program_sealed_as_one_is_taken_apart_by_field():
    told = '{"people": {"p1": {"name": "王小明", "telephone": "138"}}, "description": "邻里"}'.encode()

    assert list(fields_of(told, is_report=True)) == [
        ("p1.name", "王小明"), ("p1.telephone", "138"), ("description", "邻里"),
    ]  # fmt: skip
    assert list(fields_of(b'{"people": {}, "description": null}', is_report=True)) == []
    assert list(fields_of(told, is_report=False)) == [("note", told.decode())]
