"""The vault's ring of keys: given as text or as a file, the current one first; what cannot be used is never shown."""

import base64

import pytest
from pydantic import ValidationError

from tests.services.test_settings import KEY, bare, given

__all__ = ["bare"]


def test_the_vault_s_key_may_come_as_text_or_as_a_file(monkeypatch, tmp_path):
    file = tmp_path / "key"
    file.write_bytes(bytes(range(32)))

    as_text = given(monkeypatch, "INTAKE_", TIER="town")
    monkeypatch.delenv("INTAKE_VAULT_KEY")
    as_file = given(monkeypatch, "INTAKE_", VAULT_KEY=None, VAULT_KEY_FILE=str(file))

    assert as_text.keys() == as_file.keys() == (bytes(range(32)),)
    assert KEY not in repr(as_text)


@pytest.mark.parametrize("between", ["\n", " ", "\n\n", "\r\n"])
def test_a_ring_has_the_current_key_first_and_older_ones_behind_it(monkeypatch, tmp_path, between):
    older, file = bytes(32), tmp_path / "ring"
    ring = between.join([KEY, base64.b64encode(older).decode()]) + "\n"
    file.write_text(ring)

    as_text = given(monkeypatch, "INTAKE_", TIER="town", VAULT_KEY=ring)
    monkeypatch.delenv("INTAKE_VAULT_KEY")
    as_file = given(monkeypatch, "INTAKE_", VAULT_KEY=None, VAULT_KEY_FILE=str(file))

    assert as_text.keys() == as_file.keys() == (bytes(range(32)), older)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"VAULT_KEY": None}, "one of the two"),
        ({"VAULT_KEY_FILE": "/nowhere"}, "one of the two"),
        ({"VAULT_KEY": "not base64!"}, "cannot be read"),
        ({"VAULT_KEY": base64.b64encode(b"hunter2").decode()}, "32 bytes"),
        (
            {"VAULT_KEY": None, "VAULT_KEY_FILE": "/nowhere"},
            "file of the vault key cannot be read: No such file",
        ),
        ({"VAULT_KEY": "correct horse battery staple, ok"}, "cannot be read"),
        ({"VAULT_KEY": base64.b64encode(bytes(24)).decode()}, "32 bytes"),
        ({"VAULT_KEY": f"{KEY} {base64.b64encode(bytes(24)).decode()}"}, "32 bytes"),
        ({"VAULT_KEY": f"{KEY}\n{KEY}"}, "twice"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_without_being_shown(monkeypatch, changes, says):
    with pytest.raises(ValidationError, match=says) as caught:
        given(monkeypatch, "INTAKE_", TIER="town", **changes)

    assert str(changes.get("VAULT_KEY")) not in str(caught.value)
