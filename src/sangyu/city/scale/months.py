"""A month of the template copied to its tiles: calls, orders, visits, charges, meals, what quality asked and heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from sangyu.city.scale import shape
from sangyu.city.scale.copying import LATER, OF_CELL, Copy, copy_sql, moved, template_sql
from sangyu.city.scale.shape import Piece, Shape

_BEIJING_DAY = "extract(day FROM s.{0} AT TIME ZONE 'Asia/Shanghai')"
_OF_ORDER = "(SELECT o.of_day FROM t_orders_order o WHERE o.id = s.order_id)"
_OF_DISPATCH = "(SELECT d.of_day FROM t_dispatch_dispatch d WHERE d.id = s.dispatch_id)"
_OF_VISIT = "(SELECT v.of_day FROM t_visits_visit v WHERE v.id = s.visit_id)"
_OF_CHARGE = "(SELECT x.of_day FROM t_benefits_charge x WHERE x.id = s.charge_id)"
_IS_MEAL = "(SELECT x.of_meal FROM t_benefits_charge x WHERE x.id = s.charge_id)"
_OF_CALL = "(SELECT x.of_day FROM t_hotline_call x WHERE x.id = s.{0})"
_OF_TASK = "(SELECT x.of_day FROM t_quality_followuptask x WHERE x.id = s.task_id)"
_OF_COMPLAINT = "(SELECT x.of_day FROM t_quality_complaint x WHERE x.id = s.complaint_id)"
_OF_ALARM = "(SELECT x.of_day FROM t_safety_alarm x WHERE x.id = s.alarm_id)"
_OF_SALE = "(SELECT x.of_day FROM t_meals_sale x WHERE x.id = s.sale_id)"
_NUMBER = (
    "to_char((s.wanted_from AT TIME ZONE 'Asia/Shanghai')::date + %(shift)s::int, 'YYMMDD')"
    " || '-' || lpad(c.t::text, 3, '0') || lpad(s.place::text, 5, '0')"
)
# An order's decisions stand in its charge as well; of an order kept in short they stand only there.
_QUOTE = LATER.format("quote") + (
    " || CASE WHEN %(in_full)s OR s.stage <> 'SERVED' THEN '{{}}'::jsonb ELSE '{{\"decisions\": []}}'::jsonb END"
).replace("{{", "{").replace("}}", "}")

_TO_DO = """
INSERT INTO quality_followupdue (task_id, programme_id, tries)
SELECT task.id, sample.programme_id, (SELECT count(*) FROM quality_followup AS made WHERE made.task_id = task.id)
  FROM quality_followuptask AS task JOIN quality_sample AS sample ON sample.id = task.sample_id
 WHERE NOT EXISTS (SELECT FROM quality_followup AS made WHERE made.task_id = task.id AND made.reached)
    ON CONFLICT DO NOTHING;
INSERT INTO quality_complaintopen (complaint_id, programme_id)
SELECT complaint.id, complaint.programme_id FROM quality_complaint AS complaint
 WHERE NOT EXISTS (SELECT FROM quality_complaintclosure AS closed WHERE closed.complaint_id = complaint.id)
    ON CONFLICT DO NOTHING;
