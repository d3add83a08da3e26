"""Any life, in any order, with any crash: the rules of the house hold in the books of all three tiers."""

import asyncio

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine import house
from tests.machine.machine import machine

STEPS = 50
MUST = {
    f"{name}.v1"
    for name in (
        "action.refused", "incident.accepted", "incident.assigned", "incident.closed", "incident.escalated",
        "incident.extended", "incident.handed-over", "incident.linked", "incident.listed", "incident.opened",
        "incident.overdue", "incident.referred", "incident.reopened", "incident.resolved", "incident.resumed",
        "incident.returned", "incident.suspended", "incident.triaged", "incident.unlinked", "mediation.called",
        "mediation.held", "revisit.completed", "revisit.planned", "revisit.visited", "whistle.blown", "whistle.ended",
    )
} | {"action.forwarded.v2"}  # fmt: skip
"""A game in which one of these never happens proves too little."""
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True, "database": None}


def play(new_dsn, sequences):
    """Plays as many lives; returns how often each event was published in them."""
    with asyncio.Runner() as runner:
        played = runner.run(house.build(new_dsn))
        try:
            life = machine(played, runner)
            run_state_machine_as_test(
                life, settings=settings(max_examples=sequences, stateful_step_count=STEPS, **QUIET)
            )
            return life.seen
        finally:
            runner.run(played.close())


@pytest.mark.system
@pytest.mark.timeout(3600)
@pytest.mark.long
def test_whatever_happens_the_rules_hold_in_all_books(new_dsn):
    seen = play(new_dsn, 2000)

    assert {name for name in MUST if not seen[name]} == set()
