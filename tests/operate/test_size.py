"""The table of docs/operate/size.md follows from the numbers above it, and those from what they name."""

import re

import pytest
import yaml

from bench import sizing
from tests.deploy.k8s import quantities
from tests.system.operate.releases import HERE

TEXT = sizing.DOCUMENT.read_text(encoding="utf-8")
N = sizing.numbers(TEXT)


def test_the_table_is_what_the_numbers_above_it_make():
    again = sizing.computed(TEXT)

    assert again == TEXT
    assert sizing.table(N).count("\n| ") == len(list(sizing.rows(N)))


def test_a_changed_number_changes_the_table():
    changed = TEXT.replace("| `years` | 10 |", "| `years` | 20 |")

    assert sizing.numbers(changed)["years"] == 20
    assert sizing.computed(changed) != changed


def test_a_county_is_the_sum_that_the_text_tells():
    county = sizing.size(N, 1)
    stored = 182_000 * 1.18
    databases = stored * 10 * 15_580 + stored * 7 / 365 * 8_851
    topics = stored * 10 * 13_076 + stored * 14 / 365 * 1_945

    assert county.disks[0] == pytest.approx(3 * databases)
    assert county.disks[1] == pytest.approx(3 * topics)
    assert county.disks[2] == pytest.approx(stored * 30 / 365 * 41_984 + 31 * databases)
    assert county.mean == pytest.approx(stored * 18 / 31_536_000)
    assert county.memory == 24 * 192 * 2**20 + 36 * (2**30 + 2**28) + 9 * 2**30
    assert county.cores == pytest.approx(10 * stored / 31_536_000 / 142 + 24 * 0.031)


def test_the_country_is_as_busy_as_the_published_figures_say():
    country = sizing.size(N, N["counties"])

    assert country.incidents == pytest.approx(518e6, rel=0.001)
    assert country.incidents / sizing.YEAR_S == pytest.approx(16, abs=0.5)


def test_a_number_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        sizing.numbers(TEXT + "\n| `years` | 10 | |\n")


@pytest.mark.parametrize(
    ("sum_of", "parts"), [("database_stays", 4), ("database_passes", 4), ("topics_stay", 4)]
)
def test_a_sum_of_what_was_measured_is_the_sum_of_its_parts(sum_of, parts):
    [told] = re.findall(rf"^\| `{sum_of}` \| [\d,]+ \| (.*) \|$", TEXT, re.MULTILINE)
    found = [
        float(value.replace(",", ""))
        for value in re.findall(r"(?:intake|routing|followup|metrics) ([\d,]+)", told)
    ]

    assert len(found) == parts
    assert sum(found) == pytest.approx(N[sum_of], abs=2)


@pytest.mark.parametrize("service", ["intake", "routing", "followup", "metrics"])
def test_memory_and_replicas_are_those_of_the_manifests(service):
    [deployment] = yaml.safe_load_all((HERE / f"deploy/k8s/base/{service}/deployment.yaml").read_text())
    [container] = deployment["spec"]["template"]["spec"]["containers"]

    assert container["resources"]["limits"]["memory"] == f"{N['memory_of_a_process'] / 2**20:.0f}Mi"
    for tier in ("village", "town", "county"):
        kustomization = yaml.safe_load((HERE / f"deploy/k8s/tiers/{tier}/kustomization.yaml").read_text())
        assert {"name": service, "count": N["replicas"]} in kustomization["replicas"]


def test_memory_of_databases_and_brokers_is_that_of_the_components():
    components = HERE / "deploy" / "k8s" / "components"
    durable = yaml.safe_load((components / "cloudnativepg/every/durable.yaml").read_text())
    pools = list(yaml.safe_load_all((components / "strimzi/cluster/pools.yaml").read_text()))
    operator = yaml.safe_load((components / "strimzi/cluster/kafka.yaml").read_text())["spec"][
        "entityOperator"
    ]

    given = [one["spec"]["replicas"] * quantities.number(limit_of(one["spec"])) for one in pools]
    beside = [quantities.number(limit_of(operator[one])) for one in ("topicOperator", "userOperator")]

    assert quantities.number(limit_of(durable["spec"])) == N["memory_of_a_database"]
    assert durable["spec"]["instances"] == N["database_copies"]
    store = yaml.safe_load((HERE / "deploy/k8s/overlays/example-county/store.yaml").read_text())["spec"]
    assert quantities.number(limit_of(store["instanceSidecarConfiguration"])) == N["memory_of_an_archiver"]
    assert sum(given) + sum(beside) == N["memory_of_the_brokers"]


@pytest.mark.parametrize("tier", ["village", "town", "county"])
def test_the_archive_is_kept_as_long_and_filled_as_often_as_the_manifests_say(tier):
    k8s = HERE / "deploy" / "k8s"
    store = yaml.safe_load((k8s / "overlays/example-county/store.yaml").read_text())
    backups = yaml.safe_load_all((k8s / f"components/cloudnativepg/{tier}/backups.yaml").read_text())

    assert store["spec"]["retentionPolicy"] == f"{N['archive_days']:.0f}d"
    assert {one["spec"]["schedule"].split(maxsplit=3)[3] for one in backups} == {"* * *"}
    assert N["base_backups"] == N["archive_days"] + 1


def limit_of(one):
    return one["resources"]["limits"]["memory"]
