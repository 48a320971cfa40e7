"""The ranking of a quarter, by the rule of the quality room, from the appraisals final on that day."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sangyu.access.models import User
from sangyu.insight.queries import sources
from sangyu.insight.queries.lens import Lens
from sangyu.insight.rules import Number, Section, Table
from sangyu.kit.month import Month
from sangyu.quality import rules as quality_rules

BASIS = f"取最近一个有定稿考核的季度。{quality_rules.TIES}没有定稿的月份空着，不按零分算。"


def ranking(viewer: User, lens: Lens) -> Section:
    """Rank the enterprises of the last quarter that had a final appraisal."""
    rows = sources.finals(viewer, lens)
    last = rows.order_by("-appraisal__month").values_list("appraisal__month", flat=True).first()
    if last is None:
        return Section("ranking", "季度排名", BASIS)
    quarter = quality_rules.Quarter.of(Month.parse(last).first_day)
    months = [str(month) for month in quarter.months]
    scores: dict[UUID, dict[str, quality_rules.Score]] = defaultdict(dict)
    names: dict[UUID, str] = {}
    for enterprise_id, name, month, tenths, sides in (
        rows.filter(appraisal__month__in=months)
        .order_by()
        .values_list(
            "appraisal__enterprise_id",
            "appraisal__enterprise__short_name",
            "appraisal__month",
            "total_tenths",
            "scores_tenths",
        )
    ):
        scores[enterprise_id][month] = quality_rules.Score(tenths, sides["quality"])
        names[enterprise_id] = name
    listed = []
    for place in quality_rules.rank(months, scores):
        name = names[place.enterprise_id]
        lens_of = {"enterprise": str(place.enterprise_id), "quarter": str(quarter)}
        listed.append(
            (
                name,
                (
                    Number(name, place.place, measure="place"),
                    *(Number(name, place.scores[month], measure="tenths") for month in months),
                    Number(name, place.mean_hundredths, "finals", "hundredths", lens=lens_of),
                ),
            )
        )
    return Section(
        "ranking", "季度排名", BASIS, tables=(Table(str(quarter), ("名次", *months, "平均"), tuple(listed)),)
    )
