"""Draw on credits in order of service, for a whole column: what was used before is a running sum, cut at the credit."""

from __future__ import annotations

from typing import Any

import ibis

from sangyu.policy import column_corrections, column_forms, ir
from sangyu.policy import column_words as words
from sangyu.policy.column_files import ID
from sangyu.policy.column_words import Value
from sangyu.policy.lazy import Lazy, both, choose, is_null, lift, passes
from sangyu.policy.to_columns import Answer, NotInColumns, Printer

HOLDER, AT = "elder", "at"
ORDER = (HOLDER, "on", AT, ID)


def runs_on(rule: ir.Rule, columns: set[str]) -> bool:
    """Tell whether an account is drawn on in order of service: the input names the services, not what was used."""
    unit = column_forms.unit_of(rule)
    periodic = rule.form == "account" and any("granted" in one.table.outcomes for one in rule.versions)
    return periodic and f"used_before_{unit}" not in columns and columns.issuperset(ORDER)


def in_order(rule: ir.Rule, answer: Answer, f: Printer) -> Answer:
    """Draw on each elder's credit service by service: what was used before is a running sum, cut at the credit.

    `f.draws` says which lines draw, where one that does not matters to no other. Raises: NotInColumns.
    """
    if "refund_fen" in f.shape:
        raise NotInColumns(f"“{rule.title}”按服务先后累计时不能带退回额度（refund_fen），请先冲正，或写明本期已用")
    keep, unit = f.layers.keep, column_forms.unit_of(rule)
    base, wanted, granted = (answer.fields[name] for name in ("base", "wanted", f"granted_{unit}"))
    base = keep(choose([(is_null(base), 0)], base), "base")
    counts = both(is_null(answer.wants.missing), passes(base, lambda one: one > 0))
    correction = column_corrections.in_order(rule, wanted, f)
    gives_back = column_corrections.credit_of(rule, correction, f) if correction else None
    draws: list[tuple[Any, Any]] = [(counts, wanted)]
    if correction is not None:
        draws.insert(0, (both(counts, correction.back), lift(lambda one: -one, gives_back)))
    takes = keep(choose(draws, 0), "takes")
    month = keep(lift(lambda day: day.truncate("M"), f.on), "month") if isinstance(f.on, Lazy) else f.on
    credit = keep(choose([(counts, base)]), "credit")
    level = max(one.level for one in (takes, credit, month) if isinstance(one, Lazy))

    def over(what: str, value: Any, ordered: bool) -> Any:
        def make(table: Any) -> Any:
            if not f.drawing:
                return ibis.literal(0, "int64")
            groups = [table[HOLDER], *([month.build(table)] if isinstance(month, Lazy) else [])]
            order = [table[AT], table[ID]] if ordered else None
            if what == "lag":
                return value.build(table).lag().over(ibis.window(group_by=groups, order_by=order))
            frame = (
                ibis.window(group_by=groups, order_by=order, rows=(None, 0))
                if ordered
                else ibis.window(group_by=groups)
            )
            return getattr(value.build(table), what)().over(frame)

        return keep(Lazy(make, max(level, value.level)), what)

    summed = lift(lambda one: one.cast("decimal(38, 0)").cast("int64"), over("sum", takes, ordered=True))
    most: Any = _only_credit(rule, f)
    wants = answer.wants
    if most is None:
        most, least = over("max", credit, ordered=False), over("min", credit, ordered=False)
        changes = lift(lambda one, other: (one != other).fill_null(False), most, least)
        wants = _refused(wants, changes, "CREDIT_CHANGES", f)
    if correction is not None:
        return _back(rule, Answer(answer.line, wants, answer.fields), f, correction, (counts, base, summed, most), over)
    if rule.shared not in f.profile.positive:
        below = lift(lambda one: one < 0, over("min", takes, ordered=False))
        wants = _refused(wants, below, "NEGATIVE_SERVICE", f)
    elif isinstance(most, int):
        f.draws = counts
    before = words.smallest([words.known(lambda a, b: a - b, Value(summed), Value(takes)), Value(most)]).said
    available = keep(lift(lambda a, b: a - b, base, choose([(counts, before)], 0)), "available")
    return Answer(answer.line, wants, column_forms.drawn(rule, granted, wanted, available, f))


def _back(
    rule: ir.Rule, answer: Answer, f: Printer, made: column_corrections.Correction, sums: tuple[Any, ...], over: Any
) -> Answer:
    """Draw on a credit that also gets something back: the running sum, held down wherever it would pass the credit.

    What services wanted beyond the credit is lost to it for good, so it is the greatest excess so far that is taken
    off. A month that would give back more than was drawn in it is refused.
    """
    keep, (counts, base, summed, most) = f.layers.keep, sums
    excess = keep(choose([(is_null(most), None)], lift(lambda a, b: a - b, summed, most)), "excess")
    lost = over("max", excess, ordered=True)
    drawn = keep(lift(lambda a, b: a - _above(b), summed, lost), "drawn")
    below = lift(lambda one: (one < 0).fill_null(False), over("min", drawn, ordered=False))
    wants = _refused(answer.wants, below, "NEGATIVE_SERVICE", f)
    before = keep(lift(lambda one: one.fill_null(0), over("lag", drawn, ordered=True)), "before")
    available = keep(lift(lambda a, b: a - b, base, choose([(counts, before)], 0)), "available")
    amount = lift(lambda one: one.abs().cast("int64"), answer.fields["wanted"])
    fields = column_forms.drawn(rule, answer.fields["granted_fen"], amount, available, f)
    fields, wants = column_corrections.end(rule, made, fields, wants, f)
    left = lift(lambda a, b: words.greatest(a - b, 0), base, choose([(counts, drawn)], 0))
    fields["balance_fen"] = keep(choose([(made.back, left)], fields["balance_fen"]), "left")
    return Answer(answer.line, wants, fields)


def _above(value: Any) -> Any:
    return words.greatest(value.fill_null(0), 0)


def _only_credit(rule: ir.Rule, f: Printer) -> int | None:
    """Give the one credit that all rows grant, if it is one constant: then it cannot change within a month."""
    said = {row.answers["granted"] for version in f.reached(rule) for row in version.table.rows}
    amounts = {
        expr.value if isinstance(expr, ir.Const) else None for expr in said if not isinstance(expr, ir.NoAccount)
    }
    carries = rule.roll_over and f.setting(rule.roll_over).said
    only = amounts.pop() if len(amounts) == 1 and not carries else None
    return only if isinstance(only, int) and only > 0 else None


def _refused(wants: Value, truth: Any, fault: str, f: Printer) -> Value:
    code = choose([(truth, f.codes.fault(fault))])
    missing = code if wants.missing is None else choose([(is_null(wants.missing), code)], wants.missing)
    return Value(None, f.layers.keep(missing, "missing"), risky=True)
