"""Settings are refused all at once, naming each one, and never with a secret in the text."""

import base64
from importlib import import_module

import pytest
import yaml
from pydantic import ValidationError

from messaging.settings import wrong
from policy import files
from policy.load import Refused
from schemas.topics import topics_read_by
from services.followup.settings import Settings as FollowupSettings
from services.intake.settings import Settings as IntakeSettings
from services.metrics.settings import Settings as MetricsSettings
from services.routing.settings import Settings as RoutingSettings

EVERY = {
    "INTAKE_": IntakeSettings, "ROUTING_": RoutingSettings, "FOLLOWUP_": FollowupSettings, "METRICS_": MetricsSettings,
}  # fmt: skip
UNPREFIXED = ("TIER", "COUNTY_TIERS")
SECRET = "postgresql://fengqiao:hunter2@db/x"  # what must not be printed
DEFAULT = yaml.safe_load(files.DEFAULT.read_text("utf-8"))
SEVERITIES = ("ordinary", "prominent", "major")
PAST_THE_TOWN = {
    "from_tier": "village",
    "to_tier": "county",
    "severities": list(SEVERITIES),
    "by_itself": True,
}
WITHOUT_TOWNS = {
    "first_tier": dict.fromkeys(SEVERITIES, "village"),
    "skips": [PAST_THE_TOWN],
    "missed": {"accept": "alarm", "handle": "alarm"},
}
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """No setting of the machine reaches a test."""
    import os

    for name in os.environ:
        if name in UNPREFIXED or name.startswith(tuple(EVERY)):
            monkeypatch.delenv(name)


def given(monkeypatch, prefix, **settings):
    defaults = {"POSTGRES": SECRET, "VAULT_KEY": KEY if prefix == "INTAKE_" else None}
    for name, value in (defaults | settings).items():
        if value is not None:
            monkeypatch.setenv(name if name in UNPREFIXED else prefix + name, value)
    return EVERY[prefix]()


@pytest.mark.parametrize("prefix", EVERY)
def test_a_service_needs_its_tier_and_its_database(monkeypatch, prefix):
    settings = given(monkeypatch, prefix, TIER="town", PORT="8080")

    assert (settings.tier, settings.port, settings.host) == ("town", 8080, "127.0.0.1")
    assert settings.postgres.get_secret_value() == SECRET


@pytest.mark.parametrize("prefix", EVERY)
def test_a_county_has_all_tiers_unless_it_is_said_which(monkeypatch, prefix):
    every = given(monkeypatch, prefix, TIER="village")
    two = given(monkeypatch, prefix, TIER="village", COUNTY_TIERS="county, village")

    assert every.tiers == ("village", "town", "county")
    assert two.tiers == ("village", "county")


@pytest.mark.parametrize("said", ["county", "village,province", "village,village,town", ""])
def test_a_county_whose_tiers_lack_ours_or_are_none_is_refused(monkeypatch, said):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, "ROUTING_", TIER="village", COUNTY_TIERS=said)

    assert wrong(caught.value, "routing").startswith("COUNTY_TIERS: ")


@pytest.mark.parametrize("tiers", ["village,county", "village"])
@pytest.mark.parametrize("prefix", EVERY)
def test_a_service_listens_to_the_tiers_of_its_county_and_to_no_other(monkeypatch, tmp_path, prefix, tiers):
    service, file = prefix.lower().rstrip("_"), tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(DEFAULT | WITHOUT_TOWNS), "utf-8")
    given(monkeypatch, prefix, TIER="village", COUNTY_TIERS=tiers, POLICY=str(file))
    process = import_module(f"services.{service}.app").compose()

    heard = {topic for one in process._subscribers for topic in one._topics}

    assert heard == {one.name for one in topics_read_by(service, "village", tiers.split(","))}


@pytest.mark.parametrize("prefix", EVERY)
def test_all_errors_come_at_once(monkeypatch, prefix):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, prefix, TIER="province", PORT="http", POOL_SIZE="many", POSTGRES=None)

    wrong = {str(one["loc"][0]) for one in caught.value.errors()}
    assert {"TIER", "port", "pool_size", "postgres"} <= wrong


@pytest.mark.parametrize("prefix", EVERY)
def test_each_error_is_said_under_the_name_of_its_environment_variable(monkeypatch, prefix):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, prefix, TIER="province", PORT="http", POSTGRES=None)

    said = wrong(caught.value, prefix.lower().rstrip("_")).splitlines()
    assert [one.partition(": ")[0] for one in said] == ["TIER", f"{prefix}POSTGRES", f"{prefix}PORT"]
    assert not any("pydantic" in one or "province" in one for one in said)


def test_an_error_of_several_settings_together_says_which(monkeypatch):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, "INTAKE_", TIER="town", VAULT_KEY=None)

    assert "INTAKE_VAULT_KEY_FILE" in wrong(caught.value, "intake")


