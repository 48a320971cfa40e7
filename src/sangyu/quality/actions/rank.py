"""The ranking of a quarter and the election of a year, from final scores only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.queue import queue_for_programme
from sangyu.quality.models import (
    Appraisal,
    Election,
    ElectionDecision,
    Finalisation,
    Nominee,
    Ranking,
    RankingRow,
)


@transaction.atomic
def rank(*, quarter: rules.Quarter, by: User, at: datetime) -> Ranking:
    """Freeze the ranking of a quarter that is over and whose sheets are all final; frozen once.

    Raises: NotOver, naming what is missing.
    """
    ensure_role(by, Role.QUALITY)
    programme_id = queue_for_programme(by)
    existing = Ranking.objects.filter(programme_id=programme_id, quarter=str(quarter)).first()
    if existing is not None:
        return existing
    if at.astimezone(quality_read.BEIJING).date() < quarter.ends_on:
        raise rules.NotOver(f"{quarter}还没有结束，{quarter.ends_on}起才能定榜。现在看到的是截至目前的名次。")
    months = [str(month) for month in quarter.months]
    waiting = (
        Appraisal.objects.filter(programme_id=programme_id, month__in=months)
        .exclude(pk__in=Finalisation.objects.values("appraisal"))
        .count()
    )
    if waiting:
        raise rules.NotOver(f"{quarter}还有{waiting}份考核表没有定稿，全部定稿后才能定榜。")
    sheets = Appraisal.objects.filter(programme_id=programme_id)
    begun = sheets.aggregate(first=Min("month"))["first"]
    held = set(sheets.filter(month__in=months).values_list("month", flat=True))
    if begun and (missing := [month for month in months if month >= begun and month not in held]):
        raise rules.NotOver(f"{quarter}的{'、'.join(missing)}还没有生成考核，各月全部定稿后才能定榜。")
    standings = quality_read.standings(by, quarter.months)
    if not standings:
        raise rules.NotOver(f"{quarter}没有定稿的考核，无从排名。请先完成月考核。")
    row = Ranking.objects.create(
        id=derived_id("ranking", programme_id, quarter), programme_id=programme_id, quarter=str(quarter), by=by, at=at
    )
    RankingRow.objects.bulk_create(
        [
            RankingRow(
                id=derived_id("ranking-row", row.pk, standing.enterprise.pk),
                ranking=row,
                enterprise=standing.enterprise,
                place=standing.place.place,
                mean_hundredths=standing.place.mean_hundredths,
                quality_hundredths=standing.place.quality_hundredths,
                scores=dict(standing.place.scores),
            )
            for standing in standings
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="quality.rank",
        object_kind="ranking",
        object_id=row.pk,
        facts={"quarter": str(quarter), "enterprises": len(standings)},
    )
    return row


@transaction.atomic
def open_election(*, year: int, by: User, at: datetime) -> Election:
    """Propose the nominees of a year whose four quarters are ranked: the best three in ten of those scored all year.

    Proposed once.
    Raises: NotOver, naming the quarters that are not ranked.
    """
    ensure_role(by, Role.QUALITY)
    programme_id = queue_for_programme(by)
    existing = Election.objects.filter(programme_id=programme_id, year=year).first()
    if existing is not None:
        return existing
    quarters = [str(rules.Quarter(year, n)) for n in range(1, 5)]
    ranked = {row.quarter: row for row in Ranking.objects.filter(programme_id=programme_id, quarter__in=quarters)}
    missing = [quarter for quarter in quarters if quarter not in ranked]
    if missing:
        raise rules.NotOver(f"{'、'.join(missing)}还没有定榜。四个季度都定榜后，才能提出{year}年评选名单。")
    standings = quality_read.standings(by, [Month(year, n) for n in range(1, 13)])
    best = rules.nominees([standing.place for standing in standings])
    if not best:
        raise rules.NotOver(f"{year}年没有十二个月都有考核得分的企业，提不出候选名单。")
    election = Election.objects.create(
        id=derived_id("election", programme_id, year),
        programme_id=programme_id,
        year=year,
        ranked=len(standings),
        by=by,
        at=at,
    )
    places = {
        (row.ranking_id, row.enterprise_id): row.place
        for row in RankingRow.objects.filter(
            ranking__in=ranked.values(), enterprise__in=[place.enterprise_id for place in best]
        )
    }
    Nominee.objects.bulk_create(
        [
            Nominee(
                id=derived_id("nominee", election.pk, place.enterprise_id),
                election=election,
                enterprise_id=place.enterprise_id,
                place=place.place,
                mean_hundredths=place.mean_hundredths,
                quarter_places={quarter: places.get((ranked[quarter].pk, place.enterprise_id)) for quarter in quarters},
            )
            for place in best
        ]
    )
    access.record(
        by=by,
        at=at,
        verb="quality.open_election",
        object_kind="election",
        object_id=election.pk,
        facts={"year": year, "nominees": len(best)},
    )
    return election


@transaction.atomic
def elect(*, nominee_id: UUID, elected: bool, reason: str, by: User, at: datetime) -> ElectionDecision:
    """Decide on a nominee, for a reason; whoever proposed the list does not decide. Decided once.

    Raises: NotFound, OwnWork, TextMissing.
    """
    ensure_role(by, Role.QUALITY, Role.BUREAU)
    queue_for_programme(by)
    nominee = quality_read.get_nominee(by, nominee_id)
    existing = ElectionDecision.objects.filter(nominee=nominee).first()
    if existing is not None:
        return existing
    if nominee.election.by_id == by.pk:
        raise rules.OwnWork("候选名单是您本人提出的，须由另一位质量管理员或民政局评定。")
    if not reason.strip():
        raise rules.TextMissing("请写明评定的理由，名单公布时一并公布。")
    row = ElectionDecision.objects.create(
        id=derived_id("election-decision", nominee.pk),
        nominee=nominee,
        elected=elected,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    access.record(
        by=by,
        at=at,
        verb="quality.elect",
        object_kind="election",
        object_id=nominee.election_id,
        facts={"enterprise_id": nominee.enterprise_id, "elected": elected},
    )
    return row
