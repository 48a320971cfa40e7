"""Examine a pack as a careful colleague would before it is signed: every fault with file, line and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sangyu.policy import cover, holes, ir, lists, stages
from sangyu.policy.bands import outside
from sangyu.policy.cases import run_file
from sangyu.policy.errors import BadAnswer, Finding, PolicyError, UnknownPack
from sangyu.policy.forms import share_out
from sangyu.policy.names import names_in, names_of
from sangyu.policy.read import Reader
from sangyu.policy.runtime import Unknown
from sangyu.policy.to_chinese import label, value_text
from sangyu.policy.to_python import figure_program, program

CASES_LEAST = 2
_RATE_FEN = 700  # any rate a bureau might set: a share must add up at every price beside it


def check(
    folder: Path,
    documents: Path | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    on: date | None = None,
    register: bool = True,
) -> list[Finding]:
    """Find the faults of the pack in `folder`. Shape: sorted by file and line; empty if there are none.

    `documents` is where the policy texts lie; a text that is not there is not compared with its locators. `parameters`
    are a bureau's own figures, asked against the bands that hold `on` a day. Without `register` the documents need not
    be complete: a version from before they were registered can still be changed.
    Raises: BadParameter.
    """
    reader = Reader(folder)
    if reader.pack is None:
        return sorted(reader.findings)
    pack = reader.pack
    found = [Finding(f"{pack.id}/{file}", line, rule, said) for file, line, rule, said in _faults(pack, documents)]
    if register:
        found += _documents(pack)
    if parameters and on is not None:
        found += _bands(pack, parameters, on)
    return sorted(set(found))


Fault = tuple[str, int, str, str]


def _faults(pack: ir.Pack, documents: Path | None) -> Iterator[Fault]:
    for rule in pack.rules.values():
        for version in rule.versions:
            yield from _coverage(rule, version.table, pack)
            yield from _overlaps(rule, version.table)
            yield from _holes(rule, version.table, pack)
            yield from _shares(rule, version.table, pack)
    yield from _locators(pack, documents)
    yield from _unused(pack)
    yield from ((file, line, "", said) for file, line, said in lists.faults(pack.folder))
    yield from _cases(pack)


def _coverage(rule: ir.Rule, table: ir.Table, pack: ir.Pack) -> Iterator[Fault]:
    """Find rows that no input reaches under any reading, and inputs that no row covers under some."""
    reached: set[int] = set()
    for reading in cover.readings(table, pack):
        coverage = cover.Coverage(rule, table, pack, reading)
        alone = rule.rows == "first"  # rows that join do not take inputs from each other
        reached |= {
            row.line for row in table.rows if row.line not in reached and coverage.reached(row.line, alone) is not None
        }
        gap = coverage.uncovered()
        if gap is not None:
            said = "，".join(f"{name}={value_text(name, value, pack)}" for name, value in gap.items()) or "任何情形"
            yield (
                table.file,
                table.rows[-1].line,
                rule.id,
                f"表有空档，没有一行适用于：{said}；表末应有一行条件全空的兜底",
            )
            return
    for row in table.rows:
        if row.line not in reached:
            yield table.file, row.line, rule.id, "这一行永远不会适用：它的情形都已被上面的行用完"


def _overlaps(rule: ir.Rule, table: ir.Table) -> Iterator[Fault]:
    """Find two number ranges that cut into each other while everything else in their rows is the same.

    A later row that contains an earlier one is how tables are written; one that only cuts into it is a slip. Rows that
    join may cut into each other.
    """
    if rule.rows != "first":
        return
    for number, later in enumerate(table.rows):
        for earlier in table.rows[:number]:
            if len(earlier.cells) != len(later.cells) or earlier.answers == later.answers:
                continue
            different = [pair for pair in zip(earlier.cells, later.cells, strict=True) if _apart(*pair)]
            if len(different) != 1 or different[0][0].column != different[0][1].column:
                continue
            common = _cut(different[0][0].test, different[0][1].test)
            if common is not None:
                name = different[0][0].column.name
                yield table.file, later.line, rule.id, f"与第{earlier.line}行在 {name}={common} 处重叠而结果不同"


def _holes(rule: ir.Rule, table: ir.Table, pack: ir.Pack) -> Iterator[Fault]:
    """Find values between two ranges that neither row takes: they fall through to a row that was not meant for them."""
    for hole in holes.holes(table):
        name = hole.column.name
        low, high = (value_text(name, point, pack) for point in (hole.low, hole.high))
        said = low if hole.low == hole.high else f"{low}至{high}"
        between = f"第{hole.before}行和第{hole.after}行都不管，会落到别的行（多半是末尾的兜底行）"
        said = f"{label(name, pack)}{said}没有写到：{between}；请把这两行接上，或为它另写一行"
        yield table.file, hole.after, rule.id, said


def _apart(one: ir.Cell, other: ir.Cell) -> bool:
    return (one.column, one.test) != (other.column, other.test)


def _cut(one: ir.Test, other: ir.Test) -> Any:
    """Give a value in both of two ranges if neither contains the other, else None."""
    if not isinstance(one, ir.Within) or not isinstance(other, ir.Within):
        return None
    bounds = [bound for test in (one, other) for bound in (test.low, test.high)]
    points = {bound.value for bound in bounds if isinstance(bound, ir.Const) and isinstance(bound.value, int)}
    near = sorted(point + step for point in points for step in (-1, 0, 1))
    inside = [[point for point in near if _inside(point, test)] for test in (one, other)]
    common = set(inside[0]) & set(inside[1])
    return min(common) if common and common != set(inside[0]) and common != set(inside[1]) else None


def _inside(point: int, test: ir.Within) -> bool:
    low, high = (bound.value if isinstance(bound, ir.Const) else None for bound in (test.low, test.high))
    above = not isinstance(low, int) or (point > low if test.low_excluded else point >= low)
    below = not isinstance(high, int) or (point < high if test.high_excluded else point <= high)
    return above and below


def _shares(rule: ir.Rule, table: ir.Table, pack: ir.Pack) -> Iterator[Fault]:
    """Find shares that cannot add up to the price: by their kinds, and by trying prices around every figure."""
    if rule.form != "split" or "by" in table.outcomes:
        return
    for row in table.rows:
        shares = {payer: row.answers[payer] for payer in rule.payers}
        rests = [payer for payer, share in shares.items() if isinstance(share, ir.Rest)]
        rates = [share.rate_pm for share in shares.values() if isinstance(share, ir.PerMille)]
        rates_pm = sum(rate for rate in rates if isinstance(rate, int))
        if len(rests) > 1:
            yield table.file, row.line, rule.id, f"只能有一方付余额（rest），现有 {'、'.join(rests)}"
        elif rates_pm > 1000:
            yield table.file, row.line, rule.id, f"千分比合计 {rates_pm}，超过 1000"
        elif not rests and any(isinstance(rate, ir.Name) for rate in rates):
            yield table.file, row.line, rule.id, "千分比由设定决定时，要有一方付余额（rest）"
        elif not rests and rates_pm and rates_pm != 1000:
            yield table.file, row.line, rule.id, f"千分比合计 {rates_pm}，不足 1000，又没有人付余额（rest）"
        else:
            yield from _tried_prices(rule, table, row, pack)


def _tried_prices(rule: ir.Rule, table: ir.Table, row: ir.Row, pack: ir.Pack) -> Iterator[Fault]:
    figures = {point for expr in row.answers.values() for point in _figures(expr)}
    prices = sorted({0, 1, 1500, *(figure + step for figure in figures for step in (-1, 0, 1) if figure + step >= 0)})
    for price_fen in prices:
        f = _Priced(rule, price_fen, pack)
        printed = program(table).run(f)
        tests, answer = next((tests, answer) for line, tests, answer in printed if line == row.line)
        if any(test() is False for name, test in tests if name in f.priced):
            continue
        shares = {payer: share for payer, share in answer().items() if payer in rule.payers}
        if any(isinstance(share, Unknown) for share in shares.values()):
            return
        try:
            share_out(f.figure(rule.shared) if rule.shared in pack.figures else price_fen, shares)
        except BadAnswer as error:
            yield table.file, row.line, rule.id, str(error)
            return


def _figures(expr: ir.Expr) -> Iterator[int]:
    match expr:
        case ir.Const(value) if isinstance(value, int):
            yield value
        case ir.Arithmetic(_, left, right):
            yield from _figures(left)
            yield from _figures(right)
        case ir.Call(_, arguments, _):
            for argument in arguments:
                yield from _figures(argument)


class _Priced:
    """Stand in for an `Inquiry` that knows a price, the default readings and some rate, and nothing else."""

    def __init__(self, rule: ir.Rule, price_fen: int, pack: ir.Pack) -> None:
        self._price_fen, self._pack = price_fen, pack
        shared = pack.figures.get(rule.shared)
        self.priced = {rule.shared, *(names_in(shared.formula) if shared else ())}

    def fact(self, name: str) -> Any:
        return self._price_fen if name in self.priced else Unknown("fact", name)

    derived = calendar = fact

    def figure(self, name: str) -> Any:
        return figure_program(self._pack.figures[name]).run(self)

    def age_on(self, *_: Any) -> Any:
        return Unknown("fact", "age")

    months_aged = months_from = age_on

    def setting(self, name: str) -> Any:
        return self._pack.settings[name].default

    def parameter(self, name: str) -> Any:
        return _RATE_FEN if self._pack.parameters[name].type == "int" else Unknown("parameter", name)


def _bands(pack: ir.Pack, parameters: Mapping[str, Any], on: date) -> Iterator[Finding]:
    """Point at the row of the band that a figure fails."""
    for one in outside(pack, parameters, on):
        if not one.warns:
            yield Finding(f"{pack.id}/{one.file}", one.decision.row or 0, one.decision.rule, str(one))


def _documents(pack: ir.Pack) -> Iterator[Finding]:
    """Find documents that cannot be looked up: without a title, a number, or the level whose policy they are."""
    for key, document in pack.documents.items():
        lacking = [
            word
            for word, given in (("title", document.title), ("number", document.number), ("level", document.level))
            if not given
        ]
        if lacking:
            said = f"文件“{key}”缺少 {'、'.join(lacking)}（标题、文号、级别都要写）"
            yield Finding(f"{pack.id}/pack.toml", document.line, "", said)


def _locators(pack: ir.Pack, documents: Path | None) -> Iterator[Fault]:
    """Find locators that do not occur in their document, where its text is at hand."""
    texts = {}
    for document in pack.documents.values():
        path = documents / document.file if documents is not None and document.file else None
        if path is not None and path.is_file():
            texts[document.title] = path.read_text(encoding="utf-8")
    for rule in pack.rules.values():
        if rule.source.document in texts and rule.source.locator not in texts[rule.source.document]:
            yield "pack.toml", rule.line, rule.id, f"原文片段“{rule.source.locator}”不在文件里"
    for file, line, key, locator in stages.named_places(pack.folder):
        title = pack.documents[key].title if key in pack.documents else ""
        if title in texts and locator not in texts[title]:
            yield file, line, "", f"原文片段“{locator}”不在文件里"


def _unused(pack: ir.Pack) -> Iterator[Fault]:
    """Find readings, parameters and figures that no rule reads, and tables that no version names."""
    read = {name for rule in pack.rules.values() for version in rule.versions for name in names_of(version.table)}
    read |= {name for figure in pack.figures.values() for name in names_in(figure.formula)}
    read |= {name for rule in pack.rules.values() for name in (rule.roll_over, rule.rows, rule.shared)}
    for shelf in (pack.settings, pack.parameters, pack.figures):
        for name, item in shelf.items():
            if name not in read:
                yield "pack.toml", item.line, "", f"“{name}”没有一条规则用到"
    named = {version.table.file for rule in pack.rules.values() for version in rule.versions}
    for path in sorted((pack.folder / "tables").glob("*.csv")):
        if f"tables/{path.name}" not in named:
            yield f"tables/{path.name}", 0, "", "没有一条规则用到这张表"


def _cases(pack: ir.Pack) -> Iterator[Fault]:
    """Run the pack's own worked examples, and find rules that have too few of them."""
    path = pack.folder / "cases.jsonl"
    if not path.is_file():
        yield "cases.jsonl", 0, "", "没有算例"
        return

    try:
        path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        yield "cases.jsonl", 0, "", "不是 UTF-8 编码，请用记事本另存，编码选 UTF-8"
        return

    def load(pack_id: str) -> ir.Pack:
        if pack_id != pack.id:
            raise UnknownPack(f"这里只放 {pack.id} 的算例，不放 {pack_id} 的")
        return pack

    yield from _example_figures(pack, path)
    results = list(run_file(path, load))
    for result in results:
        if not result.passed:
            yield "cases.jsonl", result.line, result.rule, f"算例 {result.id} 不对：{result.fault}"
    for rule in pack.rules.values():
        own = sum(1 for result in results if result.rule == rule.id)
        if own < CASES_LEAST:
            yield "cases.jsonl", 0, rule.id, f"只有 {own} 个算例，至少要 {CASES_LEAST} 个"


def _example_figures(pack: ir.Pack, path: Path) -> Iterator[Fault]:
    """Find worked examples that set a figure outside its band: what they show could not be adopted."""
    banded = {name for name, parameter in pack.parameters.items() if parameter.band}
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines() if banded else (), 1):
        try:
            facts = json.loads(line or "{}").get("facts", {})
            figures = {name: facts["parameters"][name] for name in sorted(banded & set(facts.get("parameters", {})))}
            found = list(outside(pack, figures, date.fromisoformat(facts["on"]))) if figures else []
        except (ValueError, TypeError, AttributeError, KeyError, PolicyError):
            continue  # what is no example at all is told where it is run
        for one in found:
            if not one.warns:
                yield "cases.jsonl", number, one.decision.rule, f"算例用的参数{one}"
