"""What kustomize makes of the files under deploy/k8s: objects as they would be applied."""

import functools
import json
import shutil
import subprocess

import pytest
import yaml

from tests.builders import ROOT

K8S = ROOT / "deploy" / "k8s"
ABSENT = "kubectl is absent; its `kustomize` renders the manifests"
OVERLAYS = sorted(one.parent.name for one in (K8S / "overlays").glob("*/kustomization.yaml"))
TIERS = ("county", "town", "village")


def objects_of(folder):
    """The objects a folder is rendered to; skips the test where nothing can render."""
    if shutil.which("kubectl") is None:
        pytest.skip(ABSENT)
    return json.loads(_objects(str(folder)))


@functools.cache
def _objects(folder):
    done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.dumps(list(yaml.load_all(done.stdout, Loader=yaml.CSafeLoader)))
