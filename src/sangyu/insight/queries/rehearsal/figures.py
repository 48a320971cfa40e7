"""The figures of a pack that may be tried otherwise: numbers in its tables, and what the bureau sets. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sangyu.adoption.rules import FIGURE_MAX
from sangyu.kit.errors import Refusal
from sangyu.kit.money import BadAmount, parse_yuan, yuan
from sangyu.policy import ir, table_text
from sangyu.policy.to_chinese import ANSWERS, PAYERS, cell_text, label

# The name of the column, the number, and whether it stands there as itself and not as a factor of something.
Number = tuple[str, ir.Expr, bool]

ROWS = ("eligible", "tier", "split", "account")
SEPARATOR = "/"
SET = "民政局设定的数字"
FACTOR_MAX = 10**7  # of what may multiply an amount: the sums of a district stay countable
MOST = {"元": FIGURE_MAX, "岁": 150}
DIGITS_MAX = 40  # so long a text is read at all


class NoFigure(Refusal):
    """The figure is not in the pack, or cannot be what it is tried as."""

    code = "NO_FIGURE"


@dataclass(frozen=True)
class FigureInPack:
    """One figure that may be tried otherwise: where it stands, and what it says now.

    Shape: `key` is its address in an url; `choices` (value, text) where only some values are possible. A figure of
    money is written and read in yuan, a share in per cent.
    """

    key: str
    group: str
    label: str
    now: str
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Tried:
    """A pack and figures with one of them changed, and in words which, from what and to what."""

    pack: ir.Pack
    parameters: Mapping[str, Any]
    label: str
    before: str
    after: str


def figures(pack: ir.Pack, parameters: Mapping[str, Any], on: date) -> list[FigureInPack]:
    """List the figures of the tables in force on a day, by rule, then readings and figures that the bureau sets."""
    found = []
    for rule in _rules(pack):
        version = rule.version_on(on)
        for row in version.table.rows if version else ():
            for n, (name, expr, is_plain) in enumerate(_numbers(row)):
                if name in row.answers and not _value(expr):
                    continue  # a payer who pays nothing is no figure of the text
                unit = _unit(name, expr, pack) if is_plain else ""
                where = _row_words(row, pack)
                found.append(
                    FigureInPack(
                        SEPARATOR.join((rule.id, str(row.line), str(n))),
                        rule.title,
                        f"{where} · {_name(name, pack)}",
                        _written(_value(expr), unit),
                        unit=unit,
                    )
                )
    for setting in pack.settings.values():
        given = parameters.get(setting.name)
        now = setting.default if given is None else tuple(given) if isinstance(given, list) else given
        choices = tuple((str(n), table_text.reading(setting, value)) for n, value in enumerate(setting.values))
        found.append(FigureInPack(setting.name, "读法", setting.label, table_text.reading(setting, now), choices))
    for parameter in pack.parameters.values():
        value = parameters.get(parameter.name)
        if parameter.type == "int" and isinstance(value, int):
            unit = _unit(parameter.name, ir.Const(value), pack)
            found.append(FigureInPack(parameter.name, SET, _spoken(parameter), _written(value, unit), unit=unit))
        if parameter.type == "map" and isinstance(value, Mapping):
            unit = _unit(parameter.name, ir.Const(0), pack)
            for entry, number in value.items():
                key = SEPARATOR.join((parameter.name, entry))
                label_of = f"{_spoken(parameter)} · {table_text.code_text(entry)}"
                found.append(FigureInPack(key, SET, label_of, _written(number, unit), unit=unit))
    return found


def tried(pack: ir.Pack, parameters: Mapping[str, Any], on: date, key: str, to: str) -> Tried:
    """Change one figure of a pack, and nothing else.

    Raises: NoFigure, saying what may be entered.
    """
    one = next((one for one in figures(pack, parameters, on) if one.key == key), None)
    if one is None:
        raise NoFigure("规则包里没有这个数字。请从清单里重新选择。")
    if one.choices:
        return _set(pack, parameters, one, pack.settings[key].values[_place(one, to)], dict(one.choices)[to])
    value = _read(one, to)
    if key.partition(SEPARATOR)[0] in pack.parameters:
        return _set(pack, parameters, one, value, _written(value, one.unit))
    rule_id, line, n = key.split(SEPARATOR)
    rule = pack.rules[rule_id]
    version = rule.version_on(on)
    assert version is not None
    rows = tuple(_Changed(int(n), value).row(row) if row.line == int(line) else row for row in version.table.rows)
    table = ir.Table(version.table.file, version.table.columns, version.table.outcomes, rows)
    other = replace(version, table=table)
    versions = tuple(other if held is version else held for held in rule.versions)
    digest = hashlib.sha256(f"{pack.digest} {key} = {value}".encode()).hexdigest()
    changed = replace(pack, rules={**pack.rules, rule_id: replace(rule, versions=versions)}, digest=digest)
    return _told(changed, parameters, one, f"{_written(value, one.unit)}{one.unit}")


def _set(pack: ir.Pack, parameters: Mapping[str, Any], one: FigureInPack, value: Any, said: str) -> Tried:
    kept = list(value) if isinstance(value, tuple) else value
    name, _, entry = one.key.partition(SEPARATOR)
    changed = {**parameters, name: {**parameters[name], entry: kept} if entry else kept}
    return _told(pack, changed, one, f"{said}{one.unit}")


def _told(pack: ir.Pack, parameters: Mapping[str, Any], one: FigureInPack, said: str) -> Tried:
    return Tried(pack, dict(parameters), f"{one.group} · {one.label}", f"{one.now}{one.unit}", said)


def _place(one: FigureInPack, to: str) -> int:
    if to not in dict(one.choices):
        raise NoFigure(f"“{one.label}”只能选：{'；'.join(text for _, text in one.choices)}。")
    return int(to)


def _read(one: FigureInPack, to: str) -> int:
    text = to.strip()
    most = MOST.get(one.unit, FACTOR_MAX)
    value = _number(one, text) if len(text) <= DIGITS_MAX else most + 1
    if abs(value) > most:
        raise NoFigure(f"“{one.label}”最大可以试{_written(most, one.unit)}{one.unit}，填的更大。请重新填写。")
    return value


def _number(one: FigureInPack, text: str) -> int:
    if one.unit == "元":
        try:
            return parse_yuan(text)
        except BadAmount as wrong:
            raise NoFigure(f"“{one.label}”{wrong}") from wrong
    whole = text.removesuffix("%") if one.unit == "%" else text
    number, _, tenth = whole.partition(".")
    if one.unit == "%" and number.isdecimal() and (not tenth or (tenth.isdecimal() and len(tenth) == 1)):
        return int(number) * 10 + int(tenth or 0)
    if one.unit != "%" and text.isdecimal():
        return int(text)
    wanted = "百分数，最多一位小数，如 12.5" if one.unit == "%" else "整数"
    raise NoFigure(f"“{one.label}”要填{wanted}，填的是“{text[:20]}”。请重新填写。")


def _rules(pack: ir.Pack) -> Iterator[ir.Rule]:
    """Give the rules that a rehearsal can show: of what is charged, and about people."""
    for rule in pack.rules.values():
        if rule.form in ROWS:
            yield rule


def _numbers(row: ir.Row) -> Iterator[Number]:
    """Walk over the numbers of a row, in the order in which `_Changed` does."""
    seen: list[Number] = []
    _Changed(-1, 0, seen).row(row)
    yield from seen


class _Changed:
    """Rewrites a row with its number at one place changed; a number is a constant, or a share of the price."""

    def __init__(self, place: int, value: int, seen: list[Number] | None = None) -> None:
        self.place, self.value, self.seen = place, value, seen if seen is not None else []

    def row(self, row: ir.Row) -> ir.Row:
        cells = tuple(self.cell(cell) for cell in row.cells)
        answers = {name: self.expr(name, expr) for name, expr in row.answers.items()}
        return replace(row, cells=cells, answers=answers)

    def cell(self, cell: ir.Cell) -> ir.Cell:
        name = cell.column.name
        match cell.test:
            case ir.Within(low, high):
                bounds = [bound if bound is None else self.expr(name, bound) for bound in (low, high)]
                return replace(cell, test=replace(cell.test, low=bounds[0], high=bounds[1]))
            case ir.OneOf(wanted):
                return replace(cell, test=replace(cell.test, wanted=tuple(self.expr(name, one) for one in wanted)))
        return cell

    def expr(self, name: str, expr: ir.Expr, is_plain: bool = True) -> ir.Expr:
        match expr:
            case ir.Const(value) if isinstance(value, int) and not isinstance(value, bool):
                return ir.Const(self.value) if self.is_here(name, expr, is_plain) else expr
            case ir.PerMille(int()):
                return ir.PerMille(self.value) if self.is_here(name, expr, is_plain) else expr
            case ir.Arithmetic(operator, left, right):
                return ir.Arithmetic(operator, self.expr(name, left, False), self.expr(name, right, False))
            case ir.Quotient(rounding, over, under):
                return ir.Quotient(rounding, self.expr(name, over, False), self.expr(name, under, False))
            case ir.Call(function, arguments, keys):
                return ir.Call(function, tuple(self.expr(name, one, is_plain) for one in arguments), keys)
        return expr

    def is_here(self, name: str, expr: ir.Expr, is_plain: bool) -> bool:
        self.seen.append((name, expr, is_plain))
        return len(self.seen) - 1 == self.place


def _value(expr: ir.Expr) -> int:
    value = expr.value if isinstance(expr, ir.Const) else expr.rate_pm if isinstance(expr, ir.PerMille) else 0
    assert isinstance(value, int)
    return value


def _unit(name: str, expr: ir.Expr, pack: ir.Pack) -> str:
    if isinstance(expr, ir.PerMille) or name.endswith("_pm"):
        return "%"
    if name.endswith("_fen") or name in PAYERS or (name in ("granted", "available") and _in_fen(pack)):
        return "元"
    return "岁" if name == "age" else ""


def _in_fen(pack: ir.Pack) -> bool:
    return all(not rule.shared.endswith("minutes") for rule in pack.rules.values() if rule.form == "account")


def _written(value: int, unit: str) -> str:
    if unit == "元":
        return yuan(value)
    return f"{value // 10}.{value % 10}" if unit == "%" else str(value)


def _spoken(parameter: ir.Parameter) -> str:
    """Name a figure without the unit of the file: it is shown in yuan and per cent."""
    return parameter.label.removesuffix("（分）").removesuffix("（千分比）")


def _row_words(row: ir.Row, pack: ir.Pack) -> str:
    return "，".join(cell_text(cell, pack) for cell in row.cells) or "其他情形"


def _name(name: str, pack: ir.Pack) -> str:
    return PAYERS.get(name) or ANSWERS.get(name) or label(name, pack)
