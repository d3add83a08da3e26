"""Rules about the brokers: topics and permissions are the table's, both ways, and everybody shows who they are."""

from schemas.base import SERVICES
from schemas.topics import PARTITIONS, TOPICS
from tests.deploy.k8s.objects import containers, labels, mentioned, of_kind, pod, services_of, tiers_of, title

LEAST = 3
SCALER, OPERATOR = "keda", "operator"
TLS, SCRAM = {"type": "tls"}, {"type": "scram-sha-512"}
OTHERS = [{"namespaceSelector": {"matchLabels": {"fengqiao.io/role": "partners"}}}]


def topics(objects):
    """Each topic of the table is there with its settings, of the tiers there are, and no other is."""
    found = {one["metadata"]["name"]: one["spec"] for one in of_kind(objects, "KafkaTopic")}
    wanted = {name: _spec(one.flow) for name, one in _there(tiers_of(objects))}
    return [
        f"KafkaTopic {name}: {found.get(name)}, not {wanted.get(name)}"
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    ]


def _there(tiers):
    return [(name, one) for name, one in TOPICS.items() if one.tier in tiers]


def _spec(flow):
    config = {
        "cleanup.policy": flow.cleanup,
        "retention.ms": str(flow.retention_ms),
        "max.message.bytes": str(flow.max_bytes),
        "min.insync.replicas": "2",
        "unclean.leader.election.enable": "false",
        **({"segment.ms": "3600000"} if flow.kind == "inbound" else {}),
    }
    return {"partitions": PARTITIONS, "replicas": LEAST, "config": config}


