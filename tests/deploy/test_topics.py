"""What differs between the table of topics and a broker, each with what to do about it."""

from dataclasses import replace

import pytest

from deploy.topics import Found, all_differences, differences, least_in_sync, settings
from schemas.topics import TOPICS

TOPIC = TOPICS["village.routing"]


def as_the_table_says(replicas=3):
    return Found(TOPIC.partitions, replicas, {**settings(TOPIC, replicas), "segment.bytes": "1073741824"})


def test_a_topic_as_the_table_says_differs_in_nothing():
    assert differences(TOPIC, as_the_table_says(), 3) == []


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("retention.ms", "604800000", "village.routing: retention.ms is 604800000, not -1"),
        ("cleanup.policy", "compact", "village.routing: cleanup.policy is compact, not delete"),
        ("max.message.bytes", "1000012", "village.routing: max.message.bytes is 1000012, not 1048576"),
        ("min.insync.replicas", "1", "village.routing: min.insync.replicas is 1, not 2"),
    ],
)
def test_each_setting_that_is_otherwise_is_told(key, value, told):
    found = as_the_table_says()

    (one,) = differences(TOPIC, replace(found, settings={**found.settings, key: value}), 3)

    assert str(one) == told


def test_partitions_are_not_a_setting_and_come_with_what_to_do():
    (one,) = differences(TOPIC, replace(as_the_table_says(), partitions=6), 3)

    assert str(one).startswith(
        "village.routing: partitions is 6, not 12; a key would fall on another partition"
    )


def test_too_few_replicas_come_with_what_to_do():
    (one,) = differences(TOPIC, replace(as_the_table_says(), replicas=1), 3)

    assert "replicas is 1, not 3" in str(one)
    assert "kafka-reassign-partitions.sh" in one.advice


def test_a_topic_that_is_not_there_is_missing():
    told = [str(one) for one in all_differences([TOPIC], {}, 3)]

    assert told == ["village.routing: topic is missing, not as in the table"]


def test_one_broker_may_be_away_where_there_are_others():
    assert [least_in_sync(replicas) for replicas in (1, 2, 3, 5)] == [1, 1, 2, 4]
