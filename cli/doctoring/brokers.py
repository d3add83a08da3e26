"""What Kafka says of itself: whether it answers, how its topics are set, how far each group is behind."""

from aiokafka.errors import TopicAuthorizationFailedError

from cli.doctoring.judged import Line, lag, topics, unseen
from cli.houses import Whose
from deploy import cluster
from deploy.topics import all_differences
from messaging.broker import At, Broker
from messaging.tails import Tails
from schemas.topics import TOPICS, groups_of


async def looked(broker: At, replicas: int | None, whose: list[Whose]) -> list[Line]:
    """All of it; without `replicas`, as many as the topics have. Raises `KafkaError`, `OSError`."""
    lines = await _topics(broker, replicas)
    for one in whose:
        for group, read in groups_of(one[1], one[0]).items():
            lines.append(lag(group, await _behind(broker, group, [topic.name for topic in read])))
    return lines


async def _topics(broker: At, replicas: int | None) -> list[Line]:
    address = Broker.at(broker).bootstrap
    try:
        there = await cluster.found(broker, TOPICS.values())
    except TopicAuthorizationFailedError:
        return [unseen(address)]
    wanted = replicas or max((one.replicas for one in there.values()), default=1)
    differences = [str(one) for one in all_differences(TOPICS.values(), there, wanted)]
    lines = [Line("ok", "Kafka", f"{address}, {len(there)} of our topics, {wanted} replicas")]
    lines += topics(differences, len(TOPICS))
    if wanted == 1:
        advice = "good for one machine; in production give every topic three replicas (fengqiao topics --replicas 3)"
        lines.append(Line("warn", "副本 replicas", "1: a lost disk loses the topics", advice))
    return lines


async def _behind(broker: At, group: str, names: list[str]) -> int | None:
    async with Tails(broker, group) as tails:
        places = await tails.places(*names)
        spans, committed = await tails.spans(places), await tails.committed(places)
    if not committed:
        return None
    return sum(end - max(begin, committed.get(one, begin)) for one, (begin, end) in spans.items())
