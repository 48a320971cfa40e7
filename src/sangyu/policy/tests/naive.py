"""A third evaluator: reads a pack's cells by itself and takes one decision at a time, slowly and in fractions.

It imports nothing of `sangyu`. It says what a rule answers when everything that it reads is known; where something is
not known it says `open` and leaves the three-valued logic to the engines.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import naive_words as words
from .naive_forms import account, schedule
from .naive_money import in_proportion, share
from .naive_words import Open, Refused

_OUTCOMES = {
    "eligible": ("eligible", "ground"),
    "tier": ("amount_fen", "hours", "units"),
    "grant": ("amount_fen",),
    "split": ("by",),
    "account": ("granted", "available"),
    "limit": ("result", "figure"),
    "schedule": ("every", "until", "due", "done"),
    "statistic": ("value", "denominator"),
}
_YES, _NO = ("yes", "true", "是"), ("no", "false", "否")
Answer = dict[str, Any]


def _vocabulary() -> dict[str, dict[str, str]]:
    with (Path(__file__).parents[1] / "facts.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


FACTS = _vocabulary()
_DEFAULTS: dict[str, Any] = {"0": 0, "none": None, "[]": []}


class Table:
    """One table as it lies in its file."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader, lines, before = csv.reader(file), [], 0
            for cells in reader:
                lines.append((before + 1, cells))
                before = reader.line_num
        self.header = [cell.strip() for cell in lines[0][1]]
        self.rows = [(line, cells) for line, cells in lines[1:] if any(cells) and not cells[0].startswith("#")]

    def answers(self, cells: list[str]) -> dict[str, str]:
        """Name the cells of a row by their columns."""
        return {name: cell.strip() for name, cell in zip(self.header, cells, strict=True)}


