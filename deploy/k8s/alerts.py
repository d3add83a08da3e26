"""The rules of alerts as Prometheus' operator takes them: the same file, wrapped."""

from pathlib import Path

import yaml

from deploy.k8s.naming import Object

RULES = Path(__file__).parents[1] / "alerts" / "fengqiao.rules.yaml"


def rules() -> Object:
    """One object with all groups."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "fengqiao",
            "labels": {"app.kubernetes.io/part-of": "fengqiao", "app.kubernetes.io/component": "service"},
        },
        "spec": yaml.safe_load(RULES.read_text(encoding="utf-8")),
    }
