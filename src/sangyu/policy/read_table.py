"""Read one table of a pack: which columns it has, what its rows test and answer, and every fault with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sangyu.policy import cells, ir
from sangyu.policy.dates import PERIODS
from sangyu.policy.decision import ANSWER_FIELDS
from sangyu.policy.errors import BadCell, Finding
from sangyu.policy.formulas import Scope
from sangyu.policy.to_chinese import PLACEHOLDER

# Form -> the sets of outcome columns that a table of it may have; a rule's payers are outcome columns too.
OUTCOMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "eligible": (("eligible", "ground"),),
    "tier": (("amount_fen",), ("hours",), ("units",)),
    "split": ((), ("by",)),
    "account": (("granted",), ("available",)),
    "grant": (("amount_fen",),),
    "limit": (("result", "figure"), ("result",)),
    "schedule": (("every",), ("until",), ("due", "done")),
    "statistic": (("value", "denominator"), ("value",)),
}
_WORDS = {"result": ("pass", "warn", "fail"), "every": tuple(PERIODS)}
TABLE_BYTES_MAX = 1_000_000  # a rule of a bureau has some dozen rows; more is another file, or a list of people
NOTE = "#"  # a line whose first cell begins so is for readers only


class TableReader:
    """Read the table of one rule in one version; `table` is None exactly when there are `findings`."""

    def __init__(self, folder: Path, name: str, rule: str, form: str, payers: tuple[str, ...], scope: Scope) -> None:
        self.findings: list[Finding] = []
        self._file, self._pack, self._rule = f"tables/{name}", folder.name, rule
        self._form, self._payers, self._scope = form, payers, scope
        self.table: ir.Table | None = None
        lines = self._lines(folder / self._file)
        table = self._table(lines) if lines else None
        if not self.findings:
            self.table = table

    def _fault(self, line: int, message: str) -> None:
        self.findings.append(Finding(f"{self._pack}/{self._file}", line, self._rule, message))

    def _lines(self, path: Path) -> list[tuple[int, list[str]]]:
        try:
            size = path.stat().st_size
            if size > TABLE_BYTES_MAX:
                self._fault(
                    0, f"表有 {size / 1_000_000:.1f} MB，最多 1 MB；规则表通常只有几十行，请核对是不是放错了文件"
                )
                return []
            lines = _lines(path.read_text(encoding="utf-8-sig"))
        except OSError:
            self._fault(0, "没有这张表")
            return []
        except csv.Error:
            self._fault(0, "有一格长得不像话，多半是引号没有配对，请核对")
            return []
        except UnicodeDecodeError:
            self._fault(0, "不是 UTF-8 编码，请在 Excel 里另存为“CSV UTF-8（逗号分隔）”")
            return []
        if not lines:
            self._fault(1, "表是空的")
        return lines

    def _table(self, lines: list[tuple[int, list[str]]]) -> ir.Table:
        header = [cell.strip() for cell in lines[0][1]]
        outcomes = self._outcomes(header)
        columns = self._columns(header, outcomes)
        rows = []
        for line, said in lines[1:]:
            if said[0].startswith(NOTE):
                continue
            if len(said) != len(header):
                self._fault(line, f"这一行有 {len(said)} 格，表头有 {len(header)} 格")
                continue
            rows.append(self._row(line, columns, dict(zip(header, said, strict=True)), said, outcomes))
        if not rows:
            self._fault(1, "表里没有一行规则")
        return ir.Table(self._file, tuple(column for _, column in columns), outcomes, tuple(rows))

    def _outcomes(self, header: list[str]) -> tuple[str, ...]:
        """Find the outcome columns, and report those that are missing from the set that they come nearest to."""
        known = {name for one in OUTCOMES[self._form] for name in one}
        own = {name for name in header if name in known}
        wanted = next(
            (one for one in OUTCOMES[self._form] if own == set(one)),
            max(OUTCOMES[self._form], key=lambda one: len(own & set(one))),
        )
        needs_payers = self._form != "account" and "by" not in own
        for absent in [name for name in (*wanted, *(self._payers if needs_payers else ())) if name not in header]:
            self._fault(1, f"缺少结果列“{absent}”")
        for strange in sorted(own - set(wanted)):
            self._fault(1, f"结果列“{strange}”不能与“{'”“'.join(wanted)}”同用")
        return tuple(name for name in header if name in known or name in self._payers)

    def _columns(self, header: list[str], outcomes: tuple[str, ...]) -> list[tuple[int, ir.Name]]:
        columns = []
        for place, word in enumerate(header):
            if word in outcomes or word == "because":
                if header.index(word) < place:
                    self._fault(1, f"结果列“{word}”写了两次")
                continue
            try:
                columns.append((place, self._scope.name(word)))
            except BadCell as error:
                self._fault(1, str(error))
        return columns

    def _row(
        self,
        line: int,
        columns: list[tuple[int, ir.Name]],
        said: Mapping[str, str],
        places: list[str],
        outcomes: tuple[str, ...],
    ) -> ir.Row:
        tests: list[ir.Cell] = []
        answers: dict[str, ir.Expr] = {}
        for place, column in columns:
            if text := places[place].strip():
                try:
                    tests.append(ir.Cell(column, cells.test(text, column, self._scope), text))
                except BadCell as error:
                    self._fault(line, f"“{column.name}”列：{error}")
        refused = said.get("eligible", "").strip().lower() in ("no", "false", "否")
        for outcome in outcomes:
            if outcome == "ground" and refused and not said[outcome].strip():
                continue
            try:
                answers[outcome] = cells.answer(said[outcome], self._scope, outcome, self._payers)
            except BadCell as error:
                self._fault(line, f"“{outcome}”列：{error}")
            words = _WORDS.get(outcome)
            if words and said[outcome].strip() not in words:
                self._fault(line, f"“{outcome}”列只能写 {'、'.join(words)}")
        because = said.get("because", "").strip()
        for placeholder in _strange_placeholders(because, self._scope, self._payers):
            self._fault(line, f"说明里的 {placeholder} 没有对应的名称")
        return ir.Row(line, tuple(tests), answers, because)


def words_of(path: Path, column: str) -> Iterator[str]:
    """List what stands in one column of a table that may be faulty elsewhere; where it cannot be read on, no more."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file, suppress(csv.Error):
        rows = (cells for cells in csv.reader(file) if any(cell.strip() for cell in cells))
        header = [cell.strip() for cell in next(rows, [])]
        place = header.index(column) if column in header else len(header)
        for cells in rows:
            if not cells[0].startswith(NOTE) and (word := "".join(cells[place : place + 1]).strip()):
                yield word


def _strange_placeholders(because: str, scope: Scope, payers: tuple[str, ...]) -> Iterable[str]:
    """List the placeholders of a reason that name nothing an answer could fill in."""
    for match in PLACEHOLDER.finditer(because):
        name, argument = match[1], match[2]
        if name == "age_gap" and argument and argument.isdigit():
            continue
        if name == "lacking" or name in ANSWER_FIELDS or name in payers:
            continue
        try:
            scope.name(name)
        except BadCell:
            yield match[0]


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Split a CSV into (line number of its first line, cells), empty lines left out."""
    reader, lines, before = csv.reader(io.StringIO(text, newline="")), [], 0
    for said in reader:
        if any(cell.strip() for cell in said):
            lines.append((before + 1, said))
        before = reader.line_num
    return lines
