"""Runs a module under cProfile by CPU time: `python -m bench.profiled FILE MODULE`. Waiting then costs nothing."""

import cProfile
import runpy
import sys
import time


def main() -> None:
    """Runs the module to its end, whatever ends it, and writes the profile."""
    file, module = sys.argv[1:]
    sys.argv = [module]
    profile = cProfile.Profile(time.process_time)
    try:
        profile.runcall(runpy.run_module, module, run_name="__main__")
    finally:
        profile.dump_stats(file)


if __name__ == "__main__":
    main()
