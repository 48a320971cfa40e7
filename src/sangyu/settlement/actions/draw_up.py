"""Draw up the statements of a month: what may be paid, what the appraisal deducts, sealed line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from sangyu import policy
from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption.steps import decide_step
from sangyu.benefits.models import Charge, Reversal
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.providers.models import Enterprise
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Finalisation
from sangyu.settlement import queries as settlement_read
from sangyu.settlement import rules
from sangyu.settlement.actions.correct import lock_corrected_lines, note_late_facts
from sangyu.settlement.models import (
    Difference,
    Line,
    Run,
    Statement,
    Withheld,
)
from sangyu.visits.models import Departure

BEIJING = ZoneInfo("Asia/Shanghai")
MEAL = "MEAL"
ASKED_AT_ONCE = READ_AT_ONCE = 2_000
LINE = ("id", "statement_id", "charge_id", "n", "gross_fen", "deducted_fen", "net_fen", "leaf", "withdrawn")


@dataclass(frozen=True, slots=True)
class Open:
    """What a statement needs of a charge; its decisions and its elder are many times as large, and are not read."""

    pk: UUID
    enterprise_id: UUID
    service_on: date
    price_fen: int
    elder_fen: int
    public_fen: int
    fund: str
    credit_minutes: int
    cause_kind: str
    cause_id: UUID
    died_on: date | None


@transaction.atomic
def draw_up(*, month: Month, by: User, at: datetime) -> Run:
    """Draw up the statements of a month for every charge that stands on none; a repeat adds nothing.

    What came in since makes a further statement of its enterprise, until somebody signs. Charges of earlier months that
    were withheld then are looked at again; an enterprise with nothing but those is paid by the last score it has. What
    was found out about paid months is taken back here, never there.
    Raises: NotAllowed; MonthNotOver; NotYet, naming the enterprises whose appraisal is not final; AlreadyApproved;
    MoreThanHeld.
    """
    ensure_role(by, Role.FINANCE, Role.CLOCK)
    begins_on = month.next().first_day
    if at.astimezone(BEIJING).date() < begins_on:
        raise rules.MonthNotOver(f"{month}还没有结束，{begins_on}起才能出结算单。请届时再出，或核对所选月份。")
    _, made = Run.objects.get_or_create(
        programme_id=by.programme_id,
        month=str(month),
        defaults={"id": derived_id("run", by.programme_id, month), "drawn_by": by, "drawn_at": at},
    )
    run = Run.objects.select_for_update().get(programme_id=by.programme_id, month=str(month))
    if settlement_read.signed(run.pk):
        if any(payable for _, payable, _ in _looked_through(run, month)):
            raise rules.AlreadyApproved(f"{month}结算已经审批，不能再出单；新发生的费用进入下月结算。")
        return run
    note_late_facts(run, by, at)
    lock_corrected_lines(run.programme_id)
    drawn = withheld = 0
    unscored: list[UUID] = []
    for enterprise_id, payable, reasons in _looked_through(run, month):
        _note_withheld(run, reasons)
        withheld += len(reasons)
        if not payable:
            continue
        score_tenths = _score(enterprise_id, payable, month)
        if score_tenths is None:
            unscored.append(enterprise_id)
            continue
        _draw_statement(run, enterprise_id, payable, score_tenths, month)
        drawn += 1
    _ensure_scored(unscored, month)
    run.root = rules.root(
        list(
            settlement_read.statements(by)
            .filter(run=run)
            .order_by("enterprise_id", "revision")
            .values_list("root", flat=True)
        )
    )
    run.save(update_fields=["root"])
    if made or drawn:
        access.record(
            by=by,
            at=at,
            verb="settlement.draw_up",
            object_kind="run",
            object_id=run.pk,
            facts={"month": str(month), "drawn": drawn, "withheld": withheld, "root": run.root},
        )
    return run


def _open_charges(run: Run, month: Month) -> QuerySet[Charge]:
    """Return what stands on no statement: looked for by number in the indexes of all years, and only then read."""
    enterprises = Enterprise.objects.filter(programme_id=run.programme_id)
    settled = Line.objects.filter(charge=OuterRef("pk"), withdrawn=False)
    reversed_ = Reversal.objects.filter(charge=OuterRef("pk"))
    of_all_years = Charge.objects.filter(enterprise__in=enterprises, service_on__lt=month.next().first_day)
    still_open = of_all_years.filter(~Exists(settled), ~Exists(reversed_)).values("pk")
    return Charge.objects.filter(programme_id=run.programme_id, pk__in=still_open)


def _stream(charges: QuerySet[Charge]) -> Iterator[Open]:
    """Yield charges by enterprise, in the order of their lines; every one of them will be read to the end."""
    with connection.cursor() as cursor:
        # Else the server plans for the first tenth of them, and goes through years one charge after another.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
    rows = charges.order_by("enterprise_id", "service_on", "id").values_list(
        "id",
        "enterprise_id",
        "service_on",
        "price_fen",
        "elder_fen",
        "public_fen",
        "fund",
        "credit_minutes",
        "cause_kind",
        "cause_id",
        "elder__died_on",
    )
    return (Open(*row) for row in rows.iterator(chunk_size=READ_AT_ONCE))


def _looked_through(run: Run, month: Month) -> Iterator[tuple[UUID, list[Open], dict[UUID, str]]]:
    """Yield every enterprise with what it may be paid for now, and why the rest of its charges must wait.

    One after another, off one stream: there may be years to settle, and of one enterprise's charges there are few.
    """
    for enterprise_id, rows in groupby(_stream(_open_charges(run, month)), key=attrgetter("enterprise_id")):
        charges = list(rows)
        reasons = _withheld(run.programme_id, charges)
        yield enterprise_id, [charge for charge in charges if charge.pk not in reasons], reasons


def _withheld(programme_id: UUID, charges: list[Open]) -> dict[UUID, str]:
    orders = [charge.cause_id for charge in charges if charge.cause_kind != MEAL]
    grades: dict[UUID, str] = {}
    confirmed: set[UUID] = set()
    denied: set[UUID] = set()
    for start in range(0, len(orders), ASKED_AT_ONCE):
        some = orders[start : start + ASKED_AT_ONCE]
        grades |= Departure.objects.filter(visit__order_id__in=some).values_list("visit__order_id", "grade")
        confirmed |= quality_read.confirmed_orders(programme_id, some)
        denied |= quality_read.denied_orders(programme_id, some)
    reasons = {}
    for charge in charges:
        died_on = charge.died_on
        reason = rules.withheld(
            rules.Delivery(
                # A meal was handed over at the till: its sale is its proof.
                grade="A" if charge.cause_kind == MEAL else grades.get(charge.cause_id, "D"),
                confirmed=charge.cause_id in confirmed,
                denied=charge.cause_id in denied,
                died_before=died_on is not None and died_on <= charge.service_on,
            )
        )
        if reason:
            reasons[charge.pk] = reason
    return reasons


def _note_withheld(run: Run, reasons: dict[UUID, str]) -> None:
    Withheld.objects.bulk_create(
        [
            Withheld(id=derived_id("withheld", run.pk, charge_id), run=run, charge_id=charge_id, reason=reason)
            for charge_id, reason in reasons.items()
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )


def _score(enterprise_id: UUID, charges: list[Open], month: Month) -> int | None:
    """Return the final score of the month, or the last one before of an enterprise that did not work in it."""
    finals = Finalisation.objects.filter(appraisal__enterprise_id=enterprise_id, appraisal__month__lte=str(month))
    last = finals.order_by("-appraisal__month").values_list("appraisal__month", "total_tenths").first()
    if last is None:
        return None
    of_month, total_tenths = last
    worked = any(charge.service_on >= month.first_day for charge in charges)
    return total_tenths if of_month == str(month) or not worked else None


def _ensure_scored(unscored: list[UUID], month: Month) -> None:
    if unscored:
        names = list(Enterprise.objects.filter(pk__in=unscored).order_by("name").values_list("name", flat=True))
        shown = "、".join(names[:3]) + (f"等{len(names)}家" if len(names) > 3 else "")
        raise rules.NotYet(f"{month}的考核还没有定稿：{shown}。请质量管理中心先定稿，再出结算单。")


def _draw_statement(run: Run, enterprise_id: UUID, charges: list[Open], score_tenths: int, month: Month) -> None:
    gross = {charge.pk: charge.public_fen for charge in charges}
    orders = {charge.pk: gross[charge.pk] for charge in charges if charge.cause_kind != MEAL}
    meals = {charge.pk: gross[charge.pk] for charge in charges if charge.cause_kind == MEAL}
    minutes = sum(charge.credit_minutes for charge in charges)
    decision, paid_fen = _decide(run, month, orders=orders, meals=meals, minutes=minutes, score_tenths=score_tenths)
    # What the rule pays for the meals alone is theirs: where the coefficient is for services only, nothing is cut.
    meals_net_fen = _meals_net_fen(run, month, meals, score_tenths)
    net = rules.spread(gross_fen=orders, net_fen=paid_fen - meals_net_fen)
    net |= rules.spread(gross_fen=meals, net_fen=meals_net_fen)
    taken = _take_back(run, enterprise_id, charges, net)
    revision = (
        Statement.objects.filter(run=run, enterprise_id=enterprise_id).aggregate(last=Max("revision"))["last"] or 0
    ) + 1
    statement_id = derived_id("statement", run.pk, enterprise_id, revision)
    lines = [
        Line(
            id=derived_id("line", statement_id, charge.pk),
            statement_id=statement_id,
            charge_id=charge.pk,
            n=n,
            gross_fen=gross[charge.pk],
            net_fen=net[charge.pk],
            deducted_fen=gross[charge.pk] - net[charge.pk],
            leaf=rules.leaf(
                charge_id=charge.pk,
                service_on=charge.service_on,
                gross_fen=gross[charge.pk],
                net_fen=net[charge.pk],
            ),
        )
        for n, charge in enumerate(charges, start=1)
    ]
    differences = [
        Difference(
            id=derived_id("difference", statement_id, correction_id),
            statement_id=statement_id,
            correction_id=correction_id,
            n=n,
            amount_fen=amount_fen,
            leaf=rules.difference_leaf(correction_id=correction_id, amount_fen=amount_fen),
        )
        for n, (correction_id, amount_fen) in enumerate(taken.items(), start=1)
    ]
    gross_fen, net_fen, taken_fen = sum(gross.values()), sum(net.values()), sum(taken.values())
    Statement.objects.create(
        id=statement_id,
        run=run,
        enterprise_id=enterprise_id,
        revision=revision,
        orders=len(orders),
        meals=len(meals),
        meals_fen=sum(meals.values()),
        charged_fen=sum(charge.price_fen for charge in charges),
        elder_fen=sum(charge.elder_fen for charge in charges),
        gross_fen=gross_fen,
        deducted_fen=gross_fen - net_fen,
        taken_back_fen=taken_fen,
        net_fen=net_fen - taken_fen,
        score_tenths=score_tenths,
        decision=decision.to_json(),
        root=rules.root([row.leaf for row in (*lines, *differences)]),
    )
    ledger.insert(Line, LINE, (attrgetter(*LINE)(line) for line in lines))
    Difference.objects.bulk_create(differences)


def _meals_net_fen(run: Run, month: Month, meals: dict[UUID, int], score_tenths: int) -> int:
    if not meals:
        return 0
    return _decide(run, month, orders={}, meals=meals, minutes=0, score_tenths=score_tenths)[1]


def _take_back(run: Run, enterprise_id: UUID, charges: list[Open], net: dict[UUID, int]) -> dict[UUID, int]:
    room_fen: dict[str, int] = defaultdict(int)
    for charge in charges:
        room_fen[charge.fund] += net[charge.pk]
    return rules.take_back(net_fen=room_fen, owed=settlement_read.owed(run, enterprise_id))


def _decide(
    run: Run, month: Month, *, orders: dict[UUID, int], meals: dict[UUID, int], minutes: int, score_tenths: int
) -> tuple[policy.Decision, int]:
    decision = decide_step(
        run.programme_id,
        "settlement",
        {
            "order_subsidies_fen": list(orders.values()),
            "meal_subsidies_fen": list(meals.values()),
            "minutes": minutes,
            "score_tenths": score_tenths,
        },
        month.first_day,
    )
    if decision.amount_fen is None:
        raise rules.NotYet(f"结算规则缺少参数{decision.missing}，请先由民政局在政策参数里设定。")
    return decision, decision.amount_fen