INSERT INTO safety_unread (closure_id, reader_id)
SELECT closure.id, alarm.by_id FROM safety_closure AS closure JOIN safety_alarm AS alarm ON alarm.id = closure.alarm_id
 WHERE alarm.by_id <> closure.by_id
   AND NOT EXISTS (SELECT FROM safety_acknowledgement AS read WHERE read.closure_id = closure.id)
    ON CONFLICT DO NOTHING"""

# What every month keeps, for settlement, statistics and audit.
KEPT = (
    Copy("orders_order", _BEIJING_DAY.format("wanted_from"), set={"number": _NUMBER}, first={"quote": _QUOTE}),
    Copy("orders_served", _OF_ORDER),
    Copy("orders_cancellation", _OF_ORDER),
    Copy("dispatch_dispatch", _OF_ORDER),
    Copy("dispatch_acceptance", _OF_DISPATCH),
    Copy("dispatch_refusal", _OF_DISPATCH),
    Copy("dispatch_assignment", _OF_DISPATCH),
    Copy("visits_visit", _OF_ORDER),
    Copy("visits_departure", _OF_VISIT),
    Copy(
        "benefits_charge",
        "extract(day FROM s.service_on)",
        meal="s.cause_kind = 'MEAL'",
        first={"decisions": LATER.format("decisions")},
        set={"cause_id": moved("s", "cause_id", "c.p"), "hold_id": moved("s", "hold_id", "c.p")},
    ),
    Copy("benefits_chargeshare", _OF_CHARGE, meal=_IS_MEAL),
    Copy("benefits_reversal", _OF_CHARGE, meal=_IS_MEAL),
    Copy("visits_visitcharge", _OF_VISIT),
    Copy(
        "meals_sale",
        "extract(day FROM s.sold_on)",
        meal="true",
        # Several tiles eat at one canteen, and its portions of a day are numbered.
        set={"n": f"s.n + 100 * (c.t / {shape.FIRM_COPIES})"},
    ),
    Copy("meals_salecharge", _OF_SALE, meal="true"),
    Copy("meals_refund", _OF_SALE, meal="true"),
)
# What is kept of the last months only.
IN_FULL = (
    Copy(
        "hotline_call",
        "coalesce((SELECT o.of_day FROM hotline_callorder x JOIN t_orders_order o ON o.id = x.order_id"
        f" WHERE x.call_id = s.id), {_BEIJING_DAY.format('rang_at')})",
        set={
            "line_reference": "s.line_reference || '-' || c.t || '-' || %(back)s",
            "caller_number": "pg_temp.phone_of(s.caller_number, c.t)",
        },
    ),
    Copy("hotline_callorder", _OF_ORDER),
    # Of all who were looked at, only whom the order was sent to.
    Copy(
        "dispatch_candidate",
        _OF_DISPATCH,
        where="s.enterprise_id = (SELECT d.enterprise_id FROM dispatch_dispatch d WHERE d.id = s.dispatch_id)",
    ),
    Copy("visits_evidence", _OF_VISIT),
    Copy(
        "quality_followuptask",
        _OF_ORDER,
        set={
            "sample_id": "CASE WHEN %(back)s = 0 THEN s.sample_id ELSE "
            + moved("s", "sample_id", "%(of_month)s")
            + " END"
        },
    ),
    Copy("quality_followup", _OF_TASK),
    Copy(
        "quality_complaint",
        "coalesce(" + _OF_CALL.format("call_id") + ", (SELECT x.of_day FROM quality_followup f"
        " JOIN t_quality_followuptask x ON x.id = f.task_id WHERE f.id = s.follow_up_id))",
        set={
            "number": "'TS' || to_char((s.opened_at AT TIME ZONE 'Asia/Shanghai')::date + %(shift)s::int, 'YYYYMMDD')"
            " || '-' || right(s.number, 3) || '-' || c.t"
        },
    ),
    Copy("quality_complaintowner", _OF_COMPLAINT),
    Copy("quality_complaintresult", _OF_COMPLAINT),
    Copy("quality_complaintclosure", _OF_COMPLAINT),
    Copy(
        "safety_alarm",
        _OF_CALL.format("source_id"),
        set={"phone": "pg_temp.phone_of(s.phone, c.t)"},
        points_at={"source_id": "hotline_call"},
    ),
    Copy("safety_taking", _OF_ALARM),
    Copy("safety_step", _OF_ALARM),
    Copy("safety_closure", _OF_ALARM),
)
# What a month has once: the sample of every day.
OF_MONTH = (
    Copy(
        "quality_sample",
        "extract(day FROM s.day)",
        set={
            "seed": "s.programme_id || ':' || (s.day + %(shift)s::int)",
            "served": "s.served * %(tiles)s::int",
            "due": "s.due * %(tiles)s::int",
        },
        first={"decision": LATER.format("decision")},
    ),
)
# What a month has once an enterprise: its appraisal.
_SHEETS = frozenset({"quality_appraisal", "quality_appraisalitem", "quality_objection"})
OF_FIRM = (
    Copy("quality_appraisal", set={"month": "%(month)s"}),
    Copy("quality_appraisalitem"),
    Copy("quality_handscore"),
    Copy("quality_release"),
    Copy("quality_objection"),
    Copy("quality_ruling"),
    Copy("quality_finalisation", first={"decision": LATER.format("decision")}),
    Copy("providers_monthscore", set={"month": "%(month)s"}),
)
COPIES = (*KEPT, *IN_FULL, *OF_MONTH, *OF_FIRM)
TABLES = tuple(copy.table for copy in (*KEPT, *IN_FULL))


def keep_template() -> None:
    """Keep the template's rows beside, before anything is copied."""
    with connection.cursor() as cursor:
        # A call is cut with its order and an alarm with its call, so what is cut by comes first.
        for copy in COPIES:
            cursor.execute(template_sql(copy))
            cursor.execute(f"CREATE INDEX ON t_{copy.table} (id)")
            cursor.execute(f"ANALYZE t_{copy.table}")
        cursor.execute("CREATE TEMP TABLE cell (t int, p text, tile text) ON COMMIT DROP")
        cursor.execute("CREATE TEMP TABLE firm_cell (t int, p text, tile text) ON COMMIT DROP")
        cursor.execute("CREATE TEMP TABLE month_cell (t int, p text, tile text) ON COMMIT DROP")


