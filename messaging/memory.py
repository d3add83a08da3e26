"""How much memory the container gives us, so that an alarm needs nothing but our own scrape to compare with."""

from pathlib import Path

FILES = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Of the second and the first version of control groups, as a container sees its own."""
UNBOUNDED = 1 << 60
"""The first version says a number of this size where there is no bound."""


def limit(files: tuple[Path, ...] = FILES) -> int | None:
    """Bytes; None where there is no bound, or no such thing."""
    for one in files:
        try:
            said = one.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        return int(said) if said.isdigit() and int(said) < UNBOUNDED else None
    return None
