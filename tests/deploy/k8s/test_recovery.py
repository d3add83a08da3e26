"""A database that is gone is made anew from its backup by what the runbook says."""

import os

import pytest

from tests.builders import ROOT
from tests.deploy.k8s.custom import complaint, schema
from tests.deploy.k8s.objects import mentioned
from tests.deploy.k8s.rendered import K8S, objects_of
from tests.deploy.k8s.rules_postgres import backed_up, durable, own

pytestmark = pytest.mark.wide

COUNTY = K8S / "overlays" / "example-county"
NAME = "village-routing-postgres"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The example with the runbook's patch: one folder, which is rendered once."""
    path = tmp_path_factory.mktemp("recovery")
    text = (
        (ROOT / "docs" / "operate" / "backup.md").read_text("utf-8").partition("<!-- test: recovery -->")[2]
    )
    (path / "recovery.yaml").write_text(text.partition("```yaml")[2].partition("```")[0])
    county = os.path.relpath(COUNTY, path)
    (path / "kustomization.yaml").write_text(f"resources: [{county}]\npatches: [{{path: recovery.yaml}}]\n")
    return path


@pytest.fixture
def recovered(folder):
    return objects_of(folder)


def test_it_comes_from_where_it_wrote_and_writes_to_a_place_that_is_empty(recovered):
    before = mentioned(objects_of(COUNTY), "Cluster", NAME)["spec"]
    after = mentioned(recovered, "Cluster", NAME)["spec"]

    [source] = after["externalClusters"]
    [archive] = after["plugins"]
    assert source["name"] == after["bootstrap"]["recovery"]["source"]
    assert source["plugin"]["parameters"] == before["plugins"][0]["parameters"]
    assert archive["parameters"]["serverName"] != before["plugins"][0]["parameters"]["serverName"]
    assert after["bootstrap"] == {
        "recovery": {
            "source": "before",
            **{key: before["bootstrap"]["initdb"][key] for key in ("database", "owner")},
        }
    }


def test_it_is_as_durable_and_as_well_kept_as_it_was_and_its_service_finds_it(recovered):
    given = mentioned(recovered, "Cluster", NAME)["spec"]["bootstrap"]
    given["initdb"] = given["recovery"]

    assert [one for rule in (own, durable, backed_up) for one in rule(recovered)] == []


def test_it_is_what_the_operator_takes(recovered):
    one = mentioned(recovered, "Cluster", NAME)

    assert complaint(schema(one["apiVersion"], "Cluster"), one) is None
