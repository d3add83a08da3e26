"""Why somebody was not let in, in words that tell a caller what to mend and nothing about anybody else."""

from http import HTTPStatus
from typing import Literal

from doors.problems import Problem

Reason = Literal[
    "no-token", "several", "scheme", "form", "header", "algorithm", "unknown-key", "signature", "issuer", "audience",
    "expired", "not-yet", "claims", "sender-key", "changed",
]  # fmt: skip
WORDS: dict[Reason, tuple[str, str]] = {
    "no-token": ("请求没有 Authorization 头", "The request has no Authorization header."),
    "several": ("请求有多个 Authorization 头", "The request has several Authorization headers."),
    "scheme": ("Authorization 头应为 Bearer 加令牌", "The Authorization header must be Bearer and a token."),
    "form": ("令牌格式不对", "It is not written like a token."),
    "header": ("令牌头部含有不接受的内容", "Its header has something in it that is not taken."),
    "algorithm": ("令牌的签名算法不在允许之列", "It is signed in a way that is not taken."),
    "unknown-key": ("签发方没有这把密钥", "The issuer has no such key."),
    "signature": ("签名不符", "Its signature does not fit."),
    "issuer": ("令牌不是本系统信任的签发方所发", "It is from another issuer."),
    "audience": ("令牌不是发给本系统的", "It is meant for somebody else."),
    "expired": ("令牌已过期", "It has expired."),
    "not-yet": ("令牌尚未生效", "It is not valid yet."),
    "claims": ("令牌缺少必需的声明，或声明不可用", "A claim that is needed is missing, or cannot be used."),
    "changed": ("它所代表的身份或权限已变更", "Whom it stands for, or what they may, is another by now."),
    "sender-key": ("没有这把发送方密钥", "There is no such sender's key."),
}
"""In Chinese and English."""


class NotSignedIn(Exception):
    """Who asks is not known."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class NoKeyYet(Exception):
    """No key of the issuer was ever known, so nobody's token can be judged."""


def unauthorized(reason: Reason) -> tuple[Problem, dict[str, str]]:
    """401 with what RFC 6750 wants beside it: nothing is said of an error where no token was brought."""
    zh, en = WORDS[reason]
    problem = Problem(
        HTTPStatus.UNAUTHORIZED, "not-signed-in", f"Sign in to be answered here. {en}", zh=f"请先登录。{zh}"
    )
    error = {"no-token": "", "several": ', error="invalid_request"'}.get(reason, ', error="invalid_token"')
    return problem, {"www-authenticate": f'Bearer realm="fengqiao"{error}'}


def no_key_yet() -> Problem:
    """503: as soon as the issuer answers, tokens can be judged."""
    en = "The issuer of tokens has not answered since this process began. Try again."
    return Problem(503, "issuer-unreachable", en, zh="尚未取得签发方的公钥，暂时无法验证令牌，请稍后重试")
