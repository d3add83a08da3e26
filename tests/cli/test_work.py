"""Simulator, dead letters and replay on a running village: what an operator does, and what becomes of it."""

import json
import time

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.partners import Bus, Submission
from deploy.local.exclusive import run as run_async
from messaging.database import Database

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
TIERS = ("village",)
INTAKE = ("--service", "intake", "--tier", "village")


@pytest.fixture
def fengqiao_in(stack):
    """Runs a command on the village."""

    def run(*arguments):
        return CliRunner().invoke(fengqiao, [*map(str, arguments), "--data", str(stack.data)])

    return run


def publish(stack, *ids):
    """Another system reports from an area nobody knows."""

    async def send():
        bus = Bus(stack.kafka)
        for name in ids:
            body = {
                "area": "999999",
                "category": "land",
                "channel": "hotline",
                "occurred_at": "2026-01-05T09:00:00Z",
            }
            await bus.send(Submission("village", "/test", name, "report.submitted.v1", name, body))
        await bus.aclose()

    run_async(send())


def dead_letters(fengqiao_in, expected, status="open"):
    """The dead letters once there are as many as expected."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = fengqiao_in("dead-letters", "list", "--json", "--status", status, *INTAKE)
        assert found.exit_code == 0, found.output
        if len(letters := json.loads(found.output)) >= expected:
            return letters
        time.sleep(0.3)
    raise AssertionError(found.output)


def query(stack, database, sql):
    async def ask():
        opened = Database(stack.postgres(database), name="test")
        await opened.connect()
        try:
            async with opened.connection() as connection:
                return await connection.fetchval(sql)
        finally:
            await opened.close()

    return run_async(ask())


def test_people_report_centres_settle_and_revisitors_ask(stack, fengqiao_in):
    found = fengqiao_in("simulate", "--seconds", "12", "--rate", "5")

    assert found.exit_code == 0, found.output
    assert "“accepted”" in found.output
    assert "accept " in found.output
    assert query(stack, "routing_village", "select count(*) from incident where status <> 'open'") > 0
    assert query(stack, "intake_village", "select count(*) from vault") > 0


def test_what_a_service_said_is_said_again_and_changes_nothing(stack, fengqiao_in):
    fengqiao_in("simulate", "--seconds", "4", "--rate", "5")
    last = query(stack, "routing_village", "select max(id) from outbox")

    found = fengqiao_in("replay", "--service", "routing", "--tier", "village")

    assert found.exit_code == 0, found.output
    assert "events of village-routing are to be sent again" in found.output
    again = f"select count(*) from unsent where id <= {last}"
    assert query(stack, "routing_village", again) == 0
    for reader in ("followup_village", "metrics_village", "intake_village"):
        assert query(stack, reader, "select count(*) from dead_letter") == 0


def test_the_figures_are_published_again_with_the_cells(fengqiao_in):
    found = fengqiao_in("replay", "--service", "metrics", "--tier", "village")

    assert found.exit_code == 0, found.output
    assert "cells of village-metrics are to be sent again" in found.output


def test_dead_letters_are_listed_shown_tried_again_and_discarded_on_record(stack, fengqiao_in):
    publish(stack, "a", "b", "c")
    ids = [one["id"] for one in dead_letters(fengqiao_in, 3)]

    table = fengqiao_in("dead-letters", "list")
    wrong = fengqiao_in("dead-letters", "redrive", *ids, "--count", "2", "--reason", "x", *INTAKE)
    tried = fengqiao_in("dead-letters", "redrive", *ids[:2], "--count", "2", "--reason", "x", *INTAKE)
    given_up = fengqiao_in(
        "dead-letters", "discard", ids[2], "--count", "1", "--reason", "no such county", "--actor", "me", *INTAKE
    )  # fmt: skip
    shown = fengqiao_in("dead-letters", "show", ids[2], "--json", *INTAKE)

    assert "unknown-area" in table.output
    assert wrong.exit_code == 1
    assert "3 of them are open, 2 were expected; nothing was changed" in wrong.output
    assert tried.output.count("open again") == 2, tried.output
    assert "discarded" in given_up.output
    assert [one["id"] for one in dead_letters(fengqiao_in, 1, "discarded")] == ids[2:]
    assert [one["id"] for one in dead_letters(fengqiao_in, 2)] == ids[:2]
    audit = json.loads(shown.output)["audit"]
    assert [(one["action"], one["reason"], one["actor"]) for one in audit] == [
        ("discard", "no such county", "me")
    ]
