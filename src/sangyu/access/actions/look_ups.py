"""Look at a fact that is masked everywhere else: for a reason, written down, and not too often."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access.actions.book import record
from sangyu.access.models import LookUp, User
from sangyu.access.queries.sign_in import LOOK_UP_ROLES, look_ups_within_the_hour
from sangyu.access.queries.viewer import ensure_role
from sangyu.access.rules.look_ups import MOST, TooManyLookUps, ensure_reason


def look_up(*, fact: str, object_kind: str, object_id: UUID, reason: str, by: User, at: datetime) -> None:
    """Write down that somebody looks at a masked fact of an object, or refuse; the caller shows it afterwards.

    Also the look that is refused for being one too many is written down: the bureau sees both.
    Raises: NotAllowed, ReasonMissing, TooManyLookUps.
    """
    ensure_role(by, *LOOK_UP_ROLES)
    said = ensure_reason(reason)
    if not _note(fact, object_kind, object_id, said, by, at):
        raise TooManyLookUps(
            f"一小时内最多查看{MOST}次，您已查满，这次没有显示，并已提示民政局。请稍后再查；确有批量工作，请联系民政局。"
        )


@transaction.atomic
def _note(fact: str, object_kind: str, object_id: UUID, reason: str, by: User, at: datetime) -> bool:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # many looks at once are counted as many
    shown = look_ups_within_the_hour(by, at=at) < MOST
    LookUp.objects.create(
        by=by, at=at, fact=fact, object_kind=object_kind, object_id=object_id, reason=reason, shown=shown
    )
    record(
        by=by,
        at=at,
        verb="access.look_up",
        object_kind=object_kind,
        object_id=object_id,
        facts={"fact": fact, "reason": reason, "shown": shown},
    )
    return shown
