"""What our Dockerfile must be; each rule answers what it finds wrong, so that a test can break one at a time."""

import re
import shlex

from tests.images import context

PINNED = re.compile(r"docker\.io/[a-z]+/[a-z]+:\d+\.\d+\.\d+-[a-z-]+@sha256:[0-9a-f]{64}")
OURS = ("/opt/fengqiao", "/build", "/src")
PROGRAMS = {"python", "/opt/fengqiao/bin/python"}
BUILDERS = re.compile(r"\b(gcc|g\+\+|make|build-essential|[\w-]+-dev|git|curl|wget|apt-get|apk)\b")


def pinned(stages):
    """Every base is an exact version and a digest; nothing else is taken from outside."""
    known = {"scratch", *(stage.name for stage in stages if stage.name)}
    bases = [stage.base for stage in stages if stage.base not in known]
    taken = [one.flags["from"] for stage in stages for one in stage.all("COPY") if "from" in one.flags]
    return [one for one in bases if not PINNED.fullmatch(one)] + [one for one in taken if one not in known]


def nothing_left_behind(stages):
    """The last stage starts from nothing and runs nothing: what earlier ones removed is in no layer of it."""
    last = stages[-1]
    return [last.base] * (last.base != "scratch") + [one.text for one in last.all("RUN")]


def nobody(stages):
    """It runs as a number that is not root's, because Kubernetes cannot judge a name."""
    users = [one.text for one in stages[-1].all("USER")]
    return [] if users[-1:] == ["10001:10001"] else users or ["root"]


def nothing_fetched(stages):
    """No compiler, no package manager, no download but of what a lock file names with its hash."""
    runs = [one.text for stage in stages for one in stage.all("RUN")]
    built = [found for run in runs for found in BUILDERS.findall(run)]
    piped = [run for run in runs if re.search(r"\|\s*(ba|da)?sh\b", run)]
    added = [one.text for stage in stages for one in stage.all("ADD")]
    loose = [
        run
        for run in runs
        if " install " in run and not {"--require-hashes", "--no-index"} & set(run.split())
    ]
    return built + piped + added + loose


def only_in_its_folders(stages):
    """The build stage calls Python alone and names no folder but its own, so that a test can do the same elsewhere."""
    wrong = []
    for one in stages[0].all("RUN"):
        program, *words = shlex.split(one.text)
        paths = [word for word in words if word.startswith("/") and not word.startswith(OURS)]
        wrong += paths + ([program] if program not in PROGRAMS else []) + re.findall(r"[;&|`$<>]", one.text)
    return wrong


def without_tools(stages):
    """The stage that the last one is made of removes pip, package managers and every file that lends root's rights."""
    removed = " ".join(one.text for one in stages[1].all("RUN"))
    wanted = ("site-packages/pip*", "ensurepip", "/usr/bin/apt*", "/usr/bin/dpkg*", "chmod a-s")
    return [one for one in wanted if one not in removed]


def no_second_pip(stages):
    """Neither of the environments has a pip of its own."""
    return [
        one.text for one in stages[0].all("RUN") if "-m venv" in one.text and "--without-pip" not in one.text
    ]


def told(stages):
    """What it is, how it is stopped, and that Kubernetes asks after it."""
    last = stages[-1]
    labels = " ".join(one.text for one in last.all("LABEL"))
    wanted = ("title", "description", "licenses", "version", "revision", "base.name")
    missing = [one for one in wanted if f"org.opencontainers.image.{one}=" not in labels]
    stop = [] if [one.text for one in last.all("STOPSIGNAL")] == ["SIGTERM"] else ["STOPSIGNAL"]
    health = [] if [one.text for one in last.all("HEALTHCHECK")] == ["NONE"] else ["HEALTHCHECK"]
    return missing + stop + health


def compiled(stages):
    """Compiled when it is built, in a way that neither asks after sources nor wants to write."""
    runs = [one.text for one in stages[0].all("RUN")]
    there = any(
        "compileall" in run and "unchecked-hash" in run and "/opt/fengqiao/lib" in run for run in runs
    )
    env = " ".join(one.text for one in stages[-1].all("ENV"))
    return ([] if there else ["compileall"]) + [
        one
        for one in ("PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1", "PYTHONSAFEPATH=1")
        if one not in env
    ]


def copied(stages):
    """The sources of every COPY that reads the context."""
    return [
        word
        for stage in stages
        for one in stage.all("COPY")
        if "from" not in one.flags
        for word in one.words[:-1]
    ]


def same_as_allowed(stages, ignore):
    """What is copied is what .dockerignore lets in: no more lies ready, and nothing copied is missing."""
    let_in = {_place(pattern) for again, pattern in context.lines(ignore) if again}
    return sorted(let_in ^ {word.rstrip("/") for word in copied(stages)})


def _place(pattern):
    """`deploy/*.py` and `deploy/local` are both of what `COPY deploy` copies."""
    return "deploy" if pattern.startswith("deploy/") and "/images/" not in pattern else pattern


ALL = (
    pinned, nothing_left_behind, nobody, nothing_fetched, only_in_its_folders, without_tools, no_second_pip, told,
    compiled,
)  # fmt: skip
