"""docs/operate/install.md has everything made that the manifests of a county ask for and no operator makes."""

import re

from schemas.base import SERVICES, TIERS
from tests.deploy.k8s import rendered
from tests.operate.checking import FOLDER

OURS = {f"{tier}-{service}" for tier in TIERS for service in SERVICES}

REFERENCES = ("secret", "clientSecret", "secretKeyRef", "accessKeyId", "secretAccessKey")


def test_every_secret_that_no_operator_makes_is_made_by_the_page():
    asked = set(secrets(rendered.objects_of(rendered.K8S / "overlays" / "example-county")))
    made = set(told((FOLDER / "install.md").read_text(encoding="utf-8")))

    assert {one for one in asked if not by_an_operator(one)} == made


def by_an_operator(name):
    """Whether CloudNativePG (accounts) or Strimzi (authority, users) makes it."""
    return name.endswith("-postgres-app") or name == "fengqiao-cluster-ca-cert" or name in OURS


def secrets(found):
    """The names of all Secrets that objects refer to."""
    match found:
        case dict():
            for key, value in found.items():
                if key == "secretName":
                    yield value
                elif key in REFERENCES and isinstance(value, dict) and "name" in value:
                    yield value["name"]
                else:
                    yield from secrets(value)
        case list():
            for one in found:
                yield from secrets(one)


def told(text):
    """The names that the page creates, for each tier and each service where it says so."""
    for name in re.findall(r'create secret \w+ "?([\w$-]+)"?', text):
        yield from {
            name.replace("$tier", tier).replace("$service", one) for tier in TIERS for one in SERVICES
        }
