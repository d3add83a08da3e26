"""docs/operate/add-a-county.md, on real data: another county is cut from the national divisions and found good."""

from collections import Counter

import pytest

from policy.load import areas
from tests.system.operate.documents import commands, lines


@pytest.mark.wide
def test_a_second_county_has_areas_and_policy_of_its_own(tmp_path, shared):
    told = {"COUNTY": "620623", "DIVISIONS": str(shared / "areas-gansu.csv"), "LOCALITY": str(tmp_path)}

    commands(tmp_path, lines("add-a-county.md", "areas"), **told)
    commands(tmp_path, lines("add-a-county.md", "policy"), **told)

    found = areas(tmp_path / "areas.csv")
    assert Counter(one.tier for one in found.values()) == {"county": 1, "town": 21, "village": 206}
    assert all(one.startswith("620623") for one in found)
