"""The files under deploy/k8s render, and what they render to is what the API of Kubernetes takes."""

import functools
import re
import tomllib

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils

from tests.builders import ROOT
from tests.deploy.k8s.objects import labels, title, workloads_of
from tests.deploy.k8s.rendered import K8S, OVERLAYS, TIERS, objects_of

VERSIONS = ("1.31", "1.36", "1.37")
"""The oldest we say we run on (brokers kept apart pool by pool are since then), and the two newest."""
OF_KUBERNETES = re.compile(r"^(v1|[a-z]+/v\d|[a-z.]+\.k8s\.io/v\d)")
"""Groups whose schemas the project bundles; those of operators are elsewhere."""
KUSTOMIZED = sorted(
    one.parent for one in K8S.rglob("kustomization.yaml") if "kind: Component" not in one.read_text("utf-8")
)


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """The schemas of a version of the API are megabytes, which would be read and parsed again for each object."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("schema_contents", "all_versions"):
            patch.setattr(utils, name, functools.cache(getattr(utils, name)))
        yield


@pytest.mark.wide
@pytest.mark.parametrize("folder", KUSTOMIZED, ids=lambda one: str(one.relative_to(K8S)))
def test_every_kustomization_renders_on_its_own(folder):
    assert objects_of(folder)


@pytest.mark.wide
@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_rendered_is_what_the_api_takes_and_no_field_is_misspelt(overlay, version):
    wrong = {}
    for one in objects_of(K8S / "overlays" / overlay):
        if OF_KUBERNETES.match(one["apiVersion"]):
            try:
                kubernetes_validate.validate(one, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                wrong[title(one)] = error.message

    assert wrong == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_misspelt_field_would_be_noticed(version):
    one = workloads_of(objects_of(K8S / "overlays" / "dev"))[0]
    one["spec"]["template"]["spec"]["terminationGracePeriod"] = 1

    with pytest.raises(kubernetes_validate.ValidationError, match="terminationGracePeriod"):
        kubernetes_validate.validate(one, version, strict=True)


@pytest.mark.wide
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_is_rendered_twice(overlay):
    names = [
        (one["apiVersion"], one["kind"], one["metadata"]["name"])
        for one in objects_of(K8S / "overlays" / overlay)
    ]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("tier", TIERS)
def test_an_overlay_of_a_tier_renders_that_tier_and_nothing_of_another(tier):
    objects = objects_of(K8S / "tiers" / tier)

    assert {labels(one)["fengqiao.io/tier"] for one in objects} == {tier}
    assert not any(f"{other}-" in str(one) for one in objects for other in set(TIERS) - {tier})


def test_which_release_runs_is_said_in_one_place_and_is_the_release_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    said = {
        str(one.relative_to(K8S)): one.read_text("utf-8")
        for one in K8S.rglob("*.yaml")
        if "newTag" in one.read_text("utf-8")
    }
    images = {
        part["image"]
        for one in workloads_of(objects_of(K8S / "overlays" / "dev"))
        for part in one["spec"]["template"]["spec"]["containers"]
    }

    assert list(said) == ["release/kustomization.yaml"]
    assert yaml.safe_load(said["release/kustomization.yaml"])["images"] == [
        {"name": "fengqiao", "newTag": project}
    ]
    assert images == {f"fengqiao:{project}"}


def test_a_changed_policy_gets_another_name_and_so_new_pods(tmp_path):
    before = objects_of(K8S / ".." / ".." / "policy")
    for one in (ROOT / "policy").iterdir():
        if one.is_file():
            (tmp_path / one.name).write_bytes(one.read_bytes())
    changed = tmp_path / "default.yaml"
    changed.write_text(changed.read_text("utf-8") + "\n# a remark\n", "utf-8")
    after = objects_of(tmp_path)

    assert before[0]["metadata"]["name"] != after[0]["metadata"]["name"]
    assert set(before[0]["data"]) == {"policy.yaml", "policy-1.yaml", "areas.csv"}
