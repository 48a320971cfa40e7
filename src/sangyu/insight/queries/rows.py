"""The rows behind every number, counted, added up and read page by page.

A number is counted from the same source that lists its rows, so the two cannot differ; numbers that would grow with
the years are added up from `tallies`, which the tests and `sangyu verify` hold against the rows. A page of rows is read
by key, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Model, Q, QuerySet, Sum

from sangyu.access.models import User
from sangyu.insight import rules
from sangyu.insight.queries import tallies
from sangyu.insight.queries.catalogue import EVERY
from sangyu.insight.queries.figures import Figure
from sangyu.insight.queries.lens import Lens, narrowed, read_date
from sangyu.kit.errors import NotFound

PAGE = 50
LOST_PLACE = "翻页的位置不完整。请回到这份清单的第一页。"


def figure_of(code: str) -> Figure:
    """Return a figure by its name.

    Raises: NotFound.
    """
    if code not in EVERY:
        raise NotFound("没有这项数字。请从首页或报告里重新点进来。")
    return EVERY[code]


def open_rows(viewer: User, code: str, lens: Lens) -> QuerySet[Any] | Sequence[Any]:
    """Return the rows of a figure, narrowed and in the order of its list.

    Raises: NotFound, BadLens, NotAllowed.
    """
    figure = figure_of(code)
    rows = figure.rows(viewer, lens)
    if not isinstance(rows, QuerySet):
        if lens.cut:
            raise rules.BadLens("这份清单不能筛选。请从首页或报告里的数字重新点进来。")
        return rows
    rows = narrowed(rows, figure.dims, lens)
    return rows.order_by(*(f"-{key}" for key in figure.keys) if figure.newest_first else figure.keys)


def total(viewer: User, code: str, lens: Lens) -> dict[str, int]:
    """Count the rows of a figure and add up its columns. Shape: "n" and every name of its sums.

    Raises: NotFound, BadLens, NotAllowed.
    """
    rows = open_rows(viewer, code, lens)
    if not isinstance(rows, QuerySet):
        return {"n": len(rows)}
    tallied = tallies.total(viewer, figure_of(code), lens)
    if tallied is not None:
        return tallied
    heads = figure_of(code).heads
    if heads is not None and not lens.cut:
        return {"n": heads(viewer, lens)}
    wanted = {name: Sum(column) for name, column in figure_of(code).sums.items()}
    sums = {f"sum_{name}": column for name, column in wanted.items()}
    found = rows.order_by().aggregate(n=Count("pk"), **sums)
    return {"n": found["n"], **{name: found[f"sum_{name}"] or 0 for name in wanted}}


@dataclass(frozen=True)
class Page:
    """Some rows of a list; `after` opens the next page, empty on the last."""

    rows: list[Any]
    after: str


def page_of(viewer: User, code: str, lens: Lens, *, after: str = "", limit: int = PAGE) -> Page:
    """Return the rows of a figure behind a key, `limit` at a time.

    Raises: NotFound, BadLens, NotAllowed.
    """
    figure = figure_of(code)
    rows = open_rows(viewer, code, lens)
    if not isinstance(rows, QuerySet):
        return _slice(rows, after, limit)
    if after:
        rows = rows.filter(_behind(rows, figure, after))
    found = list(rows[: limit + 1]) if figure.groups is None else _walk(viewer, figure, lens, rows, after, limit + 1)
    more = len(found) > limit
    return Page(found[:limit], _key_of(found[limit - 1], figure) if more else "")


def _walk(viewer: User, figure: Figure, lens: Lens, rows: QuerySet[Any], after: str, wanted: int) -> list[Any]:
    """Read rows group by group, more groups at a time the fewer of their rows are wanted."""
    assert figure.groups is not None
    groups = [str(group) for group in figure.groups(viewer, lens)]
    here = after.rsplit("~", len(figure.keys) - 1)[1] if after else ""
    begins, step = groups.index(here) if here in groups else 0, 1
    found: list[Any] = []
    while len(found) < wanted and begins < len(groups):
        part = rows.filter(**{f"{figure.within[0]}__in": groups[begins : begins + step]})
        found += part[: wanted - len(found)]
        begins, step = begins + step, step * 4
    return found


def _slice(rows: Sequence[Any], after: str, limit: int) -> Page:
    if after and not after.isdecimal():
        raise rules.BadLens(LOST_PLACE)
    begins = int(after or 0)
    ends = begins + limit
    return Page(list(rows[begins:ends]), str(ends) if len(rows) > ends else "")


def _key_of(row: Model, figure: Figure) -> str:
    return "~".join(_text(row, key) for key in figure.keys)


def _text(row: Model, key: str) -> str:
    value: Any = row
    for step in key.split("__"):
        value = getattr(value, step)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _behind(rows: QuerySet[Any], figure: Figure, after: str) -> Q:
    """Say which rows stand behind a place: a later first key, or the same and a later second, and so on."""
    way = "lt" if figure.newest_first else "gt"
    texts = after.rsplit("~", len(figure.keys) - 1)
    if len(texts) != len(figure.keys):
        raise rules.BadLens(LOST_PLACE)
    found, same = Q(), Q()
    for key, text in zip(figure.keys, texts, strict=True):
        value = _typed(rows, key, text)
        found |= same & Q(**{f"{key}__{way}": value})
        same &= Q(**{key: value})
    return found


def _typed(rows: QuerySet[Any], key: str, text: str) -> Any:
    column = rows.model._meta
    field_of: Any = None
    for step in key.split("__"):
        field_of = column.pk if step == "pk" else column.get_field(step)
        column = field_of.related_model._meta if field_of.related_model else column
    try:
        return field_of.to_python(text)
    except (ValidationError, ValueError) as wrong:
        raise rules.BadLens(LOST_PLACE) from wrong


def read_lens(query: Mapping[str, str], *, at: datetime, of_now: bool = False) -> Lens:
    """Read a lens from an address: `on` or `until` a day, `since` a day, and every other word a dimension.

    A figure of the present takes no day. Raises: BadLens.
    """
    cut = {name: value for name, value in query.items() if name not in ("on", "since", "after") and value}
    today = at.astimezone(rules.BEIJING).date()
    on = read_date(query["on"]) if query.get("on") else today
    since = rules.begin_of(read_date(query["since"])) if query.get("since") else None
    if on > today:
        raise rules.BadLens(f"{on}还没有到。请选择今天或更早的日期。")
    if since is not None and since >= rules.end_of(on):
        raise rules.BadLens("开始日期晚于结束日期。请调换过来。")
    if of_now:
        return Lens(at + timedelta(microseconds=1), None, cut)
    return Lens(rules.end_of(on), since, cut)
