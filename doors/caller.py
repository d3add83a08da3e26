"""Who asks: the one value that sign-in makes and everything that decides on access is given."""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Literal, get_args

from schemas.base import Tier

Role = Literal[
    "reporter", "grid-staff", "mediator", "centre-staff", "centre-head", "department", "partner-system", "auditor",
    "operator", "board-viewer",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)
"""来访人, 网格员, 调解员, 中心工作人员, 中心负责人, 部门, 对接系统, 审计, 运维, 看板."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom sign-in knows: `area` with all below it is theirs, `tier` is where they work."""

    subject: str
    """Opaque: `token:` and what the issuer calls them, or `key:` and the id of a sender's key."""
    roles: frozenset[Role]
    area: str
    tier: Tier


_CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)


def present() -> Caller | None:
    """Who asks, in the task that answers them and so inside its transaction; None where nobody signs in."""
    return _CALLER.get()


def told() -> Mapping[str, str]:
    """What a transaction is told of who asks; where nobody does, that nothing is theirs."""
    caller = present()
    return {"fengqiao.area": "" if caller is None else caller.area}


def enter(caller: Caller | None) -> Token[Caller | None]:
    """From here on in this task it is them who ask."""
    return _CALLER.set(caller)


def leave(token: Token[Caller | None]) -> None:
    """They are answered."""
    _CALLER.reset(token)
