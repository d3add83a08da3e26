"""What stands around the services of a county keeps its rules, each of which notices when it is broken."""

import os
import subprocess

import kubernetes_validate
import pytest

from deploy.k8s import generate
from policy import load
from tests.deploy.k8s import rules_kafka, rules_scaling
from tests.deploy.k8s.custom import complaint, customs, schema
from tests.deploy.k8s.mutations_parts import ALL, MUTATIONS
from tests.deploy.k8s.objects import mentioned, of_kind, title
from tests.deploy.k8s.rendered import K8S, objects_of
from tests.deploy.k8s.rules_parts import PARTS as RULES

COUNTY = K8S / "overlays" / "example-county"
OF_PARTS = {"KafkaTopic", "Cluster", "ScaledObject", "HorizontalPodAutoscaler", "Ingress"}


@pytest.mark.parametrize(("part", "rule"), RULES)
def test_the_example_keeps_the_rule(part, rule):
    assert RULES[part, rule](objects_of(COUNTY)) == []


@pytest.mark.parametrize(("part", "rule", "wrong"), ALL, ids=[": ".join(one) for one in ALL])
def test_a_rule_of_a_part_notices_what_is_wrong(part, rule, wrong):
    objects, spoilt = objects_of(COUNTY), objects_of(COUNTY)
    MUTATIONS[part][rule][wrong](spoilt)

    assert spoilt != objects
    assert RULES[part, rule](spoilt) != []


def test_no_rule_of_a_part_goes_without_something_that_breaks_it():
    assert {(part, rule) for part, rules in MUTATIONS.items() for rule in rules} == set(RULES)


def test_what_is_generated_is_as_the_tables_say_now():
    files = generate.files()

    assert [name for name, text in files.items() if (generate.FOLDER / name).read_text("utf-8") != text] == []


def test_nothing_that_says_it_is_generated_is_left_over():
    said = {
        str(one.relative_to(generate.FOLDER))
        for one in generate.FOLDER.rglob("*.yaml")
        if one.read_text("utf-8").startswith("# Generated")
    }

    assert said == set(generate.files())


def test_every_custom_resource_is_what_its_operator_takes_and_no_field_is_misspelt():
    wrong = {
        title(one): said
        for one in customs(objects_of(COUNTY))
        if (said := complaint(schema(one["apiVersion"], one["kind"]), one))
    }

    assert wrong == {}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("Kafka", "kafkas"),
        ("KafkaNodePool", "replica"),
        ("KafkaTopic", "partition"),
        ("KafkaUser", "authorisation"),
        ("Cluster", "instance"),
        ("ScheduledBackup", "shedule"),
        ("ScaledObject", "minReplicas"),
        ("TriggerAuthentication", "secrets"),
        ("PodMonitor", "endpoints"),
    ],
)
def test_a_misspelt_field_of_a_custom_resource_would_be_noticed(kind, field):
    one = of_kind(objects_of(COUNTY), kind)[0]

    one["spec"][field] = 1

    assert field in complaint(schema(one["apiVersion"], kind), one)


def test_the_store_of_backups_is_what_its_plugin_takes():
    """Its configuration is by the operator's own word that of `barmanObjectStore`, whose schema is there."""
    store = mentioned(objects_of(COUNTY), "ObjectStore", "backups")["spec"]
    backup = schema("postgresql.cnpg.io/v1", "Cluster")["properties"]["spec"]["properties"]["backup"][
        "properties"
    ]

    assert complaint(backup["barmanObjectStore"], store["configuration"]) is None
    assert complaint(backup["retentionPolicy"], store["retentionPolicy"]) is None
    assert store.keys() == {"configuration", "retentionPolicy", "instanceSidecarConfiguration"}
    given = store["instanceSidecarConfiguration"]["resources"]
    assert given["limits"] == {"memory": given["requests"]["memory"]}


def test_the_policy_and_the_areas_of_the_example_are_usable():
    folder = COUNTY / "locality"

    rules, areas = load.policy(folder / "policy.yaml"), load.areas(folder / "areas.csv")

    assert rules.version != load.policy(K8S.parents[1] / "policy" / "default.yaml").version
    assert [code for code, one in areas.items() if one.tier == "county"] == ["620623"]


def test_no_secret_stands_in_a_file():
    assert of_kind(objects_of(COUNTY), "Secret") == []


@pytest.fixture
def overlay(tmp_path):
    """Makes an overlay of the three tiers and some components: its folder."""
    (tmp_path / "namespace.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: { name: fengqiao }\n"
    )

    def make(*components):
        def paths(*names):
            return "".join(f"  - {os.path.relpath(K8S / one, tmp_path)}\n" for one in names)

        tiers = paths("tiers/county", "tiers/town", "tiers/village")
        chosen = paths(*(f"components/{one}" for one in components))
        text = f"kind: Kustomization\nnamespace: fengqiao\nresources:\n{tiers}components:\n{chosen}"
        (tmp_path / "kustomization.yaml").write_text(text)
        return tmp_path

    return make


@pytest.mark.wide
def test_by_passwords_come_systems_of_others_alone_over_tls_and_at_a_door_of_their_own(overlay):
    objects = objects_of(overlay("strimzi", "passwords"))
    [first, second] = of_kind(objects, "Kafka")[0]["spec"]["kafka"]["listeners"]

    assert (first["authentication"], second["authentication"]) == (rules_kafka.TLS, rules_kafka.SCRAM)
    assert second["port"] not in (first["port"], 9090, 9091)
    assert rules_kafka.closed(objects) == rules_kafka.exact(objects) == []
    mentioned(objects, "KafkaUser", "town-partners")["spec"]["authentication"] = rules_kafka.SCRAM
    assert rules_kafka.exact(objects) == []
    for one in customs(objects):
        assert complaint(schema(one["apiVersion"], one["kind"]), one) is None
    second["networkPolicyPeers"] = first["networkPolicyPeers"]
    assert rules_kafka.closed(objects) != []


@pytest.mark.wide
def test_by_work_instead_of_by_lag_every_workload_is_scaled_within_the_same_bounds(overlay):
    objects = objects_of(overlay("hpa"))

    scalers = of_kind(objects, "HorizontalPodAutoscaler")
    assert len(scalers) == 12
    for one in scalers:
        kubernetes_validate.validate(one, "1.31", strict=True)
    for rule in (rules_scaling.scaled, rules_scaling.there, rules_scaling.bounded):
        assert rule(objects) == []


@pytest.mark.wide
def test_by_work_and_by_lag_together_do_not_render(overlay):
    folder = overlay("keda", "hpa")

    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "replicas" in done.stderr


@pytest.mark.wide
def test_a_prefix_of_an_overlay_does_not_reach_what_is_scaled_and_is_noticed(overlay):
    folder = overlay("keda")
    file = folder / "kustomization.yaml"
    file.write_text("namePrefix: qinan-\n" + file.read_text())

    assert len(rules_scaling.there(objects_of(folder))) == 12


@pytest.mark.wide
@pytest.mark.parametrize("part", ["strimzi", "cloudnativepg", "keda", "hpa", "ingress"])
def test_a_part_can_be_had_for_one_tier(overlay, part):
    objects = objects_of(overlay(f"{part}/village"))

    added = [one for one in objects if one["kind"] in OF_PARTS]
    assert {one["metadata"]["labels"]["fengqiao.io/tier"] for one in added} == {"village"}
