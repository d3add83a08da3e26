"""What would be wrong with what one overlay has and another has not: for each rule, ways to break it there."""

from tests.deploy.k8s.objects import containers, mentioned, of_kind
from tests.deploy.k8s.spoiling import ROUTING, lets_out, listener, policy, vault

MIGRATION, DATABASE = f"{ROUTING}-migration", f"{ROUTING}-postgres"
OF_DEV, OF_STRIMZI = {"app.kubernetes.io/component": "kafka"}, {"strimzi.io/name": "fengqiao-kafka"}
ANYBODY = {"podSelector": {}}
DEV = {
    "probed": {
        "no readiness of the broker": lambda o: containers(mentioned(o, "StatefulSet", "kafka"))[0].pop(
            "readinessProbe"
        ),
    },
    "there": {
        "the vault's key under another name": lambda o: mentioned(
            o, "Secret", vault(o)["secret"]["secretName"]
        ).update(data={"vault.key": ""}),
    },
    "secret": {
        "one that looks like any other": lambda o: of_kind(o, "Secret")[0]["metadata"]["labels"].clear(),
    },
    "every_edge": {
        "a migration that reads topics": lambda o: lets_out(o, MIGRATION, 9092, OF_DEV),
        "a broker that lets nobody in": lambda o: policy(o, "kafka")["ingress"].clear(),
        "a database open to all pods": lambda o: policy(o, "postgres")["ingress"][0].update(
            {"from": [ANYBODY]}
        ),
    },
}
COUNTY = {
    "every_edge": {
        "a migration that reads topics": lambda o: lets_out(o, MIGRATION, 9093, OF_STRIMZI),
        "brokers at a port they have not": lambda o: policy(o)["egress"][1]["ports"][0].update(port=9092),
        "brokers that let no service in": lambda o: listener(o)["networkPolicyPeers"].pop(0),
        "brokers that let every pod in": lambda o: listener(o)["networkPolicyPeers"].append(ANYBODY),
        "brokers of another": lambda o: policy(o)["egress"][1].update(
            to=[{"podSelector": {"matchLabels": {"strimzi.io/name": "other-kafka"}}}]
        ),
        "another's database": lambda o: lets_out(
            o, ROUTING, 5432, {"cnpg.io/cluster": "village-intake-postgres"}
        ),
        "a database open to all pods": lambda o: policy(o, DATABASE)["ingress"][0]["from"].append(ANYBODY),
        "a database that its service may not reach": lambda o: policy(o, DATABASE)["ingress"][0]["from"].pop(
            0
        ),
        "a database that its migration may not reach": lambda o: policy(o, DATABASE)["ingress"][0][
            "from"
        ].pop(1),
        "no way to its database": lambda o: [
            policy(o, one)["egress"].pop(0) for one in (ROUTING, f"{ROUTING}-service-to-postgres")
        ],
    },
}
