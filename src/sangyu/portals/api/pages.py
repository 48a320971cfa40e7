"""Lists by keyset: a page is read from where the last one ended, however long the list and whatever was added since."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from pydantic import BaseModel, Field

from sangyu.portals.api.problems import CursorWrong
from sangyu.portals.api.shapes import Told

LIMIT_MAX, LIMIT = 200, 50
Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item", bound=BaseModel)


class Where(BaseModel):
    """Which page of a list is asked for."""

    after: Annotated[str, Field(default="", max_length=400, description="上一页 next 中的 after；第一页不填。")]
    limit: Annotated[int, Field(default=LIMIT, ge=1, le=LIMIT_MAX, description="一页最多多少条。")]


class Page(Told, Generic[Item]):
    """A page of a list, and the address of the next one; no address after the last."""

    items: list[Item]
    next: str | None = Field(description="下一页的地址；最后一页为空")


def page(
    request: HttpRequest,
    rows: QuerySet[Row],
    where: Where,
    *,
    by: str,
    show: Callable[[list[Row]], list[Item]],
    newest_first: bool = False,
) -> Page[Item]:
    """Return one page of rows in the order of a column and the id.

    Raises: CursorWrong.
    """
    kind = type(rows.model._meta.get_field(by)).__name__
    if where.after:
        value, last_id = _read(where.after, kind)
        beyond = "lt" if newest_first else "gt"
        # The plain bound lets the index find the place; the pair behind it settles equal values.
        rows = rows.filter(**{f"{by}__{beyond}e": value}).filter(
            Q(**{f"{by}__{beyond}": value}) | Q(**{by: value, f"id__{beyond}": last_id})
        )
    sign = "-" if newest_first else ""
    found = list(rows.order_by(f"{sign}{by}", f"{sign}id")[: where.limit + 1])
    shown = found[: where.limit]
    there_is_more = len(found) > where.limit
    return Page[Any](items=show(shown), next=_next(request, shown[-1], by) if there_is_more else None)


def _next(request: HttpRequest, last: Model, by: str) -> str:
    asked = request.GET.copy()
    asked["after"] = _written(getattr(last, by), last.pk)
    return f"{request.path}?{urlencode(list(asked.items()))}"


def _written(value: Any, row_id: UUID) -> str:
    plain = json.dumps([value.isoformat() if isinstance(value, datetime) else str(value), str(row_id)])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _read(cursor: str, kind: str) -> tuple[Any, UUID]:
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value, row_id = said
        row = UUID(row_id)
        if kind == "DateTimeField":
            at = datetime.fromisoformat(value)
            if at.tzinfo is None or not 1900 < at.year < 2200:
                raise ValueError(value)
            return at, row
        if kind == "UUIDField":
            return UUID(value), row
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(value)
        return value, row
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise CursorWrong("after 不是本接口给出的翻页位置。请从第一页重新读，或使用上一页 next 里的地址。") from error
