"""Say what the registers of other authorities say of one elder, to somebody who says what for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.matching.queries.words import Word, words_about
from sangyu.registry import queries as registry_read

LOOKERS = (Role.COMMUNITY, Role.BUREAU)


def look_up(*, elder_id: UUID, reason: str, by: User, at: datetime) -> list[Word]:
    """Write down who asks the registers about an elder and what for, and return the word of each.

    Shape: one for each register, in their order. Raises: NotAllowed, NotFound; ReasonMissing; TooManyLookUps, after
    which the bureau's desk shows who it was.
    """
    ensure_role(by, *LOOKERS)
    elder = registry_read.get_elder(by, elder_id)
    access.look_up(fact="registers", object_kind="elder", object_id=elder.pk, reason=reason, by=by, at=at)
    return words_about(elder)
