"""A Kafka cluster as its administrator sees it: which topics it has and how they are set; created and mended."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from deploy.topics import Found, TopicPlan, differences, settings
from messaging.broker import At, Broker

_ALREADY_EXISTS = 36
_SET_FOR_THE_TOPIC = (
    1  # where a value comes from: set for this topic, and not a default of the broker or of Kafka
)


async def found(broker: At, topics: Iterable[TopicPlan]) -> dict[str, Found]:
    """Those of the topics that the cluster has, as it has them. Raises `KafkaError`, `OSError`."""
    async with _administrator(broker) as admin:
        return await _found(admin, {topic.name for topic in topics})


async def settle(broker: At, topics: Collection[TopicPlan], replicas: int) -> list[str]:
    """Creates what is missing and sets what is set otherwise; the names of the topics it touched.

    Partitions and replicas of a topic that is there stay as they are. Raises `KafkaError`, `OSError`.
    """
    async with _administrator(broker) as admin:
        there = await _found(admin, {topic.name for topic in topics})
        missing = [topic for topic in topics if topic.name not in there]
        if missing:
            await _create(admin, missing, replicas)
        otherwise = [
            topic for topic in topics if topic.name in there and _set_otherwise(topic, there, replicas)
        ]
        if otherwise:
            await _mend(admin, otherwise, there, replicas)
    return [topic.name for topic in (*missing, *otherwise)]


@asynccontextmanager
async def _administrator(broker: At) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**Broker.at(broker).client())
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


def _set_otherwise(topic: TopicPlan, there: Mapping[str, Found], replicas: int) -> bool:
    return any(not one.advice for one in differences(topic, there[topic.name], replicas))


async def _create(admin: AIOKafkaAdminClient, missing: Iterable[TopicPlan], replicas: int) -> None:
    fresh = [
        NewTopic(one.name, one.partitions, replicas, topic_configs=settings(one, replicas)) for one in missing
    ]
    answer = await admin.create_topics(fresh)
    for name, code, *message in answer.topic_errors:
        if code not in {0, _ALREADY_EXISTS}:
            raise for_code(code)(f"{name}: {message}")


async def _mend(
    admin: AIOKafkaAdminClient, topics: Iterable[TopicPlan], there: Mapping[str, Found], replicas: int
) -> None:
    # The request replaces all that is set for a topic: what somebody else has chosen goes along.
    wanted = {one.name: {**there[one.name].chosen, **settings(one, replicas)} for one in topics}
    answers = await admin.alter_configs([_resource(name, configs) for name, configs in wanted.items()])
    for answer in answers:
        for code, message, _, name in answer.resources:
            if code:
                raise for_code(code)(f"{name}: {message}")


async def _found(admin: AIOKafkaAdminClient, names: set[str]) -> dict[str, Found]:
    # All topics are asked for: asking for one that is not there creates it on a broker that allows that.
    known = [one for one in await admin.describe_topics() if one["topic"] in names]
    if not known:
        return {}
    answers = await admin.describe_configs([_resource(one["topic"], None) for one in known])
    configs = {name: entries for answer in answers for name, entries in _entries(answer.resources)}
    return {one["topic"]: _as_found(one["partitions"], configs[one["topic"]]) for one in known}


def _entries(
    resources: Iterable[tuple[int, str, int, str, list[tuple[object, ...]]]],
) -> Iterable[tuple[str, list[tuple[object, ...]]]]:
    for code, message, _, name, entries in resources:
        if code:
            raise for_code(code)(f"{name}: {message}")
        yield name, entries


def _as_found(partitions: list[dict[str, list[int]]], entries: list[tuple[object, ...]]) -> Found:
    """An entry is a name, a value, whether it is read only, where it comes from, and more."""
    values = {str(name): str(value) for name, value, *_ in entries}
    chosen = {str(name): str(value) for name, value, _, source, *_ in entries if source == _SET_FOR_THE_TOPIC}
    return Found(len(partitions), min(len(one["replicas"]) for one in partitions), values, chosen)


def _resource(name: str, configs: Mapping[str, str] | None) -> ConfigResource:
    return ConfigResource(ConfigResourceType.TOPIC, name, configs=configs)
