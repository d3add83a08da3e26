"""Policies by version: a matter whose own is not at hand waits until its file is put back. Pure."""

from messaging.errors import Rejected
from policy.model import Policy


class PolicyNotAtHand(Rejected):
    """An incident began with a policy whose file is not beside the one in force."""

    def __init__(self, version: str) -> None:
        super().__init__(
            "policy-not-at-hand", f"policy: the file of {version} is not beside the one in force"
        )
        self.version = version


class Versions(dict[str, Policy]):
    """Policies by version, the one in force first; one that is not there stops the matters that began with it."""

    def __missing__(self, version: str) -> Policy:
        """Raises `PolicyNotAtHand`."""
        raise PolicyNotAtHand(version)
