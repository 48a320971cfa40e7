"""The keys of the demo, one for each role of the walk: known to everybody, and good for nothing outside a demo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.access.rules.tokens import SCOPES

# Which log-ins of the demo get a key; the first is the one that the quick start begins with.
LOG_INS = ("agent1", "dispatcher1", "quality", "finance", "approver", "deputy", "bureau")


def issue(users: Mapping[str, User], *, more: tuple[str, ...] = (), at: datetime) -> dict[str, str]:
    """Give the log-ins of a demo their keys, once; return them by log-in name.

    Outside a demo nobody gets one. A key can be worked out again, so that a second start tells the same ones.
    """
    if not settings.DEMO:
        return {}
    return {
        name: access.issue_sandbox_token(
            user=users[name], name=f"演示·{users[name].display_name}", scopes=SCOPES, seed=settings.SECRET_KEY, at=at
        ).secret
        for name in (*LOG_INS, *more)
        if name in users
    }


def lines(keys: Mapping[str, str]) -> list[str]:
    """Return the table of keys, a line each; empty where there are none."""
    if not keys:
        return []
    return [
        "接口密钥（/api/v1，只在演示中有效；上手见 docs/api/quick-start.md）：",
        *(f"  {name}：{key}" for name, key in keys.items()),
    ]
