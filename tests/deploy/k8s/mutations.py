"""What would be wrong: for each rule, ways to spoil rendered objects so that it has to complain."""

from tests.deploy.k8s import mutations_apart, mutations_between

MUTATIONS = mutations_apart.MUTATIONS | mutations_between.MUTATIONS
ALL = [(rule, wrong) for rule, ways in MUTATIONS.items() for wrong in ways]
