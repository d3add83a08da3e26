"""A policy that an open incident goes by is not lost: nothing starts without it, and what needs it says so."""

import asyncio
import os
import subprocess
import sys

import pytest

from messaging.errors import CannotStart, Rejected
from messaging.pace import Pulse
from messaging.process import EXIT_CONFIGURATION
from messaging.timer import Timer
from services.routing import store
from services.routing.centre import Centre
from services.routing.desk import Desk
from services.routing.life import arrive
from services.routing.needed import NoneIsGone
from services.routing.versions import Versions
from tests.builders import (
    ROOT,
    a_centre,
    a_completed_revisit,
    a_policy,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
    policies,
)

FOLDER = ROOT / "policy"
HERE = NoneIsGone(("default/2", "default/1"), FOLDER)


def at_hand(tier="village"):
    return Centre(tier, Versions(policies()))


async def begun(database, *incidents, versions=("gone/1", "default/2")):
    """A start with some versions, after which there are these incidents."""
    async with database.connection() as connection:
        await NoneIsGone(versions, FOLDER)(connection)
    async with database.transaction() as tx:
        await store.save(tx, incidents, await database.now())


async def started(database):
    async with database.connection() as connection:
        await HERE(connection)


@pytest.mark.system
async def test_a_start_without_a_version_that_open_incidents_need_is_refused_and_says_which(database):
    await begun(database, an_incident(policy="gone/1"))

    with pytest.raises(CannotStart, match=r"gone/1 \(1 open\); put their files back and start again"):
        await started(database)


@pytest.mark.system
@pytest.mark.parametrize(
    "incident",
    [an_incident(), a_resolved_incident(policy="gone/1"), an_incident(policy="gone/1", status="closed")],
    ids=["of another version", "resolved", "closed"],
)
async def test_a_version_nobody_works_by_any_more_may_go(database, incident):
    await begun(database, incident)

    await started(database)
    await started(database)


@pytest.mark.system
async def test_a_process_refuses_to_start_and_says_what_to_do(database, new_dsn):
    dsn = await new_dsn("routing")
    async with asyncio.timeout(60):
        other = type(database)(dsn, name="test", max_size=2)
        await other.connect()
        await begun(other, an_incident(policy="gone/1"))
        await other.close()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.routing",
            cwd=ROOT, env={**os.environ, "TIER": "village", "ROUTING_POSTGRES": dsn},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()

    assert process.returncode == EXIT_CONFIGURATION
    assert "gone/1 (1 open)" in said.decode()


@pytest.mark.system
async def test_a_clock_that_meets_one_holds_it_says_which_and_delays_no_other(database, caplog):
    now = await database.now()
    lost, good = (
        an_accepted_incident(incident_id=name, policy=version, due_at=now - later_by)
        for name, version, later_by in (
            ("0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e22", "gone/1", later(minutes=5) - later(minutes=0)),
            ("0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e23", "default/2", later(minutes=4) - later(minutes=0)),
        )
    )
    await begun(database, lost, good)

    await Timer(database, Desk(at_hand()).fire, Pulse(1), 0.05).once()

    assert "policy-not-at-hand: policy: the file of gone/1 is not beside" in caplog.text
    async with database.connection() as connection:
        said = await connection.fetch("select distinct key from outbox")
        held = await connection.fetch("select incident_id from deadline where try_at > now()")
    assert [row["key"] for row in said] == [good.incident_id]
    assert [row["incident_id"] for row in held] == [lost.incident_id]


def test_a_relapse_of_what_was_closed_under_it_waits_as_a_dead_letter_that_says_which():
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")

    with pytest.raises(Rejected, match="the file of gone/1 is not beside"):
        arrive(a_resolved_incident(policy="gone/1"), relapse, at_hand(), later(hours=2))


def test_a_tier_that_takes_over_what_came_under_another_says_so_in_the_history():
    after, [opened, *_] = arrive(None, handed_over(policy="gone/1"), at_hand("town"), later(hours=1))

    line = after.history[-1]
    assert (opened.policy, opened.instead_of) == ("default/2", "gone/1")
    assert line.detail == "policy-not-known gone/1"
    assert line.rule == "default/2 clocks.town.ordinary.accept"


def test_a_tier_that_has_the_policy_it_came_under_says_nothing_of_it():
    other = a_policy(version="other/1")
    there = a_centre("town", *policies().values(), other)

    after, [opened, *_] = arrive(None, handed_over(policy="other/1"), there, later(hours=1))

    assert (opened.policy, opened.instead_of) == ("other/1", None)
    assert after.history[-1].detail is None
