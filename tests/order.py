"""In which order files of tests are given to workers, and which of them go to one worker together.

A file is run by one worker, since what it starts is started once for it. Workers take files as they get free: so the
longest come first, else one of them is still running when everybody else has long finished.
"""

import re

from xdist.scheduler.loadfile import LoadFileScheduling

COUNTY = tuple(
    f"tests/system/test_{name}.py"
    for name in ("tiers", "journeys", "climbing", "together", "doors", "traces_off", "offline", "crashes")
)
"""Files that share one county, since to start one costs half a minute of CPU. Each leaves it as whole as it found it.
`tiers` comes first, since it follows all that has climbed; the others ask of their own matters only. `crashes` comes
last: it ends when the books of all of them agree."""
LONGEST = (
    *COUNTY,
    "tests/system/test_reconcile.py",
    "tests/cli/test_demo.py",
    "tests/system/test_principals.py",
    "tests/deploy/k8s/test_wiring.py",
    "tests/system/test_crammed.py",
    "tests/system/test_poison.py",
    "tests/board/test_board.py",
    "tests/system/test_recover.py",
    "tests/services/test_walls.py",
    "tests/machine/test_life.py",
    "tests/system/test_other_clients.py",
    "tests/system/operate/test_marked.py",
    "tests/images/test_image.py",
    "tests/system/test_stories.py",
    "tests/system/test_traces.py",
    "tests/system/test_permissions.py",
    "tests/cli/test_work.py",
    "tests/services/access/test_matrix.py",
    "tests/services/metrics/test_rebuild.py",
    "tests/system/test_strange.py",
    "tests/deploy/test_local.py",
    "tests/services/routing/test_ledger_readers.py",
    "tests/services/access/test_documents_hold.py",
    "tests/messaging/test_inbox_crashes.py",
    "tests/outages/test_doors.py",
    "tests/system/test_telemetry.py",
    "tests/messaging/test_subscriber.py",
    "tests/services/metrics/test_stream.py",
    "tests/services/access/test_callers.py",
    "tests/test_readme.py",
    "tests/messaging/test_leader.py",
    "tests/system/test_signed_in.py",
    "tests/system/test_boston_cells.py",
)
"""Those that take longest, by what they took; the others follow as they stand."""

_MARKED = re.compile(r"mark\.(system|wide)")
"""As in the Makefile."""


def overlooked(items):
    """Files with tests that `make test` would pass over: it reads those only in which a mark of theirs is written."""
    beyond = {one.path for one in items if one.get_closest_marker("system") or one.get_closest_marker("wide")}
    return sorted(str(file) for file in beyond if not _MARKED.search(file.read_text(encoding="utf-8")))


def file_of(nodeid):
    return nodeid.partition("::")[0]


def place(nodeid):
    """Where the file of a test comes: a key for a sort that leaves the tests of a file as they stand."""
    file = file_of(nodeid)
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


class LongestFirst(LoadFileScheduling):
    """Files go to workers in the order they were collected in, and those that share a county to the same worker."""

    def __init__(self, config, log=None):
        config.option.loadscopereorder = (
            False  # it would begin with the files of most tests, which are quick ones
        )
        super().__init__(config, log)

    def _split_scope(self, nodeid):
        file = file_of(nodeid)
        return "county" if file in COUNTY else file
