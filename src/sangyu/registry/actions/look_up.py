"""Show a whole document number to somebody who says why; everywhere else it is masked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.kit.errors import NotFound
from sangyu.registry import numbers
from sangyu.registry.queries import first_document, get_elder


def look_up_document(*, elder_id: UUID, reason: str, by: User, at: datetime) -> str:
    """Write down who looks at an elder's document and why, and return its number.

    Raises: NotFound, also for an elder whom the viewer may not see; NotAllowed; ReasonMissing; TooManyLookUps, after
    which the bureau's desk shows who it was.
    """
    elder = get_elder(by, elder_id)
    document = first_document(elder.pk)
    if document is None:
        raise NotFound("这位老人没有登记证件。")
    access.look_up(fact="document", object_kind="elder", object_id=elder.pk, reason=reason, by=by, at=at)
    return numbers.number_of(document)
