"""What would be wrong with a pod, or with whom it belongs to: for each rule, ways to break it."""

from tests.deploy.k8s.objects import TIER, containers, mentioned, migrations_of, of_kind, pod
from tests.deploy.k8s.spoiling import (
    ROUTING,
    add,
    container,
    forget,
    policy,
    quota,
    relabelled,
    routing,
    variable,
    volume,
    without,
    without_towns,
)

MUTATIONS = {
    "restricted": {
        "capabilities are kept": lambda o: container(o)["securityContext"].pop("capabilities"),
        "a privilege may be gained": lambda o: container(o)["securityContext"].update(
            allowPrivilegeEscalation=True
        ),
        "the root can be written": lambda o: container(o)["securityContext"].update(
            readOnlyRootFilesystem=False
        ),
        "no profile of system calls": lambda o: container(o)["securityContext"].pop("seccompProfile"),
        "root": lambda o: pod(routing(o))["securityContext"].update(runAsUser=0),
        "the node's network": lambda o: pod(routing(o)).update(hostNetwork=True),
        "a folder of the node": lambda o: pod(routing(o))["volumes"].append(
            {"name": "n", "hostPath": {"path": "/"}}
        ),
        "an init container that is not": lambda o: pod(routing(o)).update(
            initContainers=[{"name": "i", "image": "i:1"}]
        ),
        "a migration that is not": lambda o: containers(migrations_of(o)[0])[0].pop("securityContext"),
    },
    "writable_only_where_said": {
        "no folder to write to": lambda o: container(o)["volumeMounts"].pop(),
        "a folder without end": lambda o: pod(routing(o))["volumes"][-1]["emptyDir"].clear(),
    },
    "no_token": {
        "a pod has one": lambda o: pod(routing(o)).pop("automountServiceAccountToken"),
        "an account gives one": lambda o: mentioned(o, "ServiceAccount", ROUTING).pop(
            "automountServiceAccountToken"
        ),
        "the account of everybody": lambda o: pod(routing(o)).pop("serviceAccountName"),
        "an account nobody makes": lambda o: without(o, "ServiceAccount", ROUTING),
        "links": lambda o: pod(routing(o)).update(enableServiceLinks=True),
    },
    "resources": {
        "less memory asked than bounded": lambda o: container(o)["resources"]["requests"].update(
            memory="64Mi"
        ),
        "memory without bound": lambda o: container(o)["resources"]["limits"].clear(),
        "processor time bounded": lambda o: container(o)["resources"]["limits"].update(cpu="1"),
        "no processor time asked": lambda o: container(o)["resources"]["requests"].pop("cpu"),
    },
    "probed": {
        "no liveness": lambda o: container(o).pop("livenessProbe"),
        "life depends on others": lambda o: container(o)["livenessProbe"]["httpGet"].update(path="/ready"),
        "the door depends on others": lambda o: container(o)["readinessProbe"]["httpGet"].update(
            path="/ready"
        ),
        "asked at the door": lambda o: container(o)["livenessProbe"]["httpGet"].update(port="http"),
    },
    "grace": {
        "the default": lambda o: pod(routing(o)).pop("terminationGracePeriodSeconds"),
        "less than a batch": lambda o: pod(routing(o)).update(terminationGracePeriodSeconds=40),
        "closed at once": lambda o: forget(o, "ROUTING_DRAIN_S"),
        "open for all of it": lambda o: variable(o, "ROUTING_DRAIN_S").update(value="60"),
    },
    "replaced_without_a_gap": {
        "one may be missing": lambda o: routing(o)["spec"]["strategy"]["rollingUpdate"].update(
            maxUnavailable=1
        ),
        "all at once": lambda o: routing(o)["spec"].update(strategy={"type": "Recreate"}),
        "ten old ones": lambda o: routing(o)["spec"].pop("revisionHistoryLimit"),
    },
    "one_image": {
        "latest": lambda o: container(o).update(image="fengqiao:latest"),
        "none said": lambda o: container(o).update(image="fengqiao"),
        "a registry's port is no tag": lambda o: container(o).update(image="registry:5000/fengqiao"),
        "another release": lambda o: container(o).update(image="fengqiao:0.0.9"),
    },
    "whole": {
        "one is missing": lambda o: without(o, "Deployment", ROUTING),
        "no door": lambda o: without(o, "Service", ROUTING),
        "one too many": lambda o: o.append(
            {**routing(o), "metadata": {**routing(o)["metadata"], "name": "village-x"}}
        ),
        "one that believes in another county": lambda o: add(o, "COUNTY_TIERS", "village,county"),
        "a tier nobody is told of": without_towns,
    },
    "nothing_of_others": {
        "a county without towns": without_towns,
    },
    "labelled": {
        "nobody's": lambda o: mentioned(o, "Service", ROUTING)["metadata"]["labels"].pop(
            "app.kubernetes.io/part-of"
        ),
        "pods of another": lambda o: routing(o)["spec"]["template"]["metadata"]["labels"].update(
            {TIER: "town"}
        ),
        "labelled as another tier's": lambda o: relabelled(migrations_of(o)[-1], TIER, "county"),
    },
    "tier_exact": {
        "a door to all tiers": lambda o: mentioned(o, "Service", ROUTING)["spec"]["selector"].pop(TIER),
        "a budget of all tiers": lambda o: mentioned(o, "PodDisruptionBudget", ROUTING)["spec"]["selector"][
            "matchLabels"
        ].pop(TIER),
        "migrations counted in": lambda o: mentioned(o, "Service", ROUTING)["spec"]["selector"].pop(
            "app.kubernetes.io/component"
        ),
        "a policy for another tier": lambda o: policy(o)["podSelector"]["matchLabels"].update({TIER: "town"}),
        "spread among strangers": lambda o: pod(routing(o))["topologySpreadConstraints"][0]["labelSelector"][
            "matchLabels"
        ].pop("app.kubernetes.io/name"),
        "a Deployment that takes others": lambda o: routing(o)["spec"]["selector"]["matchLabels"].pop(TIER),
    },
    "budgeted": {
        "none": lambda o: without(o, "PodDisruptionBudget", ROUTING),
        "none may ever go": lambda o: mentioned(o, "PodDisruptionBudget", ROUTING)["spec"].update(
            maxUnavailable=0
        ),
        "two of them": lambda o: o.append(mentioned(o, "PodDisruptionBudget", ROUTING)),
    },
    "spread": {
        "not over zones": lambda o: pod(routing(o))["topologySpreadConstraints"].pop(),
        "not at all": lambda o: pod(routing(o)).pop("topologySpreadConstraints"),
    },
    "one_migration_a_release": {
        "none": lambda o: o.remove(
            next(one for one in migrations_of(o) if one["metadata"]["name"].startswith(ROUTING))
        ),
        "the release before": lambda o: container(o).update(image="fengqiao:9.9.9"),
        "another service's": lambda o: containers(migrations_of(o)[0])[0].update(command=["python"]),
        "nobody waits for it": lambda o: forget(o, "ROUTING_SCHEMA_WAIT_S"),
        "one that gives up before its database is there": lambda o: containers(
            mentioned(o, "Job", f"{ROUTING}-migration-0.1.0")
        )[0]["env"].pop(),
        "not waited for long enough": lambda o: variable(o, "ROUTING_SCHEMA_WAIT_S").update(value="60"),
    },
    "rolls_when_files_change": {
        "one name for ever": lambda o: volume(o, "policy")["configMap"].update(name="policy"),
    },
    "one_namespace": {
        "elsewhere": lambda o: routing(o)["metadata"].update(namespace="default"),
        "nowhere": lambda o: routing(o)["metadata"].pop("namespace"),
        "one that lets more be done": lambda o: of_kind(o, "Namespace")[0]["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce": "baseline"}
        ),
        "two": lambda o: o.append({"kind": "Namespace", "metadata": {"name": "other", "labels": {}}}),
    },
    "bounded": {
        "none": lambda o: without(o, "ResourceQuota", "village-quota"),
        "of another tier": lambda o: quota(o)["scopeSelector"]["matchExpressions"][0].update(
            values=["town-fengqiao"]
        ),
        "a pod outside it": lambda o: pod(routing(o)).pop("priorityClassName"),
        "no class": lambda o: without(o, "PriorityClass", "village-fengqiao"),
        "too small to roll": lambda o: quota(o)["hard"].update({"requests.memory": "512Mi"}),
    },
}
