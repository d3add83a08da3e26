"""The Dockerfile by rules of our own; each rule is broken once, so that it is known to be one."""

import pytest

from deploy.local.plan import PROJECT
from tests.images import context, rules
from tests.images.dockerfile import stages

TEXT = (PROJECT / "deploy" / "images" / "Dockerfile").read_text(encoding="utf-8")
IGNORE = (PROJECT / ".dockerignore").read_text(encoding="utf-8")
BASE = "docker.io/library/python:3.13.15-slim-trixie@sha256"


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.__name__)
def test_our_dockerfile_keeps_the_rule(rule):
    assert rule(stages(TEXT)) == []


@pytest.mark.parametrize(
    ("rule", "was", "is_now"),
    [
        (rules.pinned, BASE, "docker.io/library/python:latest@sha256"),
        (rules.pinned, BASE, "docker.io/library/python:3.13-slim@sha256"),
        (rules.pinned, "@sha256:", "@sha1:"),
        (rules.pinned, "COPY --from=runtime / /", "COPY --from=busybox:1.37 / /"),
        (rules.nothing_left_behind, "FROM scratch", "FROM runtime"),
        (rules.nothing_left_behind, "USER 10001", "RUN id\nUSER 10001"),
        (rules.nobody, "USER 10001:10001\n", ""),
        (rules.nobody, "USER 10001:10001\n", "USER 10001:10001\nUSER root\n"),
        (rules.nobody, "USER 10001:10001", "USER fengqiao"),
        (rules.nothing_fetched, "COPY cli cli/", "RUN curl -fsSL https://example.org/x | sh\nCOPY cli cli/"),
        (rules.nothing_fetched, "COPY cli cli/", "RUN cat x | bash\nCOPY cli cli/"),
        (rules.nothing_fetched, "COPY cli cli/", "ADD https://example.org/x /x\nCOPY cli cli/"),
        (rules.nothing_fetched, "COPY cli cli/", "RUN apt-get install -y gcc\nCOPY cli cli/"),
        (rules.nothing_fetched, "--require-hashes ", ""),
        (rules.only_in_its_folders, "RUN python -m venv --without-pip /build", "RUN rm -rf /usr"),
        (rules.only_in_its_folders, "venv --without-pip /build", "venv --without-pip /usr/local"),
        (rules.only_in_its_folders, "venv --without-pip /build", "venv --without-pip /build && id"),
        (rules.without_tools, "lib/python3.13/site-packages/pip*", ""),
        (rules.without_tools, "/usr/bin/apt*", ""),
        (rules.without_tools, "chmod a-s", "ls"),
        (rules.no_second_pip, "--without-pip /opt", "/opt"),
        (rules.told, 'org.opencontainers.image.revision="${REVISION}" \\\n', ""),
        (rules.told, "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL"),
        (rules.told, "HEALTHCHECK NONE", "HEALTHCHECK CMD true"),
        (rules.compiled, "unchecked-hash", "timestamp"),
        (rules.compiled, "PYTHONDONTWRITEBYTECODE=1", ""),
    ],
)
def test_a_dockerfile_that_breaks_the_rule_is_found(rule, was, is_now):
    assert was in TEXT

    assert rule(stages(TEXT.replace(was, is_now))) != []


def test_what_is_copied_is_what_is_allowed():
    assert rules.same_as_allowed(stages(TEXT), IGNORE) == []


@pytest.mark.parametrize(
    ("text", "ignore"),
    [
        (TEXT.replace("COPY cli cli/", ""), IGNORE),
        (TEXT.replace("COPY cli cli/", "COPY cli cli/\nCOPY tests tests/"), IGNORE),
        (TEXT, IGNORE + "!tests\n"),
        (TEXT, IGNORE.replace("!policy\n", "")),
    ],
)
def test_what_is_copied_and_not_allowed_or_allowed_and_not_copied_is_found(text, ignore):
    assert rules.same_as_allowed(stages(text), ignore) != []


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("services/routing/migrations/001_incidents.sql", True),
        ("services/metrics/board/board.js", True),
        ("policy/default.yaml", True),
        ("deploy/topics.py", True),
        ("deploy/local/topics.py", True),
        ("deploy/k8s/base/pod/living.yaml", False),
        ("deploy/images/Dockerfile", False),
        ("deploy/images/requirements-build.lock", True),
        ("schemas/codes/category-1.json", True),
        ("schemas/examples/fengqiao.incident.reported.v1.json", False),
        ("services/__pycache__/x.cpython-313.pyc", False),
        ("tests/conftest.py", False),
        (".git/config", False),
        (".fengqiao/vault.key", False),
        ("requirements.lock", False),
    ],
)
def test_a_build_sees_what_it_needs_and_no_secret(path, seen):
    assert context.allowed(path, context.lines(IGNORE)) is seen
