"""Who may hear what: a page asks for topics by name, the viewer's roles say which of them exist for it."""

from __future__ import annotations

from collections.abc import Iterable

from sangyu.access.models import Role, User

BY_ROLE: dict[str, tuple[str, ...]] = {
    Role.AGENT: ("hotline", "orders", "safety"),
    Role.SUPERVISOR: ("hotline", "orders", "safety"),
    Role.DISPATCHER: ("orders", "safety"),
    Role.BUREAU: ("safety",),
    Role.DEPUTY: ("safety",),
    Role.HEAD: ("safety",),
    Role.AUDITOR: ("safety",),
    Role.ENTERPRISE: ("enterprise",),
}


def allowed(viewer: User) -> dict[str, str]:
    """Return what the viewer may hear.

    Shape: the name a page uses -> the topic in the outbox; `enterprise` is only ever one's own.
    """
    names = {name for role in viewer.roles for name in BY_ROLE.get(role, ())}
    return {name: f"enterprise:{viewer.organisation_id}" if name == "enterprise" else name for name in sorted(names)}


def choose(viewer: User, wanted: Iterable[str]) -> dict[str, str]:
    """Return the wanted ones of what the viewer may hear, or all of it when none is named.

    Shape: the topic in the outbox -> the name of the event on the page; empty when nothing is allowed.
    """
    names = {name.partition(":")[0] for name in wanted if name}
    return {topic: name for name, topic in allowed(viewer).items() if not names or name in names}
