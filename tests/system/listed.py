"""The lists of who may do what: as the operator of Kafka loads them into a broker, and as the table means them."""

import asyncio
from itertools import product

from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from schemas.base import TIERS
from tests.deploy.k8s.objects import of_kind
from tests.deploy.k8s.rendered import K8S, objects_of
from tests.deploy.k8s.rules_kafka import table

KINDS = {"topic": 2, "group": 3}
OPERATIONS = {
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Delete": 6,
    "Alter": 7,
    "Describe": 8,
    "DescribeConfigs": 10,
}
LITERAL, ALLOW = 3, 3
HOTLINE = "county-partner-hotline"
OWN = {(HOTLINE, "topic", "county.inbound", "Write")}
"""The system of others that the example gives a principal of its own."""
DESCRIBED_BY = {"Read", "Write", "Describe"}
READING = {
    "read": "Read",
    "write": "Write",
    "write idempotent": "Write",
    "delete": "Delete",
    "describe configs": "DescribeConfigs",
}
SEEING = ("see how far", "describe")
NEVER = ("create", "alter", "alter configs")
OF_ALL = ("transaction", "see permissions", "change the broker", "create another")


def users():
    """Every KafkaUser of the example, as the operator of Kafka is given it: name → ACLs."""
    objects = objects_of(K8S / "overlays" / "example-county")
    return {
        one["metadata"]["name"]: one["spec"]["authorization"]["acls"] for one in of_kind(objects, "KafkaUser")
    }


def entries(acls):
    """(kind, name, operation) of each ACL; they are literal, of any host, and allow."""
    for one in acls:
        assert one["resource"]["patternType"] == "literal"
        for operation in one["operations"]:
            yield one["resource"]["type"], one["resource"]["name"], operation


def principals(name):
    """Who that is at the broker, by either way: of a certificate its subject, of a password its name."""
    return (f"User:CN={name}", f"User:{name}")


async def load(connection, found):
    """Allows what the lists say, to whoever shows the certificate and to whoever knows the password."""
    answers = await asyncio.gather(
        *(
            connection.send(_rule(CreateAclsRequest, who, *entry))
            for name, acls in found.items()
            for who, entry in product(principals(name), entries(acls))
        )
    )
    assert {code for one in answers for code, _ in one.creation_responses} == {0}
    return len(answers)


async def allow(connection, name, *entry):
    """One more."""
    for who in principals(name):
        await connection.send(_rule(CreateAclsRequest, who, *entry))


async def forget(connection, name, *entry):
    """One less; it was there."""
    for who in principals(name):
        answer = await connection.send(_rule(DeleteAclsRequest, who, *entry))
        assert len(answer.filter_responses[0][2]) == 1, answer


def _rule(request, who, kind, name, operation):
    return request(KINDS[kind], name, LITERAL, who, "*", OPERATIONS[operation], ALLOW)


def wanted(name, topics, groups):
    """What the table of topics means for each question that can be asked of a broker, in the words of `asking`."""
    may = {one[1:] for one in table(TIERS) | OWN if one[0] == name}
    answers = {("be idempotent",): any(operation == "Write" for _, _, operation in may)}
    answers |= {(one,): False for one in OF_ALL}
    for topic in topics:
        answers |= {(asked, topic): ("topic", topic, needs) in may for asked, needs in READING.items()}
        answers |= {(asked, topic): bool(_describing(may, "topic", topic)) for asked in SEEING}
        answers |= {(asked, topic): False for asked in NEVER}
    for group in groups:
        reads, described = ("group", group, "Read") in may, bool(_describing(may, "group", group))
        answers |= {("heartbeat", group): reads, ("join", group): reads}
        answers |= {("find group", group): described, ("describe group", group): described}
        answers[("delete group", group)] = False
        for topic in topics:
            answers[("commit", group, topic)] = reads and ("topic", topic, "Read") in may
            answers[("see place", group, topic)] = described and bool(_describing(may, "topic", topic))
    return answers


def _describing(may, kind, name):
    return {one for one in DESCRIBED_BY if (kind, name, one) in may}
