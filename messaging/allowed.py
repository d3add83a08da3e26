"""What a process asks of the system it runs on: no core on a disk, and enough open files."""

import resource

FILES = 65_536
"""Open files a process asks for, where it may: some thousand listeners of the live stream are as many."""
CONNECTIONS = 4096
"""To an HTTP door, unless its settings say otherwise: each takes a file before anybody knows whose it is."""


def no_core() -> None:
    """A crash must not write what people told us, and its key, to a disk; 1 stops programs that take cores as well."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (min(1, most) if most >= 0 else 1, most))


def many_files() -> None:
    """A connection is an open file, and the limit a process begins with is often 1024."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(one for one in (FILES, most) if one != resource.RLIM_INFINITY)
    if resource.RLIM_INFINITY != now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
