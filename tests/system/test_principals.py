"""On a broker that enforces the lists services work each by its own and no other, and say what they are forbidden."""

import asyncio
import os
from itertools import cycle

import pytest

from deploy.local.plan import StackError
from messaging import rights
from schemas.base import SERVICES
from schemas.permissions import of_service
from tests.system.asking import connected
from tests.system.guarded import ADMINISTRATOR, WAYS
from tests.system.listed import allow, forget
from tests.system.operate.server import ABSENT, Server
from tests.system.partner import Partner
from tests.system.rules import RULES
from tests.system.servants import Servant, doctor, eventually, serving
from tests.system.world import a_report

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Databases for the services of a village."""
    try:
        one = Server(tmp_path_factory.mktemp("server"))
    except StackError:
        pytest.skip(ABSENT)
    one.start()
    for service in SERVICES:
        one.create(service)
    yield one
    one.remove()


@pytest.fixture
def servant(guarded, server, tmp_path):
    """Makes a service of the village that is somebody at the broker."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(RULES, encoding="utf-8")

    def make(service, name, way):
        given = guarded.settings(service, name, way)
        return Servant(service, server.dsn(f"{service}_village"), policy, tmp_path, given)

    return make


async def test_the_services_of_a_village_work_each_by_its_own_list_some_by_password_some_by_certificate(
    guarded, servant
):
    ways = dict(zip(SERVICES, cycle(WAYS), strict=False))
    village = {one: servant(one, f"village-{one}", way) for one, way in ways.items()}
    async with serving(*village.values()), Partner(guarded.at("village-partners", "tls")) as partner:
        await asyncio.gather(*(eventually(one.is_ready, f"{name} is ready") for name, one in village.items()))

        key = {"Idempotency-Key": "permissions"}
        reported = (await village["intake"].asked("POST", "/v1/reports", json=a_report(), headers=key)).json()
        submitted = await partner.report("permissions")

        for incident in (reported["incident_id"], submitted):
            await eventually(
                lambda one=incident: told_back(village, one), f"{incident} is opened and told back"
            )
        assert all([await one.is_ready() for one in village.values()])
    for one in village.values():
        assert "the password of" not in one.log.read_text()


async def told_back(village, incident):
    """The reporter reads that routing has opened it: the event went to routing, and its answer came back."""
    answer = await village["intake"].asked("GET", f"/v1/reports/{incident}")
    lines = answer.json().get("timeline", ()) if answer is not None else ()
    return any(one["type"].startswith("incident.opened") for one in lines)


@pytest.mark.parametrize("way", ["scram", pytest.param("tls", marks=pytest.mark.long)])
async def test_a_service_by_anothers_list_says_what_is_forbidden_and_is_not_ready(servant, way):
    intake = servant("intake", "village-followup", way)
    missing = rights.told(sorted(lacked("intake", "followup")))
    async with serving(intake):
        said = await eventually(lambda: forbidden(intake), "it says what is forbidden")

        assert said == f"Kafka forbids village-intake: {missing}"
        assert "Write topic village.intake" in missing
        assert "Read group village-intake" in missing
        assert await intake.is_ready() is False
        reader = await eventually(lambda: condition(intake, "consumer village-intake"), "its reader waits")
        assert "Kafka forbids village-intake" in reader
    assert said in intake.log.read_text()


def lacked(service, other):
    """What a service needs and another may not."""
    may = of_service(other, "village")
    return {one for one in of_service(service, "village") if one not in may}


async def condition(servant, name):
    """Why a condition does not hold; None while it does, or is not known."""
    why = (await servant.probe())[1].get(name)
    return None if why in (None, "ok", "not yet") else why


async def forbidden(servant):
    return await condition(servant, "permissions")


