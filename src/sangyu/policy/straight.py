"""Print a table as a straight walk: nested `if`s for a question with nothing missing, where no row stays in play.

It asks for the same names in the same order as the rows that `to_python` prints, so what is remembered of the question
is the same. As soon as something is not known it gives up, and the three-valued walk answers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sangyu.policy import ir
from sangyu.policy.forms import finish
from sangyu.policy.to_python import PRINTED_MAX, Keys, Program, condition, counted_keys, expression, ready
from sangyu.policy.vocabulary import LISTS, PLAIN, facts

_OPERATORS = {"add": " + ", "subtract": " - ", "multiply": " * "}


@lru_cache(maxsize=PRINTED_MAX)
def straight(pack: ir.Pack, rule: ir.Rule, table: ir.Table) -> Program:
    """Print a table's straight walk once. Shape of what it gives: (place of the row, its answer), or None."""
    source = _Printer(pack, rule).table(table)
    return Program(source, ready(source, table.file, "walk", rule=rule, finish=finish))


class _Printer:
    """Print the rows; a name is read where the first row that comes so far asks for it, and kept in a variable."""

    def __init__(self, pack: ir.Pack, rule: ir.Rule) -> None:
        self.pack, self.rule = pack, rule
        self.lines: list[str] = []
        self.named: dict[ir.Name, str] = {}  # every variable so far
        self.unsure: dict[str, None] = {}  # those that a row may find unread

    def table(self, table: ir.Table) -> str:
        keys = counted_keys(expr for row in table.rows for expr in row.answers.values())
        read: set[ir.Name] = set()  # what is surely read when a row is come to
        end = ["    return None"]
        for place, row in enumerate(table.rows):
            here, depth = read.copy(), 1
            for number, cell in enumerate(row.cells):
                self._line(depth, f"if {self._test(cell, depth, here)}:")
                depth += 1
                if number == 0:
                    read = here.copy()
            answer = self._split(row, depth, here) or self._finished(row, keys)
            self._line(depth, f"return {place}, {answer}  # {row.line}")
            if not row.cells:
                end = []
                break  # nothing falls through a row without conditions
        unread = [f"    {' = '.join(self.unsure)} = UNREAD"] if self.unsure else []
        opening = [
            "def walk(f):",
            f"    # {table.file}",
            "    given, known, used = f.given, f.facts, f.facts_used",
            "    configured, read = f.parameters, f.parameters_used",
        ]
        return "\n".join([*opening, *unread, *self.lines, *end]) + "\n"

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    # -- conditions ----------------------------------------------------------------------------------------------------

    def _test(self, cell: ir.Cell, depth: int, read: set[ir.Name]) -> str:
        """Print what is read first, then give the test itself."""
        operands = ir.operands(cell.test)
        names = [cell.column, *(one for one in operands if isinstance(one, ir.Name))]
        if all(isinstance(one, (ir.Const, ir.Name)) for one in operands):
            for name in names:
                self._read(name, depth, read)
            said = [self.named[one] if isinstance(one, ir.Name) else repr(_value(one)) for one in operands]
            return self._printed(cell, self.named[cell.column], said) or condition(cell)
        self._line(depth, f"truth = {condition(cell)}")
        self._line(depth, "if truth.__class__ is Unknown:")
        self._line(depth + 1, "return None")
        return "truth"

    def _read(self, name: ir.Name, depth: int, read: set[ir.Name]) -> None:
        if name in read:
            return
        if name in self.named:
            self.unsure[self.named[name]] = None
            self._line(depth, f"if {self.named[name]} is UNREAD:")
            depth += 1
        variable = self.named.setdefault(name, f"{name.kind}_{name.name}")
        given = _as_given(name, variable)
        if given:
            self._line(depth, f"{variable} = given.get({name.name!r})")
            self._line(depth, f"if {given}:")
            self._line(depth + 1, f"known[{name.name!r}] = used[{name.name!r}] = {variable}")
            self._line(depth, "else:")
            depth += 1
        elif self._is_plain(name):
            self._line(depth, f"if configured.get({name.name!r}) is None:")
            self._line(depth + 1, f"{variable} = read[{name.name!r}] = {self.pack.settings[name.name].default!r}")
            self._line(depth, "else:")
            depth += 1
        self._line(depth, f"{variable} = f.{name.kind}({name.name!r})")
        if name.kind not in ("setting", "calendar"):  # these are always known
            self._line(depth, f"if {variable}.__class__ is Unknown:")
            self._line(depth + 1, "return None")
        read.add(name)

    def _is_plain(self, name: ir.Name) -> bool:
        """Tell whether a name is a setting that holds no list: of whatever value, it is of its default's class."""
        return name.kind == "setting" and self.pack.settings[name.name].default.__class__ in (int, bool, str)

    def _printed(self, cell: ir.Cell, value: str, said: list[str]) -> str:
        """Print the test of a known value against known ones, as shortly as its kind allows."""
        constant = all(isinstance(one, ir.Const) for one in ir.operands(cell.test))
        match cell.test:
            case ir.Is(wanted):
                return f"{value} is {wanted}"
            case ir.OneOf(wanted, negated) if wanted and constant:
                if _is_list(cell.column):
                    truth = " or ".join(f"{one} in {value}" for one in said)
                    return f"not ({truth})" if negated else truth if len(said) == 1 else f"({truth})"
                if cell.column.kind not in ("fact", "derived") and not self._is_plain(cell.column):
                    return _asked(cell, value, said)
                if len(said) == 1:
                    return f"{value} {'!=' if negated else '=='} {said[0]}"
                return f"{value} {'not in' if negated else 'in'} ({', '.join(said)})"
            case ir.AllOf(wanted) if wanted and constant and _is_list(cell.column):
                return " and ".join(f"{one} in {value}" for one in said)
            case ir.Within(low, high, low_out, high_out) if said and all(map(_is_there, (low, high))):
                left = f"{said.pop(0)} {'<' if low_out else '<='} " if low is not None else ""
                right = f" {'<' if high_out else '<='} {said.pop(0)}" if high is not None else ""
                there = "" if _is_there(cell.column) else f"{value} is not None and "
                return f"{there}{left}{value}{right}"
        return _asked(cell, value, said)

    # -- answers -------------------------------------------------------------------------------------------------------

    def _finished(self, row: ir.Row, keys: Keys) -> str:
        """Print what brings a row into the answer of its form."""
        raw = ", ".join(f"{name!r}: {expression(expr, keys)}" for name, expr in row.answers.items())
        constant = all(isinstance(expr, ir.Const) for expr in row.answers.values())
        if constant and not self.rule.payers and self.rule.form not in ("account", "schedule"):
            return f"{{{raw}}}"  # as it stands in the row
        return f"finish(rule, {{{raw}}}, f)"

    def _split(self, row: ir.Row, depth: int, read: set[ir.Name]) -> str:
        """Print the shares of a row in which one payer has the rest of what the others leave; else an empty text."""
        rest = [payer for payer, expr in row.answers.items() if isinstance(expr, ir.Rest)]
        fixed = {payer: expr for payer, expr in row.answers.items() if payer not in rest}
        if len(rest) != 1 or set(row.answers) != set(self.rule.payers) or not all(map(_is_sum, fixed.values())):
            return ""
        named, shares = self.named.copy(), {}
        for payer, expr in fixed.items():
            shares[payer] = self._sum(expr, depth, read)
            if not isinstance(expr, ir.Const):
                self._line(depth, f"{payer}_fen = {shares[payer]}")
                shares[payer] = f"{payer}_fen"
        shared = ir.Name("figure" if self.rule.shared in self.pack.figures else "fact", self.rule.shared)
        left = [self._sum(shared, depth, read), *(share for share in shares.values() if share != "0")]
        shares[rest[0]] = f"{rest[0]}_fen"
        self._line(depth, f"{rest[0]}_fen = {' - '.join(left)}")
        self._line(depth, f"if {' or '.join(f'{share} < 0' for share in shares.values() if not share.isdigit())}:")
        self._line(depth + 1, "return None")
        self.named = named  # nobody comes by here who goes on
        return f"{{'shares_fen': {{{', '.join(f'{payer!r}: {shares[payer]}' for payer in self.rule.payers)}}}}}"

    def _sum(self, expr: ir.Expr, depth: int, read: set[ir.Name]) -> str:
        """Print what a formula reads, then give the formula itself, of whole numbers that are there."""
        match expr:
            case ir.Name() as name:
                self._read(name, depth, read)
                if not _is_there(name):
                    self._line(depth, f"if {self.named[name]} is None:")
                    self._line(depth + 1, "return None")
                return self.named[name]
            case ir.Arithmetic(operator, left, right):
                operands = [self._sum(one, depth, read) for one in (left, right)]
                return f"({_OPERATORS[operator].join(operands)})"
            case ir.Call(function, arguments):
                return f"{function}({', '.join([self._sum(one, depth, read) for one in arguments])})"
            case _:
                return repr(_value(expr))


