"""What is rendered keeps every rule, and each rule notices when it is broken."""

import pytest

from tests.deploy.k8s.mutations import MUTATIONS
from tests.deploy.k8s.objects import workloads_of
from tests.deploy.k8s.rendered import K8S, OVERLAYS, objects_of
from tests.deploy.k8s.rules import RULES


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("rule", RULES)
def test_what_an_overlay_renders_keeps_the_rule(overlay, rule):
    objects = objects_of(K8S / "overlays" / overlay)

    assert workloads_of(objects)
    assert RULES[rule](objects) == []


@pytest.mark.parametrize(("overlay", "rule", "wrong"), MUTATIONS, ids=map(": ".join, MUTATIONS))
def test_a_rule_notices_what_is_wrong(overlay, rule, wrong):
    objects, spoilt = objects_of(K8S / "overlays" / overlay), objects_of(K8S / "overlays" / overlay)
    MUTATIONS[overlay, rule, wrong](spoilt)

    assert spoilt != objects
    assert RULES[rule](spoilt) != []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_rule_goes_without_something_that_breaks_it(overlay):
    assert {rule for where, rule, _ in MUTATIONS if where == overlay} == set(RULES)