class Naive:
    """One pack, read cell by cell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.toml = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8-sig"))
        self.leap = self.toml["pack"].get("leap_birthday", "03-01")
        self.tables: dict[str, Table] = {}

    def section(self, name: str) -> dict[str, Any]:
        """Give a section of the pack."""
        return dict(self.toml.get(name, {}))

    def table(self, name: str) -> Table:
        """Read a table once."""
        if name not in self.tables:
            self.tables[name] = Table(self.folder / "tables" / name)
        return self.tables[name]

    def versions(self, rule: str) -> Iterator[tuple[date, date, Table]]:
        """Walk the versions of a rule. Shape: (first day, day after the last, table)."""
        for said in self.section("rules")[rule].get("versions", [{}]):
            yield said.get("from", date.min), said.get("until", date.max), self.table(said.get("table", f"{rule}.csv"))

    def answer(self, rule: str, facts: Mapping[str, Any], parameters: Mapping[str, Any]) -> Answer:
        """Answer one question. Shape: `outcome` (decided, refused, open, not_in_force), `row`, fields of the form."""
        on = facts["on"]
        table = next((table for start, end, table in self.versions(rule) if start <= on < end), None)
        if table is None:
            return {"outcome": "not_in_force"}
        known = self.section("rules")[rule]
        amount = facts.get(known.get("shared", "price_fen"), 0) if known["form"] in ("split", "account") else 0
        try:
            if isinstance(amount, int) and amount < 0:
                return {"outcome": "decided", **self._taken_back(rule, table, facts, parameters)}
            return {"outcome": "decided", **Question(self, facts, parameters).decide(rule, table)}
        except Open:
            return {"outcome": "open"}
        except Refused:
            return {"outcome": "refused"}

    def _taken_back(self, rule: str, table: Table, facts: Mapping[str, Any], parameters: Mapping[str, Any]) -> Answer:
        """Take a charge back: as it was charged and turned round, or to those who paid as they paid."""
        known = self.section("rules")[rule]
        shared, payers, paid = known.get("shared", "price_fen"), known.get("payers", []), facts.get("paid_fen")
        amount, credit = -facts[shared], 0
        charge = {**facts, shared: amount}
        parts, account = None, known["form"] == "account"
        wrong = paid is not None and (
            amount > sum(paid.values()) or min(paid.values(), default=0) < 0 or (payers and set(paid) - set(payers))
        )
        if paid is not None and not wrong:
            parts = in_proportion(amount, {payer: paid.get(payer, 0) for payer in payers or paid})
            if account and len(payers) == 2:
                credit = parts[payers[1]]
                charge["refund_fen"] = facts.get("refund_fen", 0) + credit
        made = Question(self, charge, parameters).decide(rule, table)
        if wrong or (account and (len(payers) != 2 or shared == "minutes")):
            raise Refused("nobody to give it back to")
        if account and parts is None:
            raise Open
        made["shares_fen"] = {payer: -fen for payer, fen in (parts or made["shares_fen"]).items()}
        if account:
            made["balance_fen"] += made["used_fen"] + (0 if "granted_fen" in made else credit)
            made["used_fen"] = -credit
        return made


class Question:
    """The names that one question may ask about."""

    def __init__(self, pack: Naive, facts: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        self.pack, self.facts, self.parameters = pack, facts, parameters
        self.on: date = facts["on"]
        self.leap = pack.leap

    # -- names ---------------------------------------------------------------------------------------------------------

    def kind(self, name: str) -> str:
        """Tell what a name is: bool, int, date, code, codes, …; an empty text if it names nothing."""
        if name.startswith("given "):
            return "given" if self.facts.get(name.removeprefix("given ")) is not None else ""
        if name in self.pack.section("derived"):
            answer = self.pack.section("derived")[name].get("answer", "ground")
            return {"ground": "code", "eligible": "bool"}.get(answer, "int")
        if name in self.pack.section("figures"):
            return "int"
        for section in ("switches", "settings"):
            if name in self.pack.section(section):
                default = self.pack.section(section)[name]["values"][0]
                return {bool: "bool", int: "int"}.get(type(default), "code")
        if name in self.pack.section("parameters"):
            return str(self.pack.section("parameters")[name].get("type", "int"))
        if name in words.DAYS:
            return "date"
        return FACTS[name]["type"].replace("date_or_null", "date") if name in FACTS else ""

    def value(self, name: str) -> Any:
        """Give the value of a name. Raises: Open, Refused."""
        if name in self.pack.section("derived"):
            return self._derived(name, self.pack.section("derived")[name])
        if name in self.pack.section("figures"):
            text = self.pack.section("figures")[name]["formula"]
            return words.formula(text, self, _counted([text]))
        for section in ("switches", "settings"):
            if name in self.pack.section(section):
                said = self.parameters.get(name)
                return self.pack.section(section)[name]["values"][0] if said is None else said
        if name in self.pack.section("parameters"):
            return self._parameter(name, self.pack.section("parameters")[name])
        return words.named_day(name, self.on) if name in words.DAYS else self._fact(name, FACTS[name])

    def _fact(self, name: str, known: Mapping[str, str]) -> Any:
        given = self.facts.get(name)
        if given is None and (known["type"] != "date_or_null" or name not in self.facts):
            if name == "age" and self.facts.get("birth_date") is not None:
                if self.facts["birth_date"] > self.on:
                    raise Refused("not born yet")
                return words.age(self.facts["birth_date"], self.on, self.leap)
            if not known["default"]:
                raise Open
            return _DEFAULTS[known["default"]]
        codes = [pair.split(" ")[0] for pair in known["codes"].split("|") if pair]
        members = given if isinstance(given, (list, tuple)) else [given]
        if given is not None and None in members:
            raise Refused("a list with a hole")
        if codes and not set(members) <= set(codes):
            raise Refused("a code that nobody knows")
        return list(given) if isinstance(given, tuple) else given

    def _parameter(self, name: str, known: Mapping[str, Any]) -> Any:
        given = self.parameters.get(name)
        if given is None or ("sum_to" in known and sum(given.values()) != known["sum_to"]):
            raise Open
        return [tuple(step.values()) for step in given] if known.get("type") == "steps" else given

    def stated(self, known: Mapping[str, Any], name: str) -> Any:
        """Read what the facts state for a derived fact, or None."""
        answer, codes = known.get("answer", "ground"), set()
        if answer == "ground":
            for _, _, table in self.pack.versions(known["rule"]):
                codes |= {table.answers(cells).get(answer, "") for _, cells in table.rows}
        for own in (name, *known.get("aliases", ())):
            given = self.facts.get(own)
            foreign = own in FACTS and any(given == pair.split(" ")[0] for pair in FACTS[own]["codes"].split("|"))
            if given is None or (isinstance(given, str) and foreign and given not in codes):
                continue
            if isinstance(given, str) and given not in codes:
                raise Refused("a class that there is not")
            return given
        return None

    def _derived(self, name: str, known: Mapping[str, Any]) -> Any:
        given = self.stated(known, name)
        if given is not None:
            return given
        for start, end, table in self.pack.versions(known["rule"]):
            if start <= self.on < end:
                made = self.settle(known["rule"], table)
                return made[known.get("answer", "ground")]
        raise Refused("not in force")

    # -- tables --------------------------------------------------------------------------------------------------------

    def decide(self, rule: str, table: Table) -> Answer:
        """Decide a rule that is asked for by itself: what is stated wins over it."""
        for name, known in self.pack.section("derived").items():
            answer = known.get("answer", "ground")
            if known["rule"] == rule and answer in ("ground", "eligible"):
                given = self.stated(known, name)
                if given is None:
                    break
                for line, cells in table.rows:
                    said = table.answers(cells)
                    if (said[answer] in _YES) == given if answer == "eligible" else said[answer] == given:
                        return _entitled({"row": line, "eligible": said["eligible"] in _YES, "ground": said["ground"]})
                raise Refused("no row of that class")
        made = self.settle(rule, table)
        if self.pack.section("rules")[rule]["form"] == "eligible" and not made["eligible"]:
            self._explain(table, made["row"])
        return _entitled(made)

    def _explain(self, table: Table, decided: int) -> None:
        """Read every ground, as a refusal does that names what lacks."""
        rows = {line: table.answers(cells) for line, cells in table.rows}
        asked = [name for name in table.header if name not in ("eligible", "ground", "because")]
        if any(rows[decided][name] for name in asked) and "{lacking}" not in rows[decided].get("because", ""):
            return
        for _, cells in table.rows:
            if table.answers(cells)["eligible"] in _YES:
                for name, text in zip(table.header, cells, strict=True):
                    self._known(name, text, asked)

    def _known(self, name: str, text: str, asked: list[str]) -> bool | None:
        """Test one cell; None where it cannot be told."""
        if name not in asked or not text.strip():
            return True
        try:
            return self.holds(name, text.strip())
        except Open:
            return None

    def settle(self, rule: str, table: Table) -> Answer:
        """Find the row that decides, or those that do together, and finish the answer."""
        known = self.pack.section("rules")[rule]
        outcomes = [name for name in table.header if name in (*_OUTCOMES[known["form"]], *known.get("payers", ()))]
        asked = [name for name in table.header if name not in (*outcomes, "because")]
        how = known.get("rows", "first")
        how = self.value(how) if how not in ("first", "best", "add") else how
        formulas = [table.answers(cells)[name] for _, cells in table.rows for name in outcomes]
        matched: list[Answer] = []
        for line, cells in table.rows:
            truths = []
            for name, text in zip(table.header, cells, strict=True):
                truths.append(self._known(name, text, asked))
                if truths[-1] is False:
                    break
            if False in truths:
                continue
            if None in truths:
                raise Open
            raw = {name: table.answers(cells)[name] for name in outcomes}
            fields = self.finish(known, raw, _counted(formulas))
            matched.append({"row": line, **fields})
            if how == "first":
                return matched[0]
        if not matched:
            raise Refused("no row matches")
        (name,) = outcomes
        if how == "best":
            return max(matched, key=lambda one: one[name])
        first = next((one for one in matched if one[name]), matched[-1])
        return {"row": first["row"], name: sum(one[name] for one in matched)}

    def holds(self, name: str, text: str) -> bool:
        """Test one condition cell. Raises: Open, Refused."""
        value, kind = self.value(name), self.kind(name)
        if kind == "bool":
            return bool(value is (text.lower() in _YES))
        if kind in ("int", "date") and text[0] in "<>":
            sign, bound = (text[:2], text[2:]) if text[1] == "=" else (text[0], text[1:])
            return self._inside(value, **{{">": "low", "<": "high"}[sign[0]]: bound}, strict=len(sign) == 1, kind=kind)
        if kind in ("int", "date") and ".." in text:
            low, high = text.split("..")
            return self._inside(value, low=low, high=high, kind=kind)
        have = value if isinstance(value, (list, tuple)) else [value]
        if "&" in text:
            return all(one in have for word in text.split("&") for one in self._wanted(word.strip(), name, kind))
        wanted = text.removeprefix("not ").split("|")
        found = any(one in have for word in wanted for one in self._wanted(word.strip(), name, kind))
        return found is not text.startswith("not ")

    def _inside(self, value: Any, low: str = "", high: str = "", strict: bool = False, kind: str = "int") -> bool:
        least = self._operand(low, kind) if low else None
        most = self._operand(high, kind) if high else None
        if value is None:
            return False
        above = least is None or (value > least if strict else value >= least)
        below = most is None or (value < most if strict else value <= most)
        return bool(above and below)

    def _operand(self, text: str, kind: str) -> Any:
        day = re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip())
        return date.fromisoformat(text.strip()) if day and kind == "date" else words.formula(text, self, {})

    def _wanted(self, word: str, name: str, kind: str) -> list[Any]:
        if kind in ("int", "date"):
            return [self._operand(word, kind)]
        if word in self.pack.section("settings") and word not in FACTS.get(name, {"codes": ""})["codes"]:
            said = self.value(word)
            return list(said) if isinstance(said, (list, tuple)) else [said]
        return [word]

    # -- forms ---------------------------------------------------------------------------------------------------------

    def finish(self, rule: Mapping[str, Any], raw: Mapping[str, str], keys: Mapping[str, set[str]]) -> Answer:
        """Make the answer of a form from the cells of the row that matched."""
        form, payers = rule["form"], rule.get("payers", [])
        fields = {
            name: self._outcome(name, text, keys)
            for name, text in raw.items()
            if form == "account" or name not in payers
        }
        if form == "account":
            return account(self, rule, fields)
        if form == "schedule":
            return schedule(self, fields)
        if form == "split" or payers:
            shared = rule.get("shared", "price_fen")
            price = fields[shared] if shared in fields else self.value(shared)
            if "by" in fields:
                return {"shares_fen": in_proportion(price, fields["by"])}
            parts = {payer: self._part(raw[payer], price, keys) for payer in payers}
            return {**fields, "shares_fen": share(price, parts)}
        if None in fields.values():
            raise Refused("a day that there is not")
        return fields

    def _outcome(self, name: str, text: str, keys: Mapping[str, set[str]]) -> Any:
        if name == "eligible":
            return text.lower() in _YES
        if name in ("ground", "result", "every") or text == "none":
            return text
        return words.formula(text, self, keys)

    def _part(self, text: str, price: int, keys: Mapping[str, set[str]]) -> Fraction | int | None:
        rate = re.fullmatch(r"(\w+) ?(?:pm|‰)", text)
        if text == "rest":
            return None
        if rate is None:
            return int(words.formula(text, self, keys))
        number = words.formula(rate[1], self, keys)
        if not 0 <= number <= 1000:
            raise Refused("no rate")
        return Fraction(number, 1000)


def _entitled(made: Answer) -> Answer:
    return {name: value for name, value in made.items() if name != "ground" or made["eligible"]}


def _counted(texts: list[str]) -> dict[str, set[str]]:
    """Find which keys of which map some formulas read."""
    keys: dict[str, set[str]] = {}
    for text in texts:
        for of, key in re.findall(r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)", text):
            keys.setdefault(of, set()).add(key)
    return keys
