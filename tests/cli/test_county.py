"""A county elsewhere: its doors by a pattern, and both halves of its address or neither."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.county import DOORS, County
from deploy.local.plan import StackError


def test_a_pattern_names_all_doors():
    county = County.at(DOORS, "kafka:9092")

    assert len(county.doors) == 12
    assert county.url("town", "routing", "/v1/incidents") == "http://town-routing:8080/v1/incidents"
    assert county.kafka == "kafka:9092"


@pytest.mark.parametrize("doors", ["http://{tier}:8080", "http://{service}:8080", "http://127.0.0.1:8304"])
def test_a_pattern_that_names_one_door_twelve_times_is_refused(doors):
    with pytest.raises(StackError, match="such as http"):
        County.at(doors, "kafka:9092")


@pytest.mark.parametrize("half", [("--doors", DOORS), ("--kafka", "kafka:9092")])
def test_half_an_address_is_refused(half):
    said = CliRunner().invoke(fengqiao, ["simulate", *half])

    assert said.exit_code == 2
    assert "--doors and --kafka go together" in said.output
