"""The broker's jars: resolved once by Maven into the cache folder, for every data folder of this account."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.local.plan import StackError
from deploy.local.tool import call

POM = Path(__file__).parent / "kafka_jars" / "pom.xml"
LOGGING = POM.with_name("log4j2.properties")
_LEAST_JAVA = 17


def cache_folder() -> Path:
    """Where downloads live: ``$XDG_CACHE_HOME/fengqiao``, else ``~/.cache/fengqiao``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fengqiao"


def jar_folder() -> Path:
    """The folder of this version's jars; another pom is another folder, so upgrades never mix versions."""
    return cache_folder() / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


def java() -> str | None:
    """A Java new enough for the broker, from ``JAVA_HOME`` or the path; none if there is none."""
    home = os.environ.get("JAVA_HOME")
    for candidate in (f"{home}/bin/java" if home else None, shutil.which("java")):
        if candidate and _java_version(candidate) >= _LEAST_JAVA:
            return candidate
    return None


def _java_version(command: str) -> int:
    try:
        said = call([command, "-version"], f"{command} does not run")
    except StackError:
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def can_resolve() -> bool:
    """Whether the jars are here or could be fetched."""
    return jar_folder().is_dir() or shutil.which("mvn") is not None


def resolve(say: Callable[[str], None]) -> Path:
    """The folder with all jars; fetched aside and renamed, so two processes may do it at once."""
    final = jar_folder()
    if final.is_dir():
        return final
    say("resolving the Kafka jars with Maven (once, about 45 MB)")
    final.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="kafka-", dir=final.parent))
    try:
        _maven(fresh)
        fresh.chmod(0o755)
        _rename(fresh, final)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return final


def _maven(into: Path) -> None:
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={into}"]
    call(["mvn", "-q", "-B", "-f", str(POM), *goal], "Maven could not resolve the Kafka jars")
    if not any(into.glob("kafka-clients-*.jar")):
        raise StackError("Maven said it resolved the Kafka jars, but there are none")


def _rename(fresh: Path, final: Path) -> None:
    try:
        fresh.rename(final)
    except OSError:
        if not final.is_dir():  # otherwise another process was faster, with the same content
            raise
