"""The places of rendered objects that mutations reach for: those of one service, of routing in the village."""

from tests.deploy.k8s.objects import TIER, containers, labels, mentioned, of_kind, pod, services_of

ROUTING = "village-routing"


def routing(objects):
    return mentioned(objects, "Deployment", ROUTING)


def container(objects):
    return containers(routing(objects))[0]


def variable(objects, name):
    return next(one for one in container(objects)["env"] if one["name"] == name)


def policy(objects, name=ROUTING):
    return mentioned(objects, "NetworkPolicy", name)["spec"]


def without(objects, kind, name):
    objects.remove(mentioned(objects, kind, name))


def deny_all(objects):
    return next(one for one in of_kind(objects, "NetworkPolicy") if one["metadata"]["name"] == "default-deny")


def relabelled(one, key, value):
    one["metadata"]["labels"][key] = value


def quota(objects):
    return next(one for one in of_kind(objects, "ResourceQuota") if labels(one)[TIER] == "village")["spec"]


def forget(objects, name):
    container(objects)["env"].remove(variable(objects, name))


def without_key(objects):
    """Intake of the village is not told where the key of its vault is."""
    told = containers(mentioned(objects, "Deployment", "village-intake"))[0]["env"]
    told.remove(next(one for one in told if one["name"] == "INTAKE_VAULT_KEY_FILE"))


def add(objects, name, value):
    container(objects)["env"].append({"name": name, "value": value})


def without_towns(objects):
    """Everybody is told so, and the towns are there."""
    for one in services_of(objects):
        containers(one)[0]["env"].append({"name": "COUNTY_TIERS", "value": "county,village"})


def volume(objects, name, workload=ROUTING):
    return next(
        one for one in pod(mentioned(objects, "Deployment", workload))["volumes"] if one["name"] == name
    )


def vault(objects):
    return volume(objects, "vault", "village-intake")


def listener(objects):
    return mentioned(objects, "Kafka", "fengqiao")["spec"]["kafka"]["listeners"][0]


def lets_out(objects, name, port, wanted):
    """Lets a workload's pods out to whoever bears these labels, at a port."""
    way = {"to": [{"podSelector": {"matchLabels": wanted}}], "ports": [{"port": port}]}
    policy(objects, name).setdefault("egress", []).append(way)
