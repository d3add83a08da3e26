"""How long personal data is kept is a rule of the policy; without one it is kept."""

import pytest
from pydantic import ValidationError

from policy.retention import RetentionRules
from tests.builders import a_policy


def test_the_product_s_policy_erases_nothing_by_itself():
    assert a_policy().retention.shortest is None


def test_the_shortest_of_all_times_is_known():
    rules = RetentionRules(months=60, categories={"family": 36, "safety": None}, activities=48)

    assert rules.shortest == 36


@pytest.mark.parametrize("months", [0, -1, 601, "P1M"])
def test_a_time_that_is_none_is_refused(months):
    with pytest.raises(ValidationError):
        RetentionRules(months=months)