async def test_what_is_allowed_late_is_taken_up_and_what_is_taken_back_is_said_and_nothing_is_lost(
    guarded, servant
):
    listed = ("village-intake", "topic", "village.intake", "Write")
    village = [servant(one, f"village-{one}", "scram") for one in ("intake", "routing")]
    async with connected(guarded.at(ADMINISTRATOR, "tls")) as lists:
        await forget(lists, *listed)
        try:
            async with serving(*village):
                said = await eventually(lambda: forbidden(village[0]), "it says what is forbidden")
                assert said == "Kafka forbids village-intake: Write topic village.intake"
                accepted = await eventually(
                    lambda: accepted_by(village[0]), "a report is accepted all the same"
                )
                await allow(lists, *listed)
                await eventually(village[0].is_ready, "it takes up what it may do now")
                by_service = dict(zip(("intake", "routing"), village, strict=True))
                await eventually(lambda: told_back(by_service, accepted), "the report was not lost")
                await forget(lists, *listed)
                again = await eventually(
                    lambda: forbidden(village[0]), "it notices that it may not any longer"
                )
                assert again == said
        finally:
            await allow(lists, *listed)


async def accepted_by(intake):
    key = {"Idempotency-Key": "permissions-late"}
    answer = await intake.asked("POST", "/v1/reports", json=a_report(), headers=key)
    return answer is not None and answer.is_success and answer.json()["incident_id"]


async def test_a_password_that_is_wrong_is_said_and_one_that_is_put_right_is_taken_without_a_restart(
    guarded, servant
):
    file = guarded.passwords["village-routing"]
    right = file.read_text()
    file.write_text("guessed")
    try:
        routing = servant("routing", "village-routing", "scram")
        async with serving(routing):
            said = await eventually(lambda: forbidden(routing), "it says that it is not known")
            assert "does not take our name and password" in said
            file.write_text(right)
            await eventually(routing.is_ready, "it is known now")
        assert "guessed" not in routing.log.read_text()
    finally:
        file.write_text(right)


RIGHTS = "Kafka 权限 permissions"


async def test_the_doctor_names_what_a_service_lacks(servant):
    right, wrong = (servant("intake", f"village-{name}", "scram") for name in ("intake", "followup"))

    well, ill = [(await doctor(one.environment))[RIGHTS] for one in (right, wrong)]

    assert well == [("ok", "all that village-intake needs")]
    assert [(verdict, said.partition(":")[0]) for verdict, said in ill] == [("wrong", ill[0][1])]
    assert ill[0][1].startswith("village-intake may not Read group village-intake, ")


async def test_the_doctor_of_an_operator_calls_nothing_missing_that_is_only_not_shown(
    guarded, server, servant
):
    policy = servant("routing", "operator", "scram").environment["ROUTING_POLICY"]
    given = {
        name.replace("ROUTING", "FENGQIAO"): value
        for name, value in guarded.settings("routing", "operator", "scram").items()
    }
    environment = {
        "PATH": os.environ["PATH"],
        "FENGQIAO_DSN_VILLAGE_ROUTING": server.dsn("routing_village"),
        **given,
    }
    asked = ("--kafka", given["FENGQIAO_KAFKA"], "--policy", policy)

    whole = await doctor(environment, *asked)
    async with connected(guarded.at(ADMINISTRATOR, "tls")) as lists:
        for operation in ("Read", "DescribeConfigs"):
            await forget(lists, "operator", "topic", "village.metrics", operation)
        try:

            async def changed():
                found = await doctor(environment, *asked)
                return found if found[RIGHTS][0][1].count("village.metrics") == 2 else None

            less = await eventually(changed, "the broker has heard of it")
        finally:
            for operation in ("Read", "DescribeConfigs"):
                await allow(lists, "operator", "topic", "village.metrics", operation)

    assert (whole[RIGHTS], whole["主题 topics"]) == (
        [("ok", "all that operator needs")],
        [("ok", "18 as the table says")],
    )
    assert less[RIGHTS][0][0] == "wrong"
    assert less["主题 topics"] == [("ok", "17 as the table says")]
    assert {name for name, rows in less.items() if rows[0][0] == "wrong"} == {RIGHTS}