class Months:
    """Copies the template month by month; the SQL of every table is made once."""

    def __init__(self, whole: Shape, *, in_full: int, meals: int) -> None:
        self.whole = whole
        self.in_full, self.meals = in_full, meals
        self._kept = [copy_sql(copy) for copy in KEPT]
        self._full = [copy_sql(copy) for copy in IN_FULL]
        self._month = [copy_sql(copy, cells="month_cell", moves=frozenset({"quality_sample"})) for copy in OF_MONTH]
        self._firm = [copy_sql(copy, cells="firm_cell", moves=_SHEETS) for copy in OF_FIRM]

    def words(self, piece: Piece) -> dict[str, Any]:
        """Return the parameters of a month."""
        return {
            "days": piece.days,
            "shift": piece.shift_days,
            "back": piece.back,
            "month": str(piece.month),
            "of_month": piece.of_month,
            "tiles": piece.until_tile - piece.first_tile,
            "in_full": piece.back < self.in_full,
            "meals": piece.back < self.meals,
        }

    def copy(self, piece: Piece) -> None:
        """Copy what was done in a month."""
        words = self.words(piece)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE cell, firm_cell, month_cell")
            tiles = range(piece.first_tile, piece.until_tile)
            cursor.executemany(
                "INSERT INTO cell VALUES (%s, %s, %s)", [(t, piece.cell(t), self.whole.tile(t)) for t in tiles]
            )
            # In the month that was played the template's own enterprises are appraised already.
            firms = {shape.firm_copy(t) for t in range(1, self.whole.tiles)} - (set() if piece.back else {0})
            cursor.executemany(
                "INSERT INTO firm_cell VALUES (%s, %s, '')", [(copy, piece.of_firm(copy)) for copy in sorted(firms)]
            )
            cursor.execute("INSERT INTO month_cell VALUES (0, %s, '')", [piece.of_month])
            cursor.execute("ANALYZE cell")
            for statement in self._statements(piece):
                cursor.execute(statement, words)

    def _statements(self, piece: Piece) -> Iterator[str]:
        if piece.back:
            yield from self._month
        yield from self._kept
        if piece.back < self.in_full:
            yield from self._full
        yield from self._firm


def list_what_is_to_do() -> None:
    """List what is still to be rung, closed or read of all that was copied, as the verbs would have left it."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_DO)


def cell_range(piece: Piece) -> tuple[str, str]:
    """Return the least id of a month's rows and the first one after them."""
    tail = "-0000-0000-0000-000000000000"
    return f"{piece.cell(0)}{tail}", f"{shape.prefix(piece.month.first_day, 1_000)}{tail}"


__all__ = ["COPIES", "OF_CELL", "TABLES", "Months", "cell_range", "keep_template", "list_what_is_to_do"]
