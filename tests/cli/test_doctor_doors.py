"""The doctor asks who can sign in at a service's door, and whether the issuer's keys can be had."""

import pytest

from cli.doctoring.doors import sign_in
from doors.identity.settings import DoorSettings
from messaging.settings import settings_of
from tests.doors.identity.issuing import AUDIENCE, ISSUER, Issuer


@pytest.fixture
def looked(monkeypatch):
    """What the doctor says of settings."""

    def at(**settings):
        monkeypatch.setenv("TIER", "village")
        for name, value in ({"POSTGRES": "postgresql://u@nowhere/x"} | settings).items():
            monkeypatch.setenv(f"ROUTING_{name}", value)
        return sign_in(settings_of(DoorSettings, "routing"))

    return at


def believing(document, tmp_path, algorithms="ES256"):
    file = tmp_path / "jwks.json"
    file.write_bytes(document)
    return {
        "HOST": "0.0.0.0", "OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": AUDIENCE, "OIDC_JWKS": str(file),
        "OIDC_ALGORITHMS": algorithms,
    }  # fmt: skip


def test_an_issuer_whose_keys_can_be_had_is_well(looked, tmp_path):
    line = looked(**believing(Issuer().document(), tmp_path))

    assert (line.verdict, line.said) == ("ok", f"{ISSUER}, 1 keys")


def test_a_door_for_others_at_which_nobody_can_sign_in_is_wrong_and_one_on_loopback_is_not(looked):
    assert looked(HOST="127.0.0.1").verdict == "ok"
    line = looked(HOST="0.0.0.0")
    assert (line.verdict, "sign-in.md" in line.advice) == ("wrong", True)
    assert looked(PUBLISHED_ON_LOOPBACK="true").verdict == "ok"


def test_keys_of_another_kind_or_a_document_that_is_none_are_wrong(looked, tmp_path):
    assert looked(**believing(Issuer().document(), tmp_path, "RS256")).verdict == "wrong"
    assert looked(**believing(b"<html>", tmp_path)).verdict == "wrong"


def test_an_issuer_that_does_not_answer_is_wrong(looked, tmp_path):
    settings = believing(Issuer().document(), tmp_path) | {"OIDC_JWKS": "http://127.0.0.1:9/keys"}

    assert looked(**settings).verdict == "wrong"
