"""The published schemas of the custom resources we use, beside the checkout."""

import functools
import json
import os
from pathlib import Path

import jsonschema
import pytest

ABSENT = "schemas of custom resources are absent; set FENGQIAO_SHARED to the folder that holds crds/"
BUILT_IN = (
    "v1",
    "apps/v1",
    "batch/v1",
    "policy/v1",
    "autoscaling/v2",
    "networking.k8s.io/v1",
    "scheduling.k8s.io/v1",
)
UNPUBLISHED = ("barmancloud.cnpg.io/v1",)
"""Whose schema is not beside the checkout; what it holds is compared otherwise."""


@functools.cache
def schema(api, kind):
    """The schema of a kind; skips the test where none are there."""
    folder = Path(os.environ.get("FENGQIAO_SHARED", Path(__file__).parents[4] / "shared")) / "crds"
    if not folder.is_dir():
        pytest.skip(ABSENT)
    return json.loads((folder / f"{api.replace('/', '_')}_{kind}.json").read_text())


def complaint(schema, value):
    """What a schema says against a value; None where nothing."""
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(value))
    return error and error.message


def customs(objects):
    """Those objects that Kubernetes itself does not know."""
    return [one for one in objects if one["apiVersion"] not in (*BUILT_IN, *UNPUBLISHED)]
