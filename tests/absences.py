"""Which proofs did not run for want of something: said last, so that nobody takes their silence for success."""

from collections import Counter

from tests.board import browser
from tests.deploy import promtool
from tests.deploy.k8s import custom, rendered
from tests.images import composed
from tests.system import guarded
from tests.system.operate import releases, server

REAL_DATA = "real data is absent; set FENGQIAO_SHARED to the folder that holds data/"
FILES = "the files of the broker and the database are out of reach: they run in containers"
WHAT = {
    REAL_DATA: "proofs on real data",
    FILES: "looks for personal data into files",
    browser.ABSENT: "tests of the board",
    rendered.ABSENT: "tests of the manifests",
    custom.ABSENT: "tests of custom resources",
    releases.ABSENT: "tests of an upgrade",
    server.ABSENT: "tests on a server of their own",
    server.NO_DISK: "tests of a full disk",
    server.NO_BROKER: "tests of a lost broker",
    guarded.ABSENT: "tests of permissions",
    promtool.ABSENT: "tests of alerts",
    composed.ABSENT: "checks by the client of compose",
}
"""Why something was skipped → what it was; what is skipped for any other reason is said as well."""


def told(skipped):
    """A line for each reason, of what pytest says of each test that was skipped."""
    reasons = Counter(reason.removeprefix("Skipped: ") for _, _, reason in skipped)
    ordered = sorted(reasons.items(), key=lambda one: [*WHAT, one[0]].index(one[0]))
    return [f"{number} {WHAT.get(reason, 'tests')} did NOT run: {reason}" for reason, number in ordered]
