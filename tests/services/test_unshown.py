"""No secret of any setting is shown: not where it is wrong, nor in a traceback, a log, or what a command says."""

import os
import subprocess
import sys
import traceback

import click
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from cli.__main__ import fengqiao
from messaging.settings import wrong
from tests.services.test_settings import EVERY, KEY, bare, given
from tests.system.operate.releases import HERE

__all__ = ["bare"]
MARK = "hunter2-Xq7Zk"
GOOD = {
    "postgres": f"postgresql://a:{MARK}@db/x", "door_postgres": f"postgresql://door:{MARK}@db/x",
    "kafka_password": MARK, "vault_key": KEY, "sender_keys": "[]",
}  # fmt: skip
"""A value that is taken, for each setting that is a secret."""
EACH = [(prefix, name) for prefix, kind in EVERY.items() for name in kind.model_fields]


def is_secret(prefix, name):
    return "SecretStr" in str(EVERY[prefix].model_fields[name].annotation)


def variable(prefix, name):
    return EVERY[prefix].model_fields[name].validation_alias or (prefix + name).upper()


@pytest.mark.parametrize(("prefix", "name"), EACH)
def test_what_cannot_be_used_is_named_and_not_repeated_in_the_error_nor_in_its_traceback(
    monkeypatch, prefix, name
):
    monkeypatch.setenv(variable(prefix, name), MARK)
    left = {one: None for one in ("POSTGRES", "VAULT_KEY") if one.lower() == name}
    try:
        given(monkeypatch, prefix, **left, **({} if name == "tier" else {"TIER": "town"}))
    except ValidationError as error:
        service = prefix.lower().rstrip("_")
        said = [str(error), repr(error), wrong(error, service), *traceback.format_exception(error)]
    else:
        assert not is_secret(prefix, name) or name == "kafka_password"  # taken as it is, and tried below
        said = []

    assert [one for one in said if MARK in one] == []


@pytest.mark.parametrize("prefix", EVERY)
def test_every_secret_there_is_can_be_given_and_none_is_shown_by_what_has_them(monkeypatch, prefix):
    names = [name for name in EVERY[prefix].model_fields if is_secret(prefix, name)]
    for name in names:
        monkeypatch.setenv(variable(prefix, name), GOOD[name])
    monkeypatch.setenv(
        f"{prefix}KAFKA_TLS_CA", "/nowhere"
    )  # so that a name and a password are no refusal of their own
    monkeypatch.delenv(f"{prefix}KAFKA_TLS_CA")
    monkeypatch.delenv(f"{prefix}KAFKA_PASSWORD")

    found = given(monkeypatch, prefix, TIER="town", POSTGRES=GOOD["postgres"])
    shown = [repr(found), str(found), f"{found!r}", found.model_dump_json(), repr(found.model_dump())]

    assert {"postgres", "kafka_password", "sender_keys"} <= set(names)
    assert [one for one in shown if MARK in one or KEY in one] == []
    assert MARK in found.postgres.get_secret_value()


def environment(service, **changed):
    """All secrets at once, at addresses where nobody is."""
    prefix = service.upper() + "_"
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*EVERY, "FENGQIAO_"))}
    ours = {
        variable(prefix, name): GOOD[name] for name in EVERY[prefix].model_fields if is_secret(prefix, name)
    }
    there = {
        f"{prefix}POSTGRES": f"postgresql://a:{MARK}@127.0.0.1:9/x", f"{prefix}DOOR_POSTGRES": f"postgresql://d:{MARK}@127.0.0.1:9/x",
        f"{prefix}KAFKA": "127.0.0.1:9", "TIER": "village",
    }  # fmt: skip
    return {one: value for one, value in (kept | ours | there | changed).items() if value is not None}


@pytest.mark.wide
@pytest.mark.parametrize(
    ("service", "wrong_too"),
    [("intake", {}), ("routing", {"TIER": "province"}), ("followup", {"TIER": "province"}), ("metrics", {})],
)
def test_a_process_that_cannot_start_says_why_and_no_secret(service, wrong_too):
    """Either its settings do not fit together, as a password without a name, or there is no database to wait for."""
    lone = {f"{service.upper()}_KAFKA_PASSWORD": None} if not wrong_too else {}

    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", "migrate"],
        cwd=HERE, env=environment(service, **lone | wrong_too), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert done.stdout + done.stderr
    assert [one for one in (MARK, KEY) if one in done.stdout + done.stderr] == []


def commands(group, *path):
    """Every command of ours with its place."""
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, *path, name)
        else:
            yield (*path, name)


SECRETS = {
    "FENGQIAO_TOKEN": f"fqk_{MARK}", "FENGQIAO_DSN": GOOD["postgres"], "FENGQIAO_DSN_VILLAGE_ROUTING": GOOD["postgres"],
    "FENGQIAO_POSTGRES": GOOD["postgres"], "FENGQIAO_KAFKA_PASSWORD": MARK, "FENGQIAO_KAFKA": "127.0.0.1:9",
}  # fmt: skip


@pytest.mark.parametrize("command", [(), *commands(fengqiao)], ids="-".join)
def test_the_help_of_no_command_shows_what_its_environment_has(command):
    done = CliRunner().invoke(fengqiao, [*command, "--help"], env=SECRETS, terminal_width=200)

    assert done.exit_code == 0
    assert MARK not in done.output


@pytest.mark.wide
@pytest.mark.parametrize(
    "command",
    [("status",), ("doctor",), ("dead-letters", "list")],
    ids=" ".join,
)  # fmt: skip
def test_a_command_that_reaches_nobody_says_so_and_no_secret(command):
    done = subprocess.run(
        [sys.executable, "-m", "cli", *command],
        cwd=HERE, env=environment("routing", ROUTING_KAFKA_PASSWORD=None) | SECRETS, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert done.stdout + done.stderr
    assert MARK not in done.stdout + done.stderr
