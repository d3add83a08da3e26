"""Tokens for a local stack and for nothing else, and keys for small senders."""

import json

import pytest
from click.testing import CliRunner

from cli import door
from cli.tokens import dev_token, sender_key
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.plan import Plan, StackError
from deploy.local.service_programs import signing_in
from deploy.local.stack import Stack
from doors.caller import Caller
from doors.identity.refusal import NotSignedIn
from doors.identity.senders import Senders, read
from doors.identity.settings import DoorSettings
from doors.identity.sign_in import sign_in
from messaging.settings import settings_of
from tests.doors.identity.issuing import bearer

ASKED = ["--role", "centre-staff", "--role", "auditor", "--area", "620522100"]


@pytest.fixture
def signing(monkeypatch):
    """A door that believes the issuer of a folder."""

    def made(folder):
        issuer = DevelopmentIssuer(folder)
        monkeypatch.setenv("TIER", "town")
        monkeypatch.setenv("ROUTING_POSTGRES", "postgresql://u@nowhere/x")
        for name, value in issuer.begin().items():
            monkeypatch.setenv(f"ROUTING_{name}", value)
        return issuer, sign_in(settings_of(DoorSettings, "routing"))

    return made


async def test_a_token_of_the_stack_s_own_issuer_is_believed_at_its_doors(signing, tmp_path):
    issuer, believing = signing(tmp_path)

    caller = await believing.caller(bearer(issuer.token(("auditor",), "620522100201", "village", 60)))

    assert caller == Caller(
        "token:dev-auditor-620522100201", frozenset({"auditor"}), "620522100201", "village"
    )


async def test_the_key_stays_the_same_and_that_of_another_folder_is_not_believed(signing, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    issuer, believing = signing(tmp_path / "one")
    other = DevelopmentIssuer(tmp_path / "other")
    other.begin()
    issuer.begin()

    assert await believing.caller(bearer(issuer.token(("auditor",), "620522", None, 60)))
    with pytest.raises(NotSignedIn):
        await believing.caller(bearer(other.token(("auditor",), "620522", None, 60)))


def test_the_key_is_its_owner_s_alone(tmp_path):
    DevelopmentIssuer(tmp_path).begin()

    assert (tmp_path / "issuer").stat().st_mode & 0o077 == 0
    assert (tmp_path / "issuer" / "key.pem").stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in (tmp_path / "issuer" / "jwks.json").read_text()
    assert '"d"' not in (tmp_path / "issuer" / "jwks.json").read_text()


def test_where_no_stack_runs_there_is_no_token(tmp_path):
    DevelopmentIssuer(tmp_path).begin()

    found = CliRunner().invoke(dev_token, ["--data", str(tmp_path), *ASKED])

    assert isinstance(found.exception, StackError)
    assert "does not run" in str(found.exception)


@pytest.mark.parametrize("signs_in", [True, False])
def test_a_stack_that_runs_gives_one_only_if_it_signs_in(tmp_path, monkeypatch, signs_in):
    DevelopmentIssuer(tmp_path).begin()
    monkeypatch.setattr(Stack, "running", lambda _: True)
    monkeypatch.setattr(Stack, "signs_in", signs_in)

    found = CliRunner().invoke(dev_token, ["--data", str(tmp_path), *ASKED])

    assert (found.exit_code == 0) is signs_in
    assert (found.output.count(".") == 2) is signs_in


def test_without_the_key_there_is_no_token(tmp_path):
    with pytest.raises(StackError, match="--sign-in"):
        DevelopmentIssuer(tmp_path).token(("auditor",), "620522", None, 60)


@pytest.mark.parametrize("wrong", [["--area", "62"], ["--area", "620522", "--role", "emperor"]])
def test_who_there_is_not_gets_none(tmp_path, wrong):
    assert CliRunner().invoke(dev_token, ["--data", str(tmp_path), *ASKED, *wrong]).exit_code == 2


def test_every_service_of_a_stack_that_signs_in_is_told_so_and_what_a_caller_sets_wins(tmp_path):
    plan = Plan(services=("intake", "routing"), settings={"ROUTING_OIDC_LEEWAY_S": "5"})

    settings = signing_in(plan, {"OIDC_ISSUER": "x", "OIDC_LEEWAY_S": "30"}).settings

    assert settings["INTAKE_OIDC_ISSUER"] == settings["ROUTING_OIDC_ISSUER"] == "x"
    assert (settings["INTAKE_OIDC_LEEWAY_S"], settings["ROUTING_OIDC_LEEWAY_S"]) == ("30", "5")


def test_a_sender_s_key_is_shown_once_with_the_line_that_lets_it_in():
    found = CliRunner().invoke(sender_key, ["hotline", "--role", "partner-system", "--area", "620522"])

    key, line = found.output.splitlines()
    assert Senders(read(f"[{line}]")).caller(key).subject == "key:hotline"
    assert key not in line
    assert json.loads(line)["roles"] == ["partner-system"]


def test_a_sender_s_id_must_be_one():
    found = CliRunner().invoke(sender_key, ["Hot Line", "--role", "partner-system", "--area", "620522"])

    assert isinstance(found.exception, StackError)


@pytest.mark.parametrize(("given", "sent"), [("", {}), (" t ", {"Authorization": "Bearer t"})])
def test_commands_take_a_token_from_the_environment(monkeypatch, given, sent):
    monkeypatch.setenv("FENGQIAO_TOKEN", given)

    assert door.signed() == sent


@pytest.mark.parametrize("given", ["eyJ\nsecret", "eyJ secret", "秘密secret"])
def test_what_cannot_be_a_token_is_refused_without_being_shown(monkeypatch, given):
    monkeypatch.setenv("FENGQIAO_TOKEN", given)

    with pytest.raises(StackError, match="FENGQIAO_TOKEN") as caught:
        door.signed()

    assert "secret" not in str(caught.value)
