"""What a broker forbids a service is said by name while it is so; that broker is asked, and no other."""

import asyncio
import logging

import pytest
from aiokafka.errors import KafkaConnectionError

from messaging.broker import Broker
from messaging.health import Health
from messaging.permitted import CONDITION, Forbidden, Permitted
from messaging.rights import Unknown, refused, told
from messaging.tls import Identity, Renewing
from schemas.permissions import Permission, of_service
from tests.certificates import Authority
from tests.messaging.wire import until

WRITE = Permission("topic", "village.intake", "Write")
JOIN = Permission("group", "village-intake", "Read")


@pytest.fixture
def over_tls(tmp_path):
    """A broker that is spoken to over TLS."""
    return Broker("127.0.0.1:1", Renewing(Identity(Authority(tmp_path).ca)))


class Answers:
    """What brokers answer, one after another; whom they were asked for."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, broker, wanted):
        self.asked.append((broker, wanted))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def permitted(broker, *answers):
    health, ask = Health("village-intake"), Answers(*answers)
    return Permitted(broker, of_service("intake", "village"), health, ask), health, ask


async def test_what_is_forbidden_is_said_by_name_once_and_the_service_is_not_ready(over_tls, caplog):
    one, health, ask = permitted(over_tls, [JOIN, WRITE], [JOIN, WRITE])

    for _ in range(2):
        with pytest.raises(Forbidden):
            await one.check()

    why = "Kafka forbids village-intake: Read group village-intake, Write topic village.intake"
    assert health.conditions[CONDITION] == why
    assert not health.ready
    assert [row.message for row in caplog.records] == [why]
    assert ask.asked[0] == (over_tls, of_service("intake", "village"))


async def test_once_all_is_allowed_it_is_well_and_said(over_tls, caplog):
    one, health, _ = permitted(over_tls, [WRITE], [])
    with pytest.raises(Forbidden):
        await one.check()

    with caplog.at_level(logging.INFO):
        await one.check()

    assert health.conditions[CONDITION] is None
    assert caplog.messages[-1] == "Kafka allows village-intake all it needs now"


async def test_a_broker_that_does_not_know_us_is_said_one_that_is_away_changes_nothing(over_tls):
    one, health, _ = permitted(
        over_tls, Unknown("not this password"), KafkaConnectionError("away"), OSError()
    )

    for error in (Unknown, KafkaConnectionError, OSError):
        with pytest.raises(error):
            await one.check()
        assert "not this password" in health.conditions[CONDITION]


async def test_in_clear_nobody_is_anybody_and_nobody_is_asked():
    one, health, ask = permitted(Broker("127.0.0.1:1"))

    await one.check()
    await one.run(asyncio.Event())

    assert (ask.asked, health.conditions) == ([], {})


async def test_it_is_asked_again_and_again(over_tls, monkeypatch):
    monkeypatch.setattr("messaging.permitted.AGAIN_S", 0.01)
    monkeypatch.setattr("messaging.permitted.LOOK_S", 0.01)
    one, health, ask = permitted(over_tls, [WRITE], OSError(), [], [WRITE], *([[]] * 10_000))
    stop = asyncio.Event()
    running = asyncio.create_task(one.run(stop))

    async def often():
        return len(ask.asked) >= 6

    await until(often)
    stop.set()
    await running

    assert health.conditions[CONDITION] is None


async def test_a_broker_that_is_away_cannot_be_asked(over_tls):
    with pytest.raises((OSError, KafkaConnectionError)):
        await refused(over_tls, of_service("intake", "village"))


def test_permissions_are_told_in_words():
    assert told([JOIN, WRITE]) == "Read group village-intake, Write topic village.intake"