@pytest.mark.parametrize("prefix", ["INTAKE_", "ROUTING_", "METRICS_"])
def test_the_errors_of_all_files_come_at_once(monkeypatch, tmp_path, prefix):
    policy, areas = tmp_path / "policy.yaml", tmp_path / "areas.csv"
    policy.write_text("version: Default\n")
    areas.write_text("code,tier,name,parent\n62,county,a,\n")
    given(monkeypatch, prefix, TIER="town", POLICY=str(policy), AREAS=str(areas))

    with pytest.raises(Refused) as caught:
        import_module(f"services.{prefix.lower().rstrip('_')}.app").compose()

    assert f"{policy}:1: version" in str(caught.value)
    assert f"{areas}:2: code" in str(caught.value)


def test_a_wrong_file_of_headcounts_is_said_with_a_wrong_policy(monkeypatch, tmp_path):
    policy, headcounts = tmp_path / "policy.yaml", tmp_path / "headcounts.csv"
    policy.write_text("version: Default\n")
    headcounts.write_text("area,definition,from,to,number\n620522,grid-staff,2026-01-01,,many\n")
    given(monkeypatch, "METRICS_", TIER="town", POLICY=str(policy), HEADCOUNTS=str(headcounts))

    with pytest.raises(Refused) as caught:
        import_module("services.metrics.app").compose()

    assert f"{policy}:1: version" in str(caught.value)
    assert f"{headcounts}:2: number" in str(caught.value)


@pytest.mark.parametrize("prefix", EVERY)
def test_what_is_wrong_in_settings_code_lists_policy_and_registry_comes_at_once(
    monkeypatch, tmp_path, prefix
):
    files = {"POLICY": "policy.yaml", "AREAS": "areas.csv", "CODES": "codes"}
    paths = {name: tmp_path / file for name, file in files.items()}
    paths["POLICY"].write_text("version: Default\n")
    paths["AREAS"].write_text("code,tier,name,parent\n62,county,a,\n")
    paths["CODES"].mkdir()
    for name in ("a.json", "b.json"):
        (paths["CODES"] / name).write_text("{")
    monkeypatch.setenv("TIER", "province")
    for name, value in {**paths, "PORT": "http", "VAULT_KEY": "hunter2"}.items():
        monkeypatch.setenv(prefix + name, str(value))

    with pytest.raises(Refused) as caught:
        import_module(f"services.{prefix.lower().rstrip('_')}.app").compose()

    said = str(caught.value)
    places = ["TIER: ", f"{prefix}POSTGRES: ", f"{prefix}PORT: ", "a.json: ", "b.json: "]
    places += [f"{paths['POLICY']}:1: version", f"{paths['AREAS']}:2: code"]
    places += [f"{prefix}VAULT_KEY_FILE: "] if prefix == "INTAKE_" else []
    assert [one for one in places if one not in said] == []
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("changes", "wrong_too"),
    [({"TIER": "province"}, "TIER"), ({"PORT": "http"}, "port"), ({"POSTGRES": None}, "postgres")],
)
def test_a_key_that_cannot_be_used_is_said_with_all_else_that_is_wrong(monkeypatch, changes, wrong_too):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, "INTAKE_", **{"TIER": "town", "VAULT_KEY": "not base64!"} | changes)

    assert {one["loc"][0] for one in caught.value.errors()} == {wrong_too, "vault_key_file"}


@pytest.mark.parametrize("prefix", EVERY)
def test_no_secret_is_printed(monkeypatch, prefix):
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, prefix, PORT=SECRET)
    settings = given(monkeypatch, prefix, TIER="town", PORT="1")

    assert "hunter2" not in str(caught.value) + str(settings) + repr(settings)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://fengqiao:hun/ter2@db/x", "postgresql://fengqiao:hun?ter2@db/x", "postgresql://fengqiao:hun#ter2@db/x",
        "postgresql://fengqiao:hun@ter2@db/x", "postgresql://fengqiao:hun[ter2@db/x", "postgresql://fengqiao:12/ter2@db/x",
        "host=db password=hunter2", "mysql://fengqiao:hunter2@db/x",
    ],
)  # fmt: skip
def test_an_address_of_the_database_that_would_be_torn_in_its_password_is_refused_unshown(monkeypatch, dsn):
    with pytest.raises(ValidationError, match="%2F") as caught:
        given(monkeypatch, "ROUTING_", TIER="town", POSTGRES=dsn)

    assert "ter2" not in str(caught.value)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql:///x?host=/run/postgresql", "postgres://fengqiao:hun%2Fter2@db:5432/x?sslmode=verify-full",
        "postgresql://a@one:5432,two:5433/x", "postgresql://a:b@[::1]:5432/x", "postgresql://a:b@%2Frun/x",
    ],
)  # fmt: skip
def test_every_usual_address_of_a_database_is_taken(monkeypatch, dsn):
    assert given(monkeypatch, "ROUTING_", TIER="town", POSTGRES=dsn).postgres.get_secret_value() == dsn
