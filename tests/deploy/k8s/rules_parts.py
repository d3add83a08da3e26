"""All rules about what stands around the services, by the part they are about."""

from tests.deploy.k8s import rules_kafka, rules_outside, rules_postgres, rules_scaling, rules_watching

MODULES = {
    "kafka": rules_kafka, "postgres": rules_postgres, "scaling": rules_scaling, "watching": rules_watching,
    "outside": rules_outside,
}  # fmt: skip
PARTS = {(part, rule.__name__): rule for part, module in MODULES.items() for rule in module.RULES}
