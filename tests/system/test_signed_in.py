"""A local stack that signs in: each service works behind the second wall, and the doctor says so."""

import json

import httpx
import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.plan import SERVICES, Plan
from deploy.local.stack import Stack

pytestmark = [pytest.mark.system, pytest.mark.long]

HERE, ELSEWHERE = "620522100201", "620522101201"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    stack = Stack(tmp_path_factory.mktemp("signed"), Plan(tiers=("village",), sign_in=True))
    stack.start()
    try:
        stack.wait_ready(300)
        yield stack
    finally:
        stack.stop(wipe=True)


def somebody(stack, area):
    """Who works in a village."""
    token = DevelopmentIssuer(stack.data).token(("grid-staff",), area, "village", 600)
    return {"Authorization": f"Bearer {token}"}


def test_what_is_reported_in_a_village_is_seen_there_and_is_not_there_for_another(stack):
    asked = {"area": HERE, "category": "land", "channel": "hotline"}
    report = httpx.post(
        f"{stack.url('village-intake')}/v1/reports", json=asked, timeout=30,
        headers=somebody(stack, HERE) | {"Idempotency-Key": "signed-in"},
    )  # fmt: skip
    assert report.status_code == httpx.codes.CREATED, report.text
    place = f"{stack.url('village-intake')}/v1/reports/{report.json()['incident_id']}"

    own = httpx.get(place, headers=somebody(stack, HERE), timeout=30)
    others = httpx.get(place, headers=somebody(stack, ELSEWHERE), timeout=30)
    nobody_s = httpx.get(place, timeout=30)

    codes = httpx.codes
    assert [own.status_code, others.status_code, nobody_s.status_code] == [
        codes.OK, codes.NOT_FOUND, codes.UNAUTHORIZED,
    ]  # fmt: skip


def test_the_doctor_finds_every_door_behind_the_wall(stack):
    found = json.loads(CliRunner().invoke(fengqiao, ["doctor", "--data", str(stack.data), "--json"]).stdout)

    walls = {one["what"]: one for one in found["lines"] if "second wall" in one["what"]}
    assert {what.partition(" ")[0] for what in walls} == {f"village-{one}" for one in SERVICES}
    assert {one["verdict"] for one in walls.values()} == {"ok"}, walls
    [connections] = [one for one in found["lines"] if "connections" in one["what"]]
    assert connections["said"].startswith(f"{len(SERVICES) * 12} of "), (
        "eight of a process, and four of its door"
    )
