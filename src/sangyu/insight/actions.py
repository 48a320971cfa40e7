"""Verbs of insight, which write nothing but this room's own rows: frozen reports, samples, findings and tallies."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.insight import rules
from sangyu.insight.models import Draw, DrawnCharge, Finding, FindingCode, FrozenReport, Span, Strata, Tallied, Tally
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
