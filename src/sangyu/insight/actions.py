"""Verbs of insight, which write nothing but its own rows: reports, samples, findings, tallies, told figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.models import Area, Role, User
from sangyu.access.queries import ensure_role
from sangyu.insight import rules
from sangyu.insight.models import (
    Draw,
    DrawnCharge,
    Finding,
    FindingCode,
    FrozenReport,
    Funding,
    FundingLevel,
    FundingPurpose,
    FundingSource,
    FundingStage,
    Population,
    Span,
    Strata,
    Tallied,
    Tally,
)
from sangyu.insight.queries import bench, tallies
from sangyu.insight.queries.facts import FACTS, FINGERPRINT, SUMS, counting
from sangyu.insight.queries.report import report
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import derived_id, new_id
from sangyu.kit.month import Month

# A verb that began before midnight may commit behind it; the last days are therefore counted again each night.
LATEST_MINUTES = 15
AGAIN_DAYS = 3


@transaction.atomic
def freeze(*, on: date, by: User, at: datetime) -> FrozenReport:
    """Keep the report of a day that is over, figure by figure, with its hash; a repeat returns what is kept.

    Raises: NotAllowed; BadLens, for a day that is not over; AlreadyFrozen, when the figures kept are others.
    """
    ensure_role(by, Role.BUREAU, Role.DEPUTY, Role.HEAD)
    if rules.end_of(on) > at:
        raise rules.BadLens(f"{on}还没有过完，数字还会变。请在第二天定格。")
    found = report(by, on)
    kept, made = FrozenReport.objects.get_or_create(
        id=derived_id("frozen-report", by.programme_id, on),
        defaults={
            "programme_id": by.programme_id,
            "on": on,
            "figures": found.plain,
            "sha256": found.sha256,
            "by": by,
            "at": at,
        },
    )
    if kept.sha256 != found.sha256:
        raise rules.AlreadyFrozen(
            f"{on}的报告已由{kept.by.display_name}定格，而现在算出的数字与当时不同。定格的报告不会改动；请核对差异并向运营方查问原因。"
        )
    if made:
        access.record(
            by=by,
            at=at,
            verb="insight.freeze",
            object_kind="report",
            object_id=kept.pk,
            facts={"on": on, "sha256": kept.sha256},
        )
    return kept


@transaction.atomic
def draw(*, month: Month, n: int, seed: str, strata: str, by: User, at: datetime) -> Draw:
    """Draw a sample of a month's charges that anyone can draw again; the same wish by the same person draws once.

    Raises: NotAllowed; TooLarge; NotFound, for a month without charges.
    """
    ensure_role(by, Role.AUDITOR)
    seed = seed.strip()
    if not 1 <= n <= bench.SAMPLE_MAX:
        raise rules.TooLarge(f"一次最多抽{bench.SAMPLE_MAX}笔，至少抽1笔。请改数量，或换一个种子再抽一次。")
    if not seed:
        raise rules.BadLens("请填写种子：同样的种子、数量和分层抽出同样的样本。")
    population = bench.population(by, month, strata=Strata(strata))
    if not population:
        raise NotFound(f"{month}还没有计费，没有可抽的样本。请换一个月份。")
    drawn = rules.draw_strata(population, n=n, seed=seed)
    chosen = [(stratum, charge_id) for stratum, ids in drawn.items() for charge_id in ids]
    sealed = rules.seal([str(charge_id) for _, charge_id in chosen])
    kept, made = Draw.objects.get_or_create(
        id=derived_id("draw", by.pk, month, n, seed, strata, sealed),
        defaults={
            "programme_id": by.programme_id,
            "month": str(month),
            "n": len(chosen),
            "seed": seed,
            "strata": strata,
            "population": len(population),
            "sha256": sealed,
            "by": by,
            "at": at,
        },
    )
    if made:
        DrawnCharge.objects.bulk_create(
            [
                DrawnCharge(id=derived_id("drawn", kept.pk, place), draw=kept, n=place, stratum=stratum, charge_id=pk)
                for place, (stratum, pk) in enumerate(chosen, start=1)
            ]
        )
        access.record(
            by=by,
            at=at,
            verb="insight.draw",
            object_kind="draw",
            object_id=kept.pk,
            facts={"month": str(month), "n": kept.n, "seed": seed, "strata": strata, "sha256": sealed},
        )
    return kept


@transaction.atomic
def find(*, drawn_id: UUID, code: int, note: str = "", by: User, at: datetime) -> Finding:
    """Note what the auditor found at a row of the own sample; the last finding counts, a repeat adds none.

    Raises: NotAllowed; NotDrawn, for a row of somebody else's sample; UnknownCode.
    """
    ensure_role(by, Role.AUDITOR)
    if code not in FindingCode.values:
        raise rules.UnknownCode(
            "没有这个结论。请按 1 至 5 选择：" + "，".join(f"{c} {t}" for c, t in FindingCode.choices) + "。"
        )
    drawn = DrawnCharge.objects.filter(pk=drawn_id, draw__by=by).select_related("draw").first()
    if drawn is None:
        raise rules.NotDrawn("这一行不在您抽的样本里。请先抽样，再记结论；别人的样本只能看。")
    # The sample is insert-only, so nobody can lock its row; the number of a finding is unique and settles a race.
    last = Finding.objects.filter(drawn=drawn).order_by("-n").first()
    if last is not None and (last.code, last.note) == (code, note.strip()):
        return last
    found = Finding.objects.create(
        id=new_id(), drawn=drawn, n=last.n + 1 if last else 1, code=code, note=note.strip(), by=by, at=at
    )
    access.record(
        by=by,
        at=at,
        verb="insight.find",
        object_kind="charge",
        object_id=drawn.charge_id,
        facts={"draw": str(drawn.draw_id), "row": drawn.n, "code": code},
    )
    return found


@transaction.atomic
def tell_population(
    *,
    area_code: str,
    year: int,
    hukou: int | None = None,
    resident: int | None = None,
    rural: int | None = None,
    elders: int | None = None,
    document: str,
    by: User,
    at: datetime,
) -> Population:
    """Write down how many people an area had at the end of a year; the last word counts, a repeat adds none.

    Shape: `elders` are those of 60 and over among the `hukou`; None where the document does not say.
    Raises: NotAllowed; NotFound, for an area of somebody else; BadPopulation.
    """
    ensure_role(by, Role.BUREAU)
    area = _own_area(by, area_code)
    document = document.strip()
    _ensure_people(hukou, resident, rural, elders)
    if not document:
        raise rules.BadPopulation("请写明这些人数出自哪份公报或年鉴，以后有人要核对。")
    if year > at.astimezone(rules.BEIJING).year:
        raise rules.BadPopulation(f"{year}年还没有到，不会有它的人口数。请改年份。")
    figures = {"hukou": hukou, "resident": resident, "rural": rural, "elders": elders, "document": document}
    same = Population.objects.filter(programme_id=by.programme_id, area=area, year=year)
    last = same.order_by("-at", "-id").first()
    if last is not None and all(getattr(last, name) == value for name, value in figures.items()):
        return last
    told = Population.objects.create(
        id=new_id(), programme_id=by.programme_id, area=area, year=year, by=by, at=at, **figures
    )
    access.record(
        by=by,
        at=at,
        verb="insight.tell_population",
        object_kind="population",
        object_id=told.pk,
        facts={"area": area.code, "year": year, **figures},
    )
    return told


@transaction.atomic
def enter_funding(
    *,
    area_code: str,
    year: int,
    source: str,
    level: str,
    purpose: str,
    stage: str,
    amount_fen: int,
    document: str,
    by: User,
    at: datetime,
    key: str,
) -> Funding:
    """Write down money for the care of elders that a document tells of; the same `key` writes it once.

    A sum below zero corrects what was written before; nothing is ever changed.
    Raises: NotAllowed; NotFound, for an area of somebody else; BadFunding.
    """
    ensure_role(by, Role.BUREAU)
    area = _own_area(by, area_code)
    document = document.strip()
    words = ((source, FundingSource), (level, FundingLevel), (purpose, FundingPurpose), (stage, FundingStage))
    if any(word not in choices.values for word, choices in words):
        raise rules.BadFunding("来源、级次、用途和阶段都要从列表里选择，请重新选择。")
    if not amount_fen:
        raise rules.BadFunding("金额不能是0元。录错了的，用负数冲减。")
    if not document:
        raise rules.BadFunding("请写明文件名称或文号，以后有人要核对。")
    row, made = Funding.objects.get_or_create(
        id=derived_id("funding", by.programme_id, key),
        defaults={
            "programme_id": by.programme_id,
            "year": year,
            "area": area,
            "source": source,
            "level": level,
            "purpose": purpose,
            "stage": stage,
            "amount_fen": amount_fen,
            "document": document,
            "by": by,
            "at": at,
        },
    )
    if (row.year, row.area_id, row.amount_fen, row.document) != (year, area.pk, amount_fen, document):
        raise rules.BadFunding("这次提交与已录入的一笔用了同一个编号，内容却不同。请刷新页面后重新提交。")
    if made:
        access.record(
            by=by,
            at=at,
            verb="insight.enter_funding",
            object_kind="funding",
            object_id=row.pk,
            facts={"area": area.code, "year": year, "stage": stage, "amount_fen": amount_fen, "document": document},
        )
    return row


def _own_area(by: User, area_code: str) -> Area:
    area = Area.objects.filter(pk=area_code).first()
    if area is None or not area.code.startswith(by.programme.area_id):
        raise NotFound("没有找到这个地方，或者它不在本项目的范围内。请从列表里选择。")
    return area


def _ensure_people(hukou: int | None, resident: int | None, rural: int | None, elders: int | None) -> None:
    if any(value is not None and value < 0 for value in (hukou, resident, rural, elders)):
        raise rules.BadPopulation("人数不能小于0，请重新填写。")
    if not hukou and not resident:
        raise rules.BadPopulation("户籍人口和常住人口至少填一项，否则算不出占比。")
    if elders is not None and elders > (hukou or 0):
        raise rules.BadPopulation("60岁及以上的户籍人数多于户籍人口，请核对；只有常住人口时不填这一项。")
    if rural is not None and rural > max(hukou or 0, resident or 0):
        raise rules.BadPopulation("农业人口多于总人口，请核对。")


def tally(*, programme_id: UUID, at: datetime, again: bool = False) -> int:
    """Tally every day that is over and not tallied yet, a month at a time; return how many days were added.

    A repeat adds nothing. `again` throws all tallies away first, for rows that were brought in with an earlier date; so
    does a release that counts otherwise.
    """
    closed_on = (at - timedelta(minutes=LATEST_MINUTES)).astimezone(rules.BEIJING).date()
    if again:
        _forget(programme_id)
    days = 0
    while (added := _tally_month(programme_id, closed_on)) is not None:
        days += added
    return days


@transaction.atomic
def _forget(programme_id: UUID) -> None:
    Tallied.objects.filter(programme_id=programme_id).delete()
    Tally.objects.filter(programme_id=programme_id).delete()


@transaction.atomic
def _tally_month(programme_id: UUID, closed_on: date) -> int | None:
    """Tally up to the end of a month; return how many days were added, None when all are there."""
    first_on = tallies.first_day(programme_id)
    if first_on is None or first_on >= closed_on:
        return None
    Tallied.objects.get_or_create(programme_id=programme_id, defaults={"until_on": first_on, "facts": FINGERPRINT})
    mark = Tallied.objects.select_for_update().get(programme_id=programme_id)
    if mark.facts != FINGERPRINT:
        Tally.objects.filter(programme_id=programme_id).delete()
        mark.until_on, mark.facts = first_on, FINGERPRINT
    if mark.until_on >= closed_on:
        return None
    from_on = max(first_on, mark.until_on - timedelta(days=AGAIN_DAYS))
    until_on = min(closed_on, Month.of(mark.until_on).next().first_day)
    rows = Tally.objects.filter(programme_id=programme_id)
    rows.filter(span=Span.DAY, known_on__gte=from_on).delete()
    rows.filter(span=Span.MONTH, known_on__gte=Month.of(from_on).first_day).delete()
    asked: dict[str, Any] = {
        "programme": programme_id,
        "after": rules.begin_of(from_on),
        "until": rules.begin_of(until_on),
        "since": tallies.EVER,
        "from_on": Month.of(from_on).first_day,
        "months_on": Month.of(until_on).first_day,
    }
    with connection.cursor() as cursor:
        for code, every in FACTS.items():
            for facts in every:
                days = counting(facts, cuts=facts.cuts, by=("known_on", "row_on"))
                cursor.execute(_TALLY_DAYS.format(days=days), {**asked, "figure": code})
        cursor.execute(_ADD_UP_MONTHS, asked)
    added = (until_on - mark.until_on).days
    mark.until_on = until_on
    mark.save(update_fields=["until_on", "facts"])
    return added


_COLUMNS = f"programme_id, figure, span, dim, known_on, row_on, key, n, {', '.join(SUMS)}"
_TALLY_DAYS = f"""
INSERT INTO insight_tally ({_COLUMNS})
SELECT %(programme)s, %(figure)s, 'DAY', dim, known_on, row_on, key, n, {", ".join(SUMS)} FROM ({{days}}) AS day
"""
_ADD_UP_MONTHS = f"""
INSERT INTO insight_tally ({_COLUMNS})
SELECT programme_id, figure, 'MONTH', dim, date_trunc('month', known_on)::date, date_trunc('month', known_on)::date,
       key, sum(n), {", ".join(f"sum({name})" for name in SUMS)}
  FROM insight_tally
 WHERE programme_id = %(programme)s AND span = 'DAY' AND known_on >= %(from_on)s AND known_on < %(months_on)s
 GROUP BY programme_id, figure, dim, date_trunc('month', known_on), key
"""