def _is_sum(expr: ir.Expr) -> bool:
    """Tell whether a formula only adds, multiplies and compares: of known numbers Python says the same."""
    match expr:
        case ir.Const() | ir.Name():
            return True
        case ir.Arithmetic(_, left, right):
            return _is_sum(left) and _is_sum(right)
        case ir.Call(function, arguments):
            return function in ("min", "max") and all(map(_is_sum, arguments))
    return False


def _asked(cell: ir.Cell, value: str, said: list[str]) -> str:
    """Print the test as a call of `runtime`, which says it of a value of any kind."""
    match cell.test:
        case ir.OneOf(_, negated):
            return f"{'none_of' if negated else 'one_of'}({', '.join([value, *said])})"
        case ir.AllOf():
            return f"all_in({', '.join([value, *said])})"
    return ""


def _as_given(name: ir.Name, variable: str) -> str:
    """Print the test that a given value stands as it is, as most do; an empty text where `Inquiry` must read it."""
    fact = facts()[name.name] if name.kind == "fact" else None
    if fact is None or fact.type not in ("int", "bool", "code"):
        return ""
    codes = ", ".join(map(repr, fact.codes))
    among = f" and {variable} in {{{codes}}}" if codes else ""
    return f"{variable}.__class__ is {PLAIN[fact.type].__name__}{among}"


def _value(expr: ir.Expr) -> Any:
    assert isinstance(expr, ir.Const)
    return expr.value


def _is_list(column: ir.Name) -> bool:
    return column.kind == "fact" and facts()[column.name].type in LISTS


def _is_there(expr: ir.Expr | None) -> bool:
    """Tell whether a known value cannot be nothing: not a day that there may not be, nor a figure of such days."""
    if isinstance(expr, ir.Name) and expr.kind == "fact":
        return facts()[expr.name].type != "date_or_null" and facts()[expr.name].default is not None
    return not isinstance(expr, ir.Name) or expr.kind in ("setting", "parameter", "calendar")
