"""Write a decision table as an official reads it: Chinese headers, and words and amounts in the cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sangyu.policy import ir
from sangyu.policy.names import names_in
from sangyu.policy.to_chinese import ANSWERS, PAYERS, PLACEHOLDER, label, value_text
from sangyu.policy.vocabulary import facts

FORMS: Mapping[str, str] = {
    "eligible": "资格",
    "tier": "标准",
    "split": "分担",
    "account": "账户",
    "grant": "补助",
    "limit": "指标",
    "schedule": "时限",
    "statistic": "统计",
}
LEVELS: Mapping[str, str] = {
    "national": "国家",
    "provincial": "省",
    "municipal": "市",
    "district": "区县",
    "street": "街道",
}
BLANKS: Mapping[str, str] = {"lacking": "差在哪里", "age_gap": "差多少岁数"}
WORDS: Mapping[str | bool, str] = {
    "pass": "达标",
    "warn": "提醒",
    "fail": "不达标",
    "week": "每周",
    "month": "每月",
    "quarter": "每季",
    "year": "每年",
    True: "是",
    False: "否",
}
FUNCTIONS: Mapping[str, str] = {
    "min": "取小",
    "max": "取大",
    "sum": "合计",
    "count": "个数",
    "distinct": "去重",
    "step": "查分档表",
    "weighted": "加权合计",
    "has": "有几项",
    "lacks": "缺几项",
    "at": "查表",
    "age_on": "当日年龄",
    "months_aged": "本年满龄月数",
    "months_from": "本年起算月数",
    "year": "年份",
    "month": "月份",
    "months_through": "满月止",
    "days_through": "满日止",
}
ROUNDINGS: Mapping[str, str] = {"half_up": "四舍五入", "up": "进一", "down": "舍去"}
SIGNS: Mapping[str, str] = {"add": "＋", "subtract": "－"}


@dataclass(frozen=True)
class Line:
    """One row of a table in words; `n` is its line in the file, the number that decisions name."""

    n: int
    tests: tuple[str, ...]
    answers: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class Sheet:
    """A table in words: what it looks at, what it answers, and its lines in order; the first that fits decides."""

    columns: tuple[str, ...]
    outcomes: tuple[str, ...]
    lines: tuple[Line, ...]


def sheet(rule: ir.Rule, version: ir.Version, pack: ir.Pack) -> Sheet:
    """Write the table of one version in words. A cell that tests nothing is empty.

    A ground is a code between machines and left out, unless it is the value of a derived fact.
    """
    return _Writer(rule, pack).sheet(version.table)


def reading(setting: ir.Setting, value: object) -> str:
    """Write one value of a switch by the reading it stands for, of a setting by itself."""
    return setting.reading(value) or code_text(value)


def code_text(value: object) -> str:
    """Write a code, a list of codes or yes and no by its label; what has none stays as it is."""
    if isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, (list, tuple)):
        return "、".join(map(code_text, value))
    text = str(value)
    return next((fact.codes[text] for fact in facts().values() if text in fact.codes), PAYERS.get(text, text))


class _Writer:
    """Writes the tables of one rule; whether a number is an amount follows from what it is an answer or operand of."""

    def __init__(self, rule: ir.Rule, pack: ir.Pack) -> None:
        self.rule, self.pack = rule, pack
        is_class = any(one.rule == rule.id and one.answer == "ground" for one in pack.derived.values())
        self.left_out = frozenset() if is_class else frozenset({"ground"})

    def sheet(self, table: ir.Table) -> Sheet:
        outcomes = [name for name in table.outcomes if name not in self.left_out]
        return Sheet(
            tuple(self.label(column.name) for column in table.columns),
            tuple(PAYERS.get(name) or ANSWERS.get(name, name) for name in outcomes),
            tuple(self.line(row, table.columns, outcomes) for row in table.rows),
        )

    def line(self, row: ir.Row, columns: Sequence[ir.Name], outcomes: Sequence[str]) -> Line:
        cells, tests = list(row.cells), []
        for column in columns:  # a column that stands twice gives its cells in order
            found = next((cell for cell in cells if cell.column == column), None)
            if found is not None:
                cells.remove(found)
            tests.append(self.test(found) if found else "")
        answers = (self.answer(name, row.answers[name]) if name in row.answers else "" for name in outcomes)
        return Line(row.line, tuple(tests), tuple(answers), PLACEHOLDER.sub(self.blank, row.because))

    def blank(self, match: re.Match[str]) -> str:
        """What stands in a sentence where a decision puts its figure: 〔自付〕, 〔年龄（周岁）〕."""
        name = match[1]
        return f"〔{BLANKS.get(name) or PAYERS.get(name) or ANSWERS.get(name) or self.label(name)}〕"

    def label(self, name: str) -> str:
        return self.rule.words.get(name) or label(name, self.pack)

    def test(self, cell: ir.Cell) -> str:
        """What a cell wants of its column: ≥65, 困难、低保, 是."""
        name = cell.column.name
        setting = self.pack.settings.get(name)

        def said(expr: ir.Expr) -> str:
            if not isinstance(expr, ir.Const):
                return self.formula(expr, is_money=name.endswith("_fen"))
            if setting:
                return reading(setting, expr.value)
            is_word = isinstance(expr.value, str) and name not in facts()
            return code_text(expr.value) if is_word else value_text(name, expr.value, self.pack)

        match cell.test:
            case ir.Is(wanted):
                return reading(setting, wanted) if setting else WORDS[wanted]
            case ir.OneOf(wanted, negated):
                return ("不是" if negated else "") + "、".join(map(said, wanted))
            case ir.AllOf(wanted):
                return "＋".join(map(said, wanted))
            case ir.Within(low, high, low_excluded, high_excluded):
                if low is not None and low == high:
                    return said(low)
                if low is not None and high is not None and not low_excluded and not high_excluded:
                    return f"{said(low)}—{said(high)}"
                above = [("＞" if low_excluded else "≥") + said(low)] if low is not None else []
                below = [("＜" if high_excluded else "≤") + said(high)] if high is not None else []
                return " ".join(above + below)

    def answer(self, name: str, expr: ir.Expr) -> str:
        """One answer of a row: 10元, 其余, 80%, 取小(10元，价格)."""
        is_money = name.endswith("_fen") or name in PAYERS or (name == "granted" and self.rule.shared.endswith("_fen"))
        if isinstance(expr, ir.Const):
            if isinstance(expr.value, (bool, str)):
                return WORDS.get(expr.value, str(expr.value))
            return value_text("_fen" if is_money else name, expr.value, self.pack)
        return self.formula(expr, is_money=is_money)

    def formula(self, expr: ir.Expr, *, is_money: bool = False) -> str:
        """A formula with Chinese names and signs; with `is_money` it comes to fen, and its amounts are yuan."""
        match expr:
            case ir.Const(value):
                if isinstance(value, str):
                    return code_text(value)
                return value_text("_fen" if is_money else "", value, self.pack)
            case ir.Name(_, name):
                return self.label(name)
            case ir.Member(of, key):
                return f"{self.label(of.name)}·{self.rule.words.get(key) or code_text(key)}"
            case ir.Arithmetic("multiply", left, right):
                sides = ((left, right), (right, left))
                return "×".join(
                    self._closed(side, is_money=is_money and not _has_money(other)) for side, other in sides
                )
            case ir.Arithmetic(operator, left, right):
                after = self.formula(right, is_money=is_money)
                if operator == "subtract" and isinstance(right, ir.Arithmetic) and right.operator != "multiply":
                    after = f"({after})"
                return f"{self.formula(left, is_money=is_money)}{SIGNS[operator]}{after}"
            case ir.Quotient(rounding, over, under):
                return f"{ROUNDINGS[rounding]}({self.formula(over, is_money=is_money)} ÷ {self.formula(under)})"
            case ir.Call(function, arguments, keys):
                amounts = is_money and function in ("min", "max")
                inside = [*(self.formula(one, is_money=amounts) for one in arguments), *map(code_text, keys)]
                return f"{FUNCTIONS.get(function, function)}({'，'.join(inside)})"
            case ir.Count(of, within):
                range_ = self.test(ir.Cell(ir.Name("fact", ""), within, ""))
                return f"{self.formula(of)}中{range_}的个数"
            case ir.PerMille(rate):
                return self.formula(rate) if isinstance(rate, ir.Name) else value_text("_pm", rate, self.pack)
            case ir.Rest():
                return "其余"
            case ir.NoAccount():
                return "不开户"

    def _closed(self, expr: ir.Expr, *, is_money: bool) -> str:
        text = self.formula(expr, is_money=is_money)
        return f"({text})" if isinstance(expr, ir.Arithmetic) and expr.operator != "multiply" else text


def _has_money(expr: ir.Expr) -> bool:
    return any(name.endswith("_fen") for name in names_in(expr))
