"""What would be wrong: for each rule, ways to spoil what an overlay renders so that it has to complain."""

from tests.deploy.k8s import mutations_apart, mutations_between, mutations_overlays
from tests.deploy.k8s.rendered import OVERLAYS

EVERYWHERE = mutations_apart.MUTATIONS | mutations_between.MUTATIONS
ONLY = {"dev": mutations_overlays.DEV, "example-county": mutations_overlays.COUNTY}
MUTATIONS = {
    (overlay, rule, wrong): spoil
    for overlay in OVERLAYS
    for mutations in (EVERYWHERE, ONLY.get(overlay, {}))
    for rule, ways in mutations.items()
    for wrong, spoil in ways.items()
}
"""By overlay, rule and what is wrong."""
