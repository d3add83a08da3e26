"""What a broker answers beside what the table of topics means, question by question."""

from aiokafka.errors import KafkaError
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.transaction import InitProducerIdRequest

from deploy.cluster import settle
from schemas.base import SERVICES, TIERS
from schemas.topics import TOPICS, groups_of
from tests.system.asking import NOBODY_THERE, all_answers, connected
from tests.system.guarded import ADMINISTRATOR, WAYS
from tests.system.listed import load, users, wanted
from tests.system.servants import eventually

NOBODY = "nobody"
"""Known to the broker, and in no list."""
GROUPS = sorted({name for service in SERVICES for tier in TIERS for name in groups_of(service, tier)})


async def furnished(broker):
    """Topics and lists, by the administrator."""
    place = broker.at(ADMINISTRATOR, "scram")

    async def up():
        assert broker.ended() is None, broker.ended()
        try:
            await settle(place, TOPICS.values(), 1)
        except (KafkaError, OSError):
            return False
        return True

    await eventually(up, "the topics are there")
    async with connected(broker.at(ADMINISTRATOR, "tls")) as connection:
        assert await load(connection, users())


def differing(name, answers):
    """(principal, question, what the broker said, what the table means) where these are two."""
    means = wanted(name, list(TOPICS), GROUPS)
    return [
        (name, one, answers.get(one), means.get(one))
        for one in sorted(answers.keys() | means.keys())
        if answers.get(one) != means.get(one)
    ]


async def warm(guarded):
    """The broker's own topics, and numbers for producers, are made when they are first asked for."""
    async with connected(guarded.at(ADMINISTRATOR, "tls")) as connection:
        await eventually(lambda: numbered(connection), "producers are given numbers")
        for group in GROUPS:
            await eventually(lambda one=group: coordinated(connection, one), f"{group} can be asked for")


async def numbered(connection):
    """Whether a producer is given one."""
    return (await connection.send(InitProducerIdRequest(None, 5_000))).error_code == 0


async def coordinated(connection, group):
    """Whether there is a broker for the group, and it knows."""
    found = await connection.send(FindCoordinatorRequest(group, 0))
    beaten = await connection.send(HeartbeatRequest(group, -1, ""))
    return found.error_code == 0 and beaten.error_code == NOBODY_THERE


async def differs(guarded, name, *, either=False):
    """The differences by way, once there are some for each; or for either."""
    found = {
        way: differing(name, await all_answers(guarded.at(name, way), list(TOPICS), GROUPS)) for way in WAYS
    }
    return found if (any if either else all)(found.values()) else None
