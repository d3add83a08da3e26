"""compose.yaml by the published schema, by rules of ours that are each broken once, and by what services read."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from importlib import resources

import jsonschema
import pytest

from cli.county import DOORS, County
from deploy.local.plan import PROJECT
from messaging.settings import settings_of
from tests.images import composed
from tests.images.composed import INSTANCES

TEXT = composed.FILE.read_text(encoding="utf-8")
VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
SCHEMA = json.loads(
    resources.files("check_jsonschema").joinpath("builtin_schemas", "vendor", "compose-spec.json").read_text()
)


def complaints(text):
    file = composed.read(text)
    # A merge key is gone once the file is read, so the parts that it came from may go as well.
    return [error.message for error in jsonschema.validators.validator_for(SCHEMA)(SCHEMA).iter_errors(file)]


def test_it_keeps_the_published_schema():
    assert complaints(TEXT) == []


@pytest.mark.parametrize(
    ("was", "is_now"),
    [("mem_limit: 768m", "memory_limit: 768m"), ("condition: service_healthy", "condition: healthy")],
)
def test_what_the_schema_does_not_know_is_found(was, is_now):
    assert was in TEXT

    assert complaints(TEXT.replace(was, is_now)) != []


@pytest.mark.parametrize("rule", composed.RULES, ids=lambda rule: rule.__name__)
def test_it_keeps_the_rule(rule):
    assert rule(composed.read()) == []


@pytest.mark.parametrize(
    ("rule", "was", "is_now"),
    [
        (composed.hardened, "read_only: true\n", "read_only: false\n"),
        (composed.hardened, "cap_drop: [ALL]", "cap_drop: [NET_RAW]"),
        (composed.hardened, 'security_opt: ["no-new-privileges:true"]', "security_opt: []"),
        (composed.hardened, "  mem_limit: 192m\n", ""),
        (composed.hardened, "pids_limit: 256", "pids_limit: -1"),
        (composed.hardened, 'options: { max-size: 10m, max-file: "3" }', "options: {}"),
        (composed.nobody, 'user: "10001:10001"', 'user: "0:0"'),
        (composed.nobody, '    user: "999:999"\n', ""),
        (composed.on_this_machine_alone, '"127.0.0.1:8304:8080"', '"8304:8080"'),
        (composed.on_this_machine_alone, '"127.0.0.1:8304:8080"', '"0.0.0.0:8304:8080"'),
        (composed.on_this_machine_alone, '"127.0.0.1:8304:8080"', '"127.0.0.1:8303:8080"'),
        (composed.asked, "8081/ready", "8081/live"),
        (composed.patient, "stop_grace_period: 120s", "stop_grace_period: 90s"),
        (composed.complete, "  town-routing:\n", "  town-router:\n"),
        (composed.complete, "      town-routing-migration: {", "      village-routing-migration: {"),
        (composed.complete, "[python, -m, services.followup, migrate]", "[python, -m, services.followup]"),
        (composed.known, "ROUTING_KAFKA:", "ROUTING_KAFAK:"),
        (composed.known, "METRICS_HOST:", "ROUTING_HOST:"),
        (composed.known, "TIER: town", "TIER: county"),
        (composed.known, "@postgres/routing_town", "@postgres/routing_village"),
        (composed.known, "postgresql://routing_town@", "postgresql://routing_town:secret@"),
        (composed.known, "postgresql://routing_town_door@", "postgresql://routing_town@"),
        (
            composed.known,
            "ROUTING_DOOR_POSTGRES: postgresql://routing_town_door",
            "ROUTING_X: postgresql://x",
        ),
        (composed.known, "secrets/postgres-door-password", "secrets/postgres-password"),
        (composed.handed_out, ", vault-key]", "]"),
        (composed.handed_out, "[postgres-password, postgres-door-password]", "[postgres-password]"),
        (
            composed.handed_out,
            "    command: [fengqiao, topics]",
            "    secrets: [vault-key]\n    command: [fengqiao, topics]",
        ),
    ],
)
def test_what_breaks_the_rule_is_found(rule, was, is_now):
    assert was in TEXT

    assert rule(composed.read(TEXT.replace(was, is_now))) != []


@pytest.mark.parametrize(
    ("was", "is_now"), [("", ""), ("fengqiao:0.1.0", "fengqiao:latest"), ("@sha256:4ef4", "@sha256:4")]
)
def test_images_are_pinned_and_ours_is_of_this_version(was, is_now):
    wrong = composed.pinned(composed.read(TEXT.replace(was, is_now)), VERSION)

    assert bool(wrong) is bool(was)


@pytest.mark.parametrize("one", INSTANCES, ids=lambda one: one.name)
def test_a_service_accepts_what_it_is_given_and_finds_the_password_in_the_file(one, tmp_path, monkeypatch):
    """The very values; only the folders that are mounted stand elsewhere here."""
    (tmp_path / "postgres-password").write_text("p/w@1\n")
    (tmp_path / "postgres-door-password").write_text("p/w@2\n")
    (tmp_path / "vault-key").write_bytes(os.urandom(32))
    places = {"/run/secrets": str(tmp_path), "/etc/fengqiao": str(PROJECT / "policy")}
    environment = composed.read()["services"][one.name]["environment"]
    for name in set(os.environ) & composed.variables(composed.settings(one.service), one.service):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, _placed(value, places))

    settings = settings_of(composed.settings(one.service), one.service)

    assert settings.tier == one.tier
    name = f"{one.service}_{one.tier}"
    assert settings.dsn() == f"postgresql://{name}:p%2Fw%401@postgres/{name}"
    assert settings.door_dsn() == f"postgresql://{name}_door:p%2Fw%402@postgres/{name}"
    assert (settings.kafka, settings.port, settings.probe_port) == ("kafka:9092", 8080, 8081)
    assert settings.policy.is_file()
    assert settings.areas.is_file()


def _placed(value, places):
    value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    for there, here in places.items():
        value = value.replace(there, here)
    return value


def test_the_simulator_knocks_at_the_doors_that_are_there():
    file = composed.read()
    words = file["services"]["simulator"]["command"]

    county = County.at(words[words.index("--doors") + 1], words[words.index("--kafka") + 1])

    assert words[words.index("--doors") + 1] == DOORS
    assert set(county.doors.values()) == {f"http://{one.name}:8080" for one in INSTANCES}
    assert county.kafka == "kafka:9092"
    assert set(file["services"]["simulator"]["depends_on"]) == {one.name for one in INSTANCES}


def test_every_process_gets_the_memory_it_may_have_and_none_is_swapped():
    sizes = {(one["mem_limit"], one["memswap_limit"]) for one in composed.ours(composed.read()).values()}

    assert sizes == {("192m", "192m")}


def test_what_is_mounted_is_there_and_cannot_be_written():
    file = composed.read()
    mounts = [
        mount
        for one in file["services"].values()
        for mount in one.get("volumes", ())
        if isinstance(mount, dict)
    ]

    assert all((PROJECT / mount["source"]).exists() and mount["read_only"] for mount in mounts)
    assert len(mounts) == len(INSTANCES) + 1


def test_secrets_are_made_once_and_stay(tmp_path):
    script = PROJECT / "deploy" / "images" / "secrets.sh"
    files = composed.read()["secrets"]

    made = [_contents(script, tmp_path / "secrets") for _ in range(2)]

    assert made[0] == made[1]
    assert {f".fengqiao/compose/{name}" for name in made[0]} == {one["file"] for one in files.values()}
    assert all(len(text) == 44 for text in made[0].values())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def _contents(script, folder):
    subprocess.run([script, folder], check=True)
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_the_client_of_compose_reads_it_alike(tmp_path):
    client = shutil.which("docker")
    answered = client and subprocess.run([client, "compose", "version"], capture_output=True, check=False)
    if not answered or answered.returncode != 0:
        pytest.skip(composed.ABSENT)

    said = subprocess.run(
        [client, "compose", "-f", composed.FILE, "--profile", "simulator", "config", "--format", "json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert set(json.loads(said.stdout)["services"]) == set(composed.read()["services"])
