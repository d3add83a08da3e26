"""What a command cannot do is one message, and nothing has been done."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.letters import _plain
from cli.stack import _judge
from deploy.local.plan import Plan, StackError


def run(*arguments):
    return CliRunner().invoke(fengqiao, [str(one) for one in arguments])


def test_a_demonstration_never_wipes_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "precious").write_text("x")

    found = run("demo", "--data", tmp_path, "--seconds", "1")

    assert isinstance(found.exception, StackError)
    assert "something else" in str(found.exception)
    assert (tmp_path / "precious").read_text() == "x"


@pytest.mark.parametrize("command", [("simulate",), ("dead-letters", "list")])
def test_a_stack_that_does_not_run_is_named(tmp_path, command):
    found = run(*command, "--data", tmp_path)

    assert isinstance(found.exception, StackError)
    assert str(tmp_path) in str(found.exception)


def test_a_change_needs_one_database(tmp_path):
    found = run("dead-letters", "discard", "1", "--count", "1", "--reason", "x", "--data", tmp_path)

    assert found.exit_code == 2
    assert "--service and --tier, or --dsn" in found.output


def test_a_change_needs_a_count_and_a_reason():
    assert "--count" in run("dead-letters", "redrive", "1", "--reason", "x").output
    assert "--reason" in run("dead-letters", "redrive", "1", "--count", "1").output


def test_only_what_a_service_writes_can_be_replayed(tmp_path):
    arguments = ("--dsn", "postgresql://nobody@127.0.0.1:1/x", "--service", "routing", "--tier", "town")

    found = run("replay", *arguments, "--topic", "town.intake")

    assert found.exit_code == 2
    assert "town.handoff, town.routing" in found.output


def test_an_address_of_a_database_that_would_be_torn_in_its_password_is_refused_without_it(monkeypatch):
    torn = "postgresql://fengqiao:hun/ter2@127.0.0.1:1/x"
    given = run("dead-letters", "list", "--dsn", torn)
    monkeypatch.setenv("FENGQIAO_DSN", torn)
    unseen = run("dead-letters", "list")

    for found in (given, unseen):
        assert isinstance(found.exception, StackError)
        assert "%2F" in str(found.exception)
        assert "hun" not in str(found.exception) + found.output


def test_a_database_that_does_not_answer_is_one_message():
    found = run("dead-letters", "list", "--dsn", "postgresql://nobody@127.0.0.1:1/x")

    assert found.exit_code == 1
    assert "Error: " in found.output
    assert found.exception is None or isinstance(found.exception, SystemExit)


def test_what_a_stranger_sent_cannot_command_the_terminal():
    shown = _plain("[bold]\x1b[2Jnothing\r\nmore[/x]")

    assert shown.plain == "[bold]�[2Jnothing��more[/x]"
    assert shown.spans == []


def test_a_stack_whose_files_are_wrong_is_told_of_all_of_them_before_anything_starts(tmp_path):
    policy, areas, codes = (tmp_path / one for one in ("policy.yaml", "areas.csv", "codes"))
    policy.write_text("version: Default\n")
    areas.write_text("code,tier,name,parent\n62,county,a,\n")
    codes.mkdir()
    (codes / "a.json").write_text("{")

    with pytest.raises(StackError) as caught:
        _judge(Plan(policy=policy, areas=areas, codes=codes))

    said = str(caught.value)
    assert all(one in said for one in (f"{policy}:1: version", f"{areas}:2: code", "a.json: not a code list"))
