"""All rules: each takes rendered objects and returns its complaints, none where all is well."""

from tests.deploy.k8s import rules_network, rules_pods, rules_settings, rules_tiers

RULES = {
    rule.__name__: rule
    for module in (rules_pods, rules_tiers, rules_settings, rules_network)
    for rule in module.RULES
}
