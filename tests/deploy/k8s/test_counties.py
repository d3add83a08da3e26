"""A county that has some of the tiers has all of what belongs to them, keeps every rule, and has nothing besides."""

import os
from itertools import combinations

import pytest
import yaml

from policy import load
from tests.builders import ROOT
from tests.deploy.k8s.custom import complaint, customs, schema
from tests.deploy.k8s.objects import labels, of_kind, pods_of, title
from tests.deploy.k8s.rendered import K8S, TIERS, objects_of
from tests.deploy.k8s.rules import RULES
from tests.deploy.k8s.rules_parts import PARTS
from tests.deploy.k8s.rules_watching import everybody

pytestmark = pytest.mark.wide

COUNTIES = [tiers for count in (1, 2) for tiers in combinations(TIERS, count)]
TWO = ("county", "village")
SERVICES, USERS, TOPICS = 4, 5, 6
EXAMPLE = K8S / "overlays" / "example-county"
CHOSEN = ("strimzi", "cloudnativepg", "keda", "monitoring", "ingress")


@pytest.fixture(scope="session", params=COUNTIES, ids="-".join)
def tiers(request):
    return request.param


@pytest.fixture(scope="session")
def overlay(tmp_path_factory):
    """Makes an overlay as the page for operators says: its folder."""

    def make(tiers, parts=CHOSEN, services=None, instead=None):
        folder = tmp_path_factory.mktemp("county") / "-".join(tiers)
        folder.mkdir()
        county, other = f"counties/{'-'.join(tiers)}", instead or {}
        shared = ("base/namespace", *(services or [county]), "overlays/example-county/locality")
        chosen = [one for part in parts for one in other.get(part, [f"{county}/{part}"])]
        bootstrap = "bootstrap=fengqiao-kafka-bootstrap.fengqiao-two.svc:9093"
        part_of = {"labels": {"app.kubernetes.io/part-of": "fengqiao"}}
        (folder / "store.yaml").write_text((EXAMPLE / "store.yaml").read_text("utf-8"), "utf-8")
        whole = {
            "kind": "Kustomization",
            "namespace": "fengqiao-two",
            "resources": [*(os.path.relpath(K8S / one, folder) for one in shared), "store.yaml"],
            "configMapGenerator": [{"name": "kafka", "literals": [bootstrap], "options": part_of}],
            "components": [os.path.relpath(K8S / one, folder) for one in (*chosen, "release")],
        }
        (folder / "kustomization.yaml").write_text(yaml.safe_dump(whole))
        return folder

    return make


@pytest.fixture(scope="session")
def folder(overlay, tiers):
    return overlay(tiers)


@pytest.fixture
def objects(folder):
    return objects_of(folder)


@pytest.mark.parametrize("rule", RULES)
def test_it_keeps_the_rule(objects, rule):
    assert RULES[rule](objects) == []


@pytest.mark.parametrize(("part", "rule"), PARTS)
def test_it_keeps_the_rule_of_a_part(objects, part, rule):
    assert PARTS[part, rule](objects) == []


def test_it_has_as_much_of_everything_as_it_has_tiers(objects, tiers):
    kinds = {
        kind: len([one for one in of_kind(objects, kind) if labels(one).get("fengqiao.io/tier") in tiers])
        for kind in ("Deployment", "Job", "KafkaTopic", "KafkaUser", "Cluster", "ScaledObject", "Ingress")
    }

    each = (SERVICES, SERVICES, TOPICS, USERS, SERVICES, SERVICES, 1)
    assert list(kinds.values()) == [one * len(tiers) for one in each]
    assert len(of_kind(objects, "KafkaUser")) == USERS * len(tiers) + 2
    assert {one.labels.get("fengqiao.io/tier") for one in pods_of(objects)} == {*tiers, None}


def test_its_custom_resources_are_what_their_operators_take(objects):
    wrong = {
        title(one): said
        for one in customs(objects)
        if (said := complaint(schema(one["apiVersion"], one["kind"]), one))
    }

    assert wrong == {}


def test_by_work_instead_of_by_lag_it_is_scaled_as_well(overlay, tiers):
    # alone: the rules of scaling look at nothing of other parts
    objects = objects_of(overlay(tiers, ["hpa"]))

    assert len(of_kind(objects, "HorizontalPodAutoscaler")) == SERVICES * len(tiers)
    assert [PARTS["scaling", rule](objects) for rule in ("scaled", "there", "bounded")] == [[], [], []]


def test_the_services_of_two_tiers_that_nobody_told_so_are_noticed(overlay):
    objects = objects_of(overlay(TWO, services=[f"tiers/{one}" for one in TWO]))

    assert "town-intake: not rendered, or not ours" in RULES["whole"](objects)


def test_the_parts_of_two_tiers_by_themselves_lack_what_tiers_hear_of_each_other(overlay):
    apart = {
        part: [f"components/{part}/{one}" for one in (first, *TWO)]
        for part, first in (("strimzi", "cluster"), ("keda", "access"))
    }

    objects = objects_of(overlay(TWO, instead=apart))

    assert any("county.routing" in one for one in PARTS["kafka", "permissions"](objects))
    assert PARTS["scaling", "triggers"](objects) != []


def test_figures_asked_of_a_tier_that_is_not_there_are_noticed(overlay):
    objects = objects_of(overlay(("town", "village"), instead={"monitoring": ["components/monitoring"]}))

    assert everybody(objects) != []


def test_the_alerts_speak_of_no_tier_by_name(objects):
    [rules] = of_kind(objects, "PrometheusRule")
    every = 'tier=~"county|town|village"'

    said = [rule["expr"].replace(every, "") for group in rules["spec"]["groups"] for rule in group["rules"]]

    assert not any(tier in one for one in said for tier in TIERS)


def test_a_county_of_all_three_tiers_is_made_of_the_same_pieces():
    """What `counties` lists for some, `components/<part>` lists for all: nothing of a part is forgotten in one."""
    for part in ("strimzi", "cloudnativepg", "keda", "hpa", "ingress"):
        whole = yaml.safe_load((K8S / "components" / part / "kustomization.yaml").read_text("utf-8"))
        two = [
            yaml.safe_load(
                (K8S / "counties" / "-".join(one) / part / "kustomization.yaml").read_text("utf-8")
            )
            for one in COUNTIES
            if len(one) == 2
        ]
        listed = {
            one.removeprefix(f"../../../components/{part}/") for each in two for one in each["components"]
        }

        assert listed == set(whole["components"])
        assert len(whole["components"]) == len(listed)


def test_the_policy_of_the_page_leads_to_no_town_where_there_are_none(tmp_path):
    page = (ROOT / "docs" / "operate" / "add-a-county.md").read_text("utf-8")
    said = yaml.safe_load(
        page.partition("<!-- test: no towns -->")[2].partition("```yaml")[2].partition("```")[0]
    )
    whole = yaml.safe_load((ROOT / "policy" / "default.yaml").read_text("utf-8")) | said
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(whole, allow_unicode=True), "utf-8")

    rules = load.policy(tmp_path / "policy.yaml")

    severities = ("ordinary", "prominent", "major")
    assert {rules.above("village", one, "620522100201") for one in severities} == {"county"}
    assert {rules.first(one) for one in severities} == {"village", "county"}
