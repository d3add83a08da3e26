"""What a broker lets us do, asked without doing anything."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    BrokerResponseError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from messaging.broker import At, Broker
from schemas.permissions import Permission, Permissions

ANSWER_S = 10.0
EACH_S = 3.0
"""How long each broker may take to let us in: one whose machine is gone says nothing, and the next may answer."""
Spoken = dict[int, tuple[int, int]]
"""By the number of a request its oldest and its newest version, as a broker answers them."""
_BITS = {"Read": 3, "Write": 4, "Delete": 6, "Describe": 8, "DescribeConfigs": 10}
_UNTOLD = -(2**31)
_PARTITION = Array(
    ("error_code", Int16),
    ("partition", Int32),
    ("leader", Int32),
    ("leader_epoch", Int32),
    ("replicas", Array(Int32)),
    ("isr", Array(Int32)),
    ("offline", Array(Int32)),
)


class Unknown(KafkaError):  # type: ignore[misc]  # the library has no types
    """The broker does not take what we say of ourselves, be it a name, a password or a certificate."""


class _Rights(Response):  # type: ignore[misc]
    API_KEY, API_VERSION = 3, 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node_id", Int32), ("host", String()), ("port", Int32), ("rack", String()))),
        ("cluster_id", String()),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String()),
                ("is_internal", Boolean),
                ("partitions", _PARTITION),
                ("rights", Int32),
            ),
        ),
        ("rights", Int32),
    )


class _AskRights(RequestStruct):  # type: ignore[misc]
    """The library's own ends at version 5; from 8 on a broker says what whoever asks may do with each topic."""

    API_KEY, API_VERSION = 3, 8
    RESPONSE_TYPE = _Rights
    SCHEMA = Schema(
        ("topics", Array(String())), ("create", Boolean), ("of_cluster", Boolean), ("of_topics", Boolean)
    )


class _RightsRequest(Request[_AskRights]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_AskRights]) -> _AskRights:
        return request_struct_class(self._topics, False, False, True)  # noqa: FBT003 - as the protocol orders them


async def refused(broker: At, wanted: Permissions) -> list[Permission]:
    """Those of the wanted that the broker refuses, sorted; none where it is too old to be asked.

    Raises `Unknown`, and `KafkaError`, `OSError`, `TimeoutError` where it cannot be asked.
    """
    connection = await connected(Broker.at(broker), "fengqiao-rights")
    try:
        async with asyncio.timeout(ANSWER_S):
            return sorted([*await _topics(connection, wanted), *await _groups(connection, wanted)])
    except NotImplementedError:
        return []
    finally:
        connection.close()


async def spoken(broker: At) -> Spoken:
    """Which versions of which requests it answers. Raises as `refused` does."""
    connection = await connected(Broker.at(broker), "fengqiao-rights")
    try:
        return dict(connection._versions)  # noqa: SLF001 - asked for at each connection, and told to nobody
    finally:
        connection.close()


def told(permissions: Iterable[Permission]) -> str:
    """E.g. `Read group village-intake, Write topic village.intake`."""
    return ", ".join(f"{one.operation} {one.kind} {one.name}" for one in permissions)


async def connected(broker: Broker, name: str) -> Any:  # noqa: ANN401 - the library has no types
    """A connection to the first broker that answers, in no order: one that falls silent later is not asked for ever.

    Raises `Unknown`, and `KafkaError`, `OSError`, `TimeoutError` where none answers.
    """
    failed: Exception = KafkaConnectionError("no broker is named")
    try:
        hosts = collect_hosts(broker.bootstrap)
    except ValueError as error:
        raise Unknown(f"{broker.bootstrap} is no address: {error}") from error
    for host, port, _ in hosts:
        try:
            async with asyncio.timeout(EACH_S):
                return await create_conn(host, port, client_id=name, **broker.connection())
        except (SaslAuthenticationFailed, UnsupportedSaslMechanismError) as error:
            raise Unknown(f"the broker does not take our name and password: {error}") from error
        except ValueError as error:  # a broker that does not know the password either
            raise Unknown(f"{host}:{port}: {error}") from error
        except TimeoutError:
            failed = KafkaConnectionError(f"{host}:{port} says nothing for {EACH_S:.0f} s")
        except (KafkaError, OSError) as error:
            failed = error
    raise failed


async def _topics(connection: Any, wanted: Permissions) -> list[Permission]:  # noqa: ANN401
    asked = [one for one in wanted if one.kind == "topic"]
    if not asked:
        return []
    answer = await connection.send(_RightsRequest(sorted({one.name for one in asked})))
    rights = {
        topic: 0 if code == TopicAuthorizationFailedError.errno else bits
        for code, topic, _, _, bits in answer.topics
    }
    return [
        one
        for one in asked
        if (bits := rights.get(one.name, _UNTOLD)) != _UNTOLD and not bits >> _BITS[one.operation] & 1
    ]


async def _groups(connection: Any, wanted: Permissions) -> list[Permission]:  # noqa: ANN401
    """A heartbeat of nobody is what a reader sends: whoever may not read is told so first."""
    found = []
    for one in wanted:
        if one.kind == "group":
            ask = (
                HeartbeatRequest(one.name, -1, "")
                if one.operation == "Read"
                else FindCoordinatorRequest(one.name, 0)
            )
            answer: BrokerResponseError = await connection.send(ask)
            if answer.error_code == GroupAuthorizationFailedError.errno:
                found.append(one)
    return found
