"""What would be wrong with what a process is told and whom it may talk to: for each rule, ways to break it."""

from tests.deploy.k8s.objects import containers, mentioned, migrations_of
from tests.deploy.k8s.spoiling import (
    ROUTING,
    add,
    container,
    deny_all,
    forget,
    lets_out,
    policy,
    variable,
    volume,
    without,
    without_key,
)


def _door(objects):
    return variable(objects, "ROUTING_DOOR_POSTGRES")["valueFrom"]["secretKeyRef"]


MUTATIONS = {
    "known": {
        "misspelt": lambda o: add(o, "ROUTING_CLOCKS_S", "1"),
        "another service's": lambda o: add(o, "INTAKE_PORT", "1"),
        "a key for a migration": lambda o: containers(migrations_of(o)[0])[0]["env"].append(
            {"name": "INTAKE_VAULT_KEY"}
        ),
        "whatever is there": lambda o: container(o).update(envFrom=[{"configMapRef": {"name": "any"}}]),
    },
    "complete": {
        "no database": lambda o: forget(o, "ROUTING_POSTGRES"),
        "no tier": lambda o: forget(o, "TIER"),
        "the broker of a laptop": lambda o: forget(o, "ROUTING_KAFKA"),
        "no key": without_key,
    },
    "own": {
        "another tier": lambda o: variable(o, "TIER").update(value="town"),
        "another's database": lambda o: variable(o, "ROUTING_POSTGRES")["valueFrom"]["secretKeyRef"].update(
            name="village-intake-app"
        ),
        "another's door": lambda o: _door(o).update(name="village-intake-door"),
        "the door in the name of the owner": lambda o: _door(o).update(name="village-routing-app"),
        "no role for the door": lambda o: forget(o, "ROUTING_DOOR_POSTGRES"),
        "in clear": lambda o: add(o, "ROUTING_X", "postgresql://a:b@c/d"),
    },
    "doors": {
        "another port": lambda o: variable(o, "ROUTING_PORT").update(value="8082"),
        "only for itself": lambda o: variable(o, "ROUTING_HOST").update(value="127.0.0.1"),
        "its Service leads to the probes": lambda o: mentioned(o, "Service", ROUTING)["spec"]["ports"][
            0
        ].update(targetPort="probes"),
    },
    "there": {
        "a file nobody has": lambda o: variable(o, "ROUTING_POLICY").update(value="/etc/fengqiao/other.yaml"),
        "a folder nobody mounts": lambda o: variable(o, "ROUTING_POLICY").update(value="/etc/policy.yaml"),
        "mounted elsewhere": lambda o: container(o)["volumeMounts"][0].update(mountPath="/etc/elsewhere"),
        "no such ConfigMap": lambda o: volume(o, "policy")["configMap"].update(name="policy-0123456789"),
    },
    "referred": {
        "no such ConfigMap": lambda o: variable(o, "ROUTING_KAFKA")["valueFrom"]["configMapKeyRef"].update(
            name="x"
        ),
        "no such key": lambda o: variable(o, "ROUTING_KAFKA")["valueFrom"]["configMapKeyRef"].update(key="x"),
    },
    "secret": {
        "one in a file": lambda o: o.append({"kind": "Secret", "metadata": {"name": "key"}, "data": {}}),
    },
    "denied": {
        "all may be reached": lambda o: deny_all(o)["spec"]["policyTypes"].remove("Ingress"),
        "only some are forbidden": lambda o: deny_all(o)["spec"].update(
            podSelector={"matchLabels": {"a": "b"}}
        ),
        "nothing is forbidden": lambda o: o.remove(deny_all(o)),
        "with an exception for all": lambda o: deny_all(o)["spec"].update(egress=[{}]),
    },
    "every_edge": {
        "no way to the broker": lambda o: policy(o)["egress"].pop(),
        "any port of the broker": lambda o: policy(o)["egress"][1].pop("ports"),
        "the whole world": lambda o: policy(o)["egress"].append({}),
        "an address": lambda o: policy(o)["egress"].append({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}),
        "another service": lambda o: lets_out(o, ROUTING, 8080, {"app.kubernetes.io/name": "intake"}),
        "to where nobody is": lambda o: lets_out(o, ROUTING, 8080, {"app.kubernetes.io/name": "gossip"}),
        "no door": lambda o: policy(o)["ingress"].pop(0),
        "a door for everybody": lambda o: policy(o)["ingress"][0].pop("from"),
        "every port from outside": lambda o: policy(o)["ingress"][0].pop("ports"),
        "no policy": lambda o: without(o, "NetworkPolicy", ROUTING),
    },
    "names": {
        "nobody may ask": lambda o: without(o, "NetworkPolicy", "names"),
        "any port": lambda o: policy(o, "names")["egress"][0].pop("ports"),
    },
}
