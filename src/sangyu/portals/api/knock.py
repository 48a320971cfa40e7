"""Who knocks: a bearer token, and only that. The cookie of a signed-in browser opens nothing here."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import User
from sangyu.access.queries import Bearer
from sangyu.access.rules.tokens import SCOPES
from sangyu.portals.api import limits
from sangyu.portals.api.problems import ScopeMissing, TokenInvalid, TokenMissing, TooManyRequests
from sangyu.portals.clock import now


class ApiToken(HttpBearer):
    """The door of one operation: whose token it is, whether it is meant for this, whether it knocks too often."""

    def __init__(self, scope: str | None) -> None:
        super().__init__()
        if scope is not None and scope not in SCOPES:
            raise ValueError(f"no such scope: {scope}")
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Bearer:
        """Return who the token stands for.

        Raises: TokenInvalid, ScopeMissing, TooManyRequests.
        """
        at = now()
        found = access_read.bearer(token, at=at, sandbox=settings.DEMO)
        if found is None:
            raise TokenInvalid("接口密钥无效、已到期或已停用。请向民政局核对，或换用新的密钥。")
        seconds = limits.seconds_to_wait(found.token.pk)
        if seconds:
            raise TooManyRequests(f"请求太频繁，请在{seconds}秒后再试。", seconds=seconds)
        access.note_use(bearer=found, at=at)
        if self.scope is not None and self.scope not in found.scopes:
            raise ScopeMissing(
                f"这个接口密钥没有“{SCOPES[self.scope]}”（{self.scope}）的权限。如确有需要，请向民政局申请。"
            )
        return found


def refuse_without_token(request: HttpRequest) -> TokenMissing:
    """Say what a request without a readable token lacks."""
    return TokenMissing("请在请求头 Authorization 中以 Bearer 方式出示接口密钥。")


def bearer_of(request: HttpRequest) -> Bearer:
    """Return who was let in."""
    return cast(Bearer, request.auth)  # type: ignore[attr-defined]  # set by the door


def viewer_of(request: HttpRequest) -> User:
    """Return the user in whose name the request acts."""
    return bearer_of(request).user
