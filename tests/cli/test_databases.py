"""Whose database a command works on: what it is told, else what the environment names, else the local stack's."""

import pytest
from click.testing import CliRunner

from cli import recover
from cli.databases import Place, chosen, the_one
from deploy.local.plan import StackError
from messaging.broker import Broker

ROUTING, INTAKE = "postgresql://u@h/routing", "postgresql://u@h/intake"


@pytest.fixture(autouse=True)
def cluster(monkeypatch):
    """The environment names two databases of a village."""
    monkeypatch.setenv("FENGQIAO_DSN_VILLAGE_ROUTING", ROUTING)
    monkeypatch.setenv("FENGQIAO_DSN_VILLAGE_INTAKE", INTAKE)


def test_of_those_the_environment_names_the_ones_that_were_asked_for_are_taken(tmp_path):
    assert chosen(tmp_path, None, None, None) == [
        Place("village-intake", INTAKE), Place("village-routing", ROUTING)
    ]  # fmt: skip
    assert the_one(tmp_path, None, "routing", "village") == Place("village-routing", ROUTING)


def test_an_address_that_is_given_comes_before_them(tmp_path):
    assert [one.dsn for one in chosen(tmp_path, "postgresql://u@h/x", "routing", "village")] == [
        "postgresql://u@h/x"
    ]


def test_what_the_environment_does_not_name_is_looked_for_in_the_local_stack(tmp_path):
    with pytest.raises(StackError, match="no such service runs"):
        chosen(tmp_path, None, "routing", "town")


def test_what_is_no_address_is_refused_by_its_variable_and_not_repeated(tmp_path, monkeypatch):
    monkeypatch.setenv("FENGQIAO_DSN_VILLAGE_ROUTING", "secret")

    with pytest.raises(StackError, match="FENGQIAO_DSN_VILLAGE_ROUTING: must be") as refused:
        chosen(tmp_path, None, "routing", "village")

    assert "secret" not in str(refused.value)


def test_recovering_in_an_operator_s_shell_needs_no_address_on_the_command_line(monkeypatch):
    monkeypatch.setenv("FENGQIAO_KAFKA", "broker:9093")
    asked = []

    async def recovered(place, whose, broker, *, apply):
        asked.append((place.dsn, whose, Broker.at(broker).bootstrap, apply))
        return True

    monkeypatch.setattr(recover, "_recovered", recovered)
    done = CliRunner().invoke(recover.recover, ["--service", "routing", "--tier", "village"])

    assert done.exit_code == 0, done.output
    assert asked == [(ROUTING, ("village", "routing"), "broker:9093", False)]