def permissions(objects):
    """Each principal may do what the table says, and nothing else; a partner of its own, no more than its tier's."""
    wanted = table(tiers_of(objects))
    found = {
        (one["metadata"]["name"], acl["resource"]["type"], acl["resource"]["name"], operation)
        for one in of_kind(objects, "KafkaUser")
        for acl in one["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }
    own = {one for one in found if (one[0], *one[1:]) not in wanted and _partner(one) in wanted}
    return [f"{one}: allowed, not in the table" for one in sorted(found - wanted - own)] + [
        f"{one}: in the table, not allowed" for one in sorted(wanted - found)
    ]


def _partner(permission):
    """What the permission of a partner's own principal would be as one of its tier's partners."""
    principal, *rest = permission
    tier, word, *_ = (*principal.split("-"), "", "")
    return (f"{tier}-partners", *rest) if word == "partner" else None


def _is_partners(principal):
    """Whether it is a system of others, which may say a name and a password where it cannot show a certificate."""
    return principal.partition("-")[2].partition("-")[0] in {"partner", "partners"}


def table(tiers):
    """(principal, kind, name, operation) of all that the table of topics means, by a second hand."""
    wanted = {one for tier in tiers for one in _grouped(f"{tier}-metrics", f"{tier}-metrics-board")}
    for name, topic in _there(tiers):
        wanted |= {
            (f"{topic.tier}-{topic.flow.writer}", "topic", name, "Write"),
            (OPERATOR, "topic", name, "Read"),
            (OPERATOR, "topic", name, "DescribeConfigs"),
        }
        if topic.flow.writer != "partners":  # what it has said it reads before it starts, and after a restore
            wanted.add((f"{topic.tier}-{topic.flow.writer}", "topic", name, "Read"))
        for service, tier in ((service, tier) for service in SERVICES for tier in tiers):
            if topic.read_by(service, tier):
                wanted |= _reading(f"{tier}-{service}", topic)
        if topic.flow.kind == "inbound":  # what others sent is not kept once it was applied
            wanted.add((f"{topic.tier}-intake", "topic", name, "Delete"))
    return wanted


def _reading(word, topic):
    group = f"{word}-board" if topic.flow.kind == "metrics" else word
    return {
        (word, "topic", topic.name, "Read"),
        (SCALER, "topic", topic.name, "Describe"),
        *_grouped(word, group),
    }


def _grouped(word, group):
    """A group is its service's own, also where nobody is there to listen to."""
    return {
        (word, "group", group, "Read"),
        (SCALER, "group", group, "Describe"),
        (OPERATOR, "group", group, "Describe"),
    }


def exact(objects):
    """No permission is for whatever begins with a word, none is for everybody, and nobody stands above them."""
    complaints = []
    for one in of_kind(objects, "KafkaUser"):
        ways = (TLS, SCRAM) if _is_partners(one["metadata"]["name"]) else (TLS,)
        if one["spec"]["authentication"] not in ways:
            complaints.append(f"{title(one)}: shows no certificate")
        for acl in one["spec"]["authorization"]["acls"]:
            resource = acl["resource"]
            if (
                resource.get("patternType") != "literal"
                or "*" in resource["name"]
                or set(acl) != {"resource", "operations"}
            ):
                complaints.append(f"{title(one)}: may do more than one thing is named: {acl}")
            complaints += [
                f"{title(one)}: {word}" for word in acl["operations"] if word in {"All", "Alter", "Create"}
            ]
    for one in of_kind(objects, "Kafka"):
        if one["spec"]["kafka"].get("authorization") != {"type": "simple"}:
            complaints.append(f"{title(one)}: {one['spec']['kafka'].get('authorization')}")
    return complaints


def closed(objects):
    """Every listener is TLS and asks who is there, and says who may come; by a password only systems of others may."""
    return [
        f"{title(one)}: listener {each['name']} is open"
        for one in of_kind(objects, "Kafka")
        for each in one["spec"]["kafka"]["listeners"]
        if not (each["tls"] and _asks(each))
    ]


def _asks(listener):
    peers = listener.get("networkPolicyPeers")
    match listener.get("authentication"):
        case {"type": "tls"}:
            return bool(peers)
        case {"type": "scram-sha-512"}:
            return peers == OTHERS
    return False


def lasting(objects):
    """What a broker has acknowledged lies on two, and one may be away."""
    wanted = {
        "auto.create.topics.enable": False,
        "default.replication.factor": LEAST,
        "min.insync.replicas": 2,
        "offsets.topic.replication.factor": LEAST,
        "unclean.leader.election.enable": False,
    }
    complaints = [
        f"{title(one)}: {key} is {one['spec']['kafka']['config'].get(key)}"
        for one in of_kind(objects, "Kafka")
        for key, value in wanted.items()
        if one["spec"]["kafka"]["config"].get(key) != value
    ]
    return complaints + [
        f"{title(one)}: loses what it was given"
        for one in of_kind(objects, "KafkaNodePool")
        if one["spec"]["replicas"] < LEAST or one["spec"]["storage"]["type"] == "ephemeral"
    ]


def belonging(objects):
    """Topics, principals and pools say which cluster they are of, and there is one."""
    clusters = {one["metadata"]["name"] for one in of_kind(objects, "Kafka")}
    return [
        f"{title(one)}: of no cluster"
        for one in of_kind(objects, "KafkaTopic", "KafkaUser", "KafkaNodePool")
        if labels(one).get("strimzi.io/cluster") not in clusters
    ]


def shown(objects):
    """Each workload shows its own certificate, of files that are mounted, to brokers whose authority it is given."""
    clusters = {f"{one['metadata']['name']}-cluster-ca-cert" for one in of_kind(objects, "Kafka")}
    complaints = []
    for one in services_of(objects):
        [container] = containers(one)
        env = {each["name"]: each.get("value", "") for each in container["env"]}
        mounted = _mounted(one, container)
        for setting, secrets in (
            ("CA", clusters),
            ("CERT", {one["metadata"]["name"]}),
            ("KEY", {one["metadata"]["name"]}),
        ):
            path = env.get(f"{container['name'].upper()}_KAFKA_TLS_{setting}", "nowhere")
            if mounted.get(path) not in secrets:
                complaints.append(f"{title(one)}: its {setting} {path} comes from {mounted.get(path)}")
        if mentioned(objects, "KafkaUser", one["metadata"]["name"]) is None:
            complaints.append(f"{title(one)}: no principal of its name")
    return complaints


def _mounted(one, container):
    """File → the Secret it comes from, of everything mounted."""
    volumes = {each["name"]: each.get("projected", {}).get("sources", ()) for each in pod(one)["volumes"]}
    return {
        f"{mount['mountPath']}/{item['path']}": source["secret"]["name"]
        for mount in container["volumeMounts"]
        for source in volumes[mount["name"]]
        for item in source["secret"]["items"]
    }


def addressed(objects):
    """The bootstrap address everybody is told is the listener's, with its namespace."""
    [cluster] = of_kind(objects, "Kafka")
    [listener] = [one for one in cluster["spec"]["kafka"]["listeners"] if one.get("authentication") != SCRAM]
    name, space = cluster["metadata"]["name"], cluster["metadata"]["namespace"]
    told = {
        one["data"]["bootstrap"]
        for one in of_kind(objects, "ConfigMap")
        if "bootstrap" in one.get("data", {})
    }
    wanted = {f"{name}-kafka-bootstrap.{space}.svc:{listener['port']}"}
    return [] if told == wanted else [f"told {told}, not {wanted}"]


RULES = (topics, permissions, exact, closed, lasting, belonging, shown, addressed)
