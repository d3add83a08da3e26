"""Whether anything is known against what we take from others: ``python -m deploy.supply.audit [SOURCE]``.

Asks the open database of vulnerabilities (OSV) for every pin of the lock files. Nothing but names and versions leaves
the machine. SOURCE is a mirror that answers `/v1/querybatch` in the same way.
"""

import sys
from collections.abc import Sequence

import httpx
from pydantic import BaseModel, Field, ValidationError

from deploy.supply.pins import LOCKS, pins

SOURCE = "https://api.osv.dev"
WAIT_S = 60.0
CLEAN, KNOWN, UNKNOWN = 0, 1, 2
"""Exit codes: nothing is known, something is, nobody could be asked."""


class _Known(BaseModel):
    id: str


class _Result(BaseModel):
    vulns: list[_Known] = Field(default_factory=list)


class _Answer(BaseModel):
    results: list[_Result]


class NobodyToAskError(Exception):
    """The source did not answer, or not in its own way; nothing is known of any package."""


def known(found: Sequence[tuple[str, str]], source: str = SOURCE) -> dict[tuple[str, str], list[str]]:
    """Pin → the names of what is known against it, where anything is. Raises `NobodyToAskError`."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": at} for name, at in found]
    try:
        answer = httpx.post(f"{source}/v1/querybatch", json={"queries": queries}, timeout=WAIT_S)
        results = _Answer.model_validate_json(answer.raise_for_status().content).results
    except httpx.HTTPError as error:
        raise NobodyToAskError(f"{source} cannot be asked: {str(error) or type(error).__name__}") from None
    except ValidationError:
        raise NobodyToAskError(f"{source} answers in a way that is not understood") from None
    if len(results) != len(found):
        raise NobodyToAskError(
            f"{source} was asked for {len(found)} packages and answered for {len(results)}"
        )
    judged = zip(found, results, strict=True)
    return {pin: sorted(each.id for each in one.vulns) for pin, one in judged if one.vulns}


def main(source: str = SOURCE) -> int:
    """Prints what is known; the exit code says whether anything is, or whether nobody could be asked."""
    asked = pins(*LOCKS)
    try:
        against = known(asked, source)
    except NobodyToAskError as error:
        sys.stderr.write(
            f"NOT AUDITED: {error}. Nothing is known of any package; try again with a network.\n"
        )
        return UNKNOWN
    for (name, version), ids in against.items():
        sys.stdout.write(f"{name} {version}: {', '.join(ids)}\n")
    sys.stdout.write(f"{len(against)} of {len(asked)} packages have something known against them\n")
    return KNOWN if against else CLEAN


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
