"""Write the page that says who may do what, as the table has it.

`python -m doors.generate` writes; with `--check` it writes nothing, says whether the page is stale and exits 1.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from doors.caller import ROLES, Role
from doors.permissions import OPEN, ROUTES, TABLE, Grant

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
TITLES: dict[Role, tuple[str, str]] = {
    "reporter": ("来访人", "reporter"),
    "grid-staff": ("网格员", "grid staff"),
    "mediator": ("调解员", "mediator"),
    "centre-staff": ("中心人员", "centre staff"),
    "centre-head": ("中心负责人", "centre head"),
    "department": ("部门", "department"),
    "partner-system": ("对接系统", "partner system"),
    "auditor": ("审计", "auditor"),
    "operator": ("运维", "operator"),
    "board-viewer": ("看板", "board viewer"),
}
SIGNS = {"here": "本级", "down": "及下级"}
HEAD = """# 谁可以做什么 Who may do what

<!-- Written by `python -m doors.generate` from doors/permissions.py; change that and not this. -->

中文摘要：表中没有的一律不允许。允许的，只限本人所属区划及其以下；“本级”只限本人所在层级的服务，“及下级”还包括下级的服务。
不归您的与不存在的，答复完全相同。

What does not stand here is not allowed. What does is allowed to what lies in the caller's own area and below it, never
above or elsewhere. **本级**: at the doors of the caller's own tier. **及下级**: at those of lower tiers as well.
Who has several roles may do what any of them may.

| Asked for | Answered |
|---|---|
| what none of the caller's roles may do at this door | 403 `not-allowed`, before anything is looked up |
| a thing of another area, by its id | exactly as an id there is not: 404 |
| a list, export, figure or stream of another area, or a new thing for one | as for no area: 422 `unknown-area` |
| a list, export, figure or stream without naming an area | the caller's own area with all below |
| anything, without a token or key that is believed | 401 `not-signed-in` |

A [decision](decisions/0049-who-asks-and-what-they-may.md) says why so. Where nobody can sign in, everybody may do
everything, and doors listen on loopback only.

## Actions and roles

"""
FOOT = """
Things of no area (marked *) are the same for everybody who may ask for them.

## What is done at which address

"""


def page() -> str:
    """The page."""
    return HEAD + "\n".join(_table()) + "\n" + FOOT + "\n".join(_addresses()) + "\n"


def _table() -> Iterator[str]:
    yield "| | |" + "".join(f" {zh}<br>{en} |" for zh, en in map(TITLES.__getitem__, ROLES))
    yield "|---|---|" + ":-:|" * len(ROLES)
    for action, grant in TABLE.items():
        yield _line(action, grant)


def _line(action: str, grant: Grant) -> str:
    cells = "".join(f" {SIGNS.get(grant.roles.get(one, ''), '')} |" for one in ROLES)
    return f"| `{action}`{' *' if grant.anywhere else ''} | {grant.zh}<br>{grant.en} |{cells}"


def _addresses() -> Iterator[str]:
    yield "| Service | Address | Action |"
    yield "|---|---|---|"
    for (service, method, path), action in ROUTES.items():
        said = f"`{action}`: one of these, as the request names it" if action.endswith("*") else f"`{action}`"
        yield f"| {service} | `{method} {path}` | {said} |"
    opened = ", ".join(f"`{one}`" for one in sorted(OPEN))
    yield ""
    yield f"Open to everybody, as they hold nothing of any county: {opened}."


def main() -> None:
    """Writes the page, or says that it is stale."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is stale")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"stale: {PAGE.name}; run `python -m doors.generate`")


if __name__ == "__main__":
    main()
