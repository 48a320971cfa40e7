"""Decide one rule for all lines of a Parquet file, in DuckDB: `columns` prints the SQL, here it is kept and run.

Printing needs Ibis, which takes longer to load than a hundred thousand lines to decide. What is printed depends on the
pack's content, the rule, the figures given, the columns of the file and what is known of them, and on the printers
themselves: under the digest of all these the SQL is kept, so a rule is printed once and not every month.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import duckdb

from sangyu.policy import ir
from sangyu.policy.decision import Outcome
from sangyu.policy.errors import BadFact, UnknownRule
from sangyu.policy.versions import kept_folder
from sangyu.policy.vocabulary import Fact, facts

ID, POSITION = "id", "position"
_ROWS = 61_440  # in a row group: half of what is usual, so that a column of one stays in the processor's cache
_OUTCOMES = (*get_args(Outcome), "refused")
_KINDS = ("whole", "clean", "positive")  # of what a profile may say of a column


@dataclass(frozen=True)
class Profile:
    """What is known of an input before it is read line by line; what is not known is taken to be possible.

    `whole`: columns without a gap. `clean`: columns in which every code is one that the vocabulary knows. `positive`:
    columns without a number below 0. No line is of a day before `first_on` or after `last_on`.
    """

    whole: frozenset[str] = frozenset()
    clean: frozenset[str] = frozenset()
    positive: frozenset[str] = frozenset()
    first_on: date | None = None
    last_on: date | None = None

    def widened(self, pack: ir.Pack) -> Profile:
        """Let the days reach as far as they do not matter: to those on which some rule of the pack changes."""
        if self.first_on is None or self.last_on is None:
            return self
        changes = {day for rule in pack.rules.values() for one in rule.versions for day in (one.from_on, one.until_on)}
        before = max((day for day in changes if day and day <= self.first_on), default=date.min)
        after = min((day for day in changes if day and day > self.last_on), default=date.max)
        return replace(self, first_on=before, last_on=after - timedelta(days=1))


def find(pack: ir.Pack, rule_id: str) -> ir.Rule:
    """Find a rule of a pack. Raises: UnknownRule."""
    rule = pack.rules.get(rule_id)
    if rule is None:
        raise UnknownRule(f"规则包 {pack.id} 没有规则 {rule_id}，现有：{'、'.join(pack.rules)}")
    return rule


def connect(memory: str = "600MB", threads: int = 2, keeps_order: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in this process that keeps within some memory; `keeps_order`: lines come out as they went in."""
    opened = duckdb.connect(
        config={"memory_limit": memory, "threads": threads, "preserve_insertion_order": keeps_order}
    )
    opened.execute("SET enable_progress_bar = false")
    return opened


# -- what is known of a file -------------------------------------------------------------------------------------------


def look(
    connection: duckdb.DuckDBPyConnection, asked: Iterable[str], on: date | None = None, known: Profile | None = None
) -> Profile:
    """Look over some columns of `facts`: which have no gap, which hold only codes that are known, no number below 0;
    and from which day to which they reach.

    `known` is what need not be looked for. Codes are looked for among the few values that a column takes.
    """
    known = known or Profile()
    asked = dict.fromkeys(asked)
    first_on, last_on, born = _days(connection, asked) if on is None else (None, None, None)
    said = {kind: set(getattr(known, kind)) for kind in _KINDS}
    said["clean"] |= {"birth_date"} if born and first_on and born <= first_on else set()
    tests: dict[str, dict[tuple[str, str], str]] = {}
    for name in asked:
        fact = facts().get(name)
        few = fact is not None and bool(fact.codes) and fact.type in ("code", "codes")
        source = f'(SELECT DISTINCT "{name}" FROM facts)' if few else "facts"
        wanted = {("whole", name): f'"{name}" IS NOT NULL', **_tests(name, fact, on)}
        tests.setdefault(source, {}).update({key: test for key, test in wanted.items() if key[1] not in said[key[0]]})
    for source, asks in tests.items():
        if asks:
            joined = ", ".join(f"bool_and({test})" for test in asks.values())
            row = connection.execute(f"SELECT {joined} FROM {source}").fetchall()[0]
            for (kind, name), truth in zip(asks, row, strict=True):
                said[kind] |= {name} if truth else set()
    whole, clean, positive = (frozenset(said[kind]) for kind in _KINDS)
    return Profile(whole, clean, positive, first_on, last_on)


def _days(connection: duckdb.DuckDBPyConnection, asked: Iterable[str]) -> list[date | None]:
    """Find the first and the last day, and the last birthday; a Parquet file says so without being read."""
    days = {'min("on")': "on", 'max("on")': "on", "max(birth_date)": "birth_date"}
    wanted = ", ".join(day if name in asked else "NULL" for day, name in days.items())
    found = connection.execute(f"SELECT {wanted} FROM facts").fetchall()[0]
    return [day if isinstance(day, date) else None for day in found]


def _tests(name: str, fact: Fact | None, on: date | None) -> dict[tuple[str, str], str]:
    if name == "birth_date":
        day = '"on"' if on is None else f"DATE '{on}'"
        return {("clean", name): f'coalesce("{name}" <= {day}, true)'}
    match fact.type if fact else "":
        case "int":
            return {("positive", name): f'coalesce("{name}" >= 0, true)'}
        case "code" | "codes" as kind if fact and fact.codes:
            codes = ", ".join(f"'{code}'" for code in fact.codes)
            clean = f'"{name}" IN ({codes})'
            if kind == "codes":  # a hole in a list is not looked for by `list_has_all`
                clean = f'list_has_all([{codes}], "{name}") AND {_holes(name)} = 0'
            return {("clean", name): f'coalesce({clean}, "{name}" IS NULL)'}
        case "ints" | "dates":
            return {("clean", name): f"coalesce({_holes(name)} = 0, true)"}
    return {}


def _holes(name: str) -> str:
    return f'len(list_filter("{name}", lambda one: one IS NULL))'


def _told(connection: duckdb.DuckDBPyConnection, place: str) -> Profile:
    """Read what a Parquet file tells of its own columns: gaps and least values of each row group."""
    rows = connection.execute(
        f"""SELECT path_in_schema, bool_and(coalesce(stats_null_count = 0, false)),
                   bool_and(coalesce(try_cast(stats_min_value AS HUGEINT) >= 0, false))
            FROM parquet_metadata('{place}') GROUP BY path_in_schema"""
    ).fetchall()
    return Profile(
        whole=frozenset(name for name, whole, _ in rows if whole),
        positive=frozenset(name for name, _, positive in rows if positive),
    )


# -- what was printed --------------------------------------------------------------------------------------------------


class _Kept:
    """The SQL of one rule for files of one shape, in a file of its own; everything in it can be printed again."""

    def __init__(self, pack: ir.Pack, rule_id: str, parameters: Mapping[str, Any], shape: Any) -> None:
        said = [pack.digest, rule_id, parameters, shape, _printers()]
        key = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
        self._path = kept_folder().with_name("printed") / f"{key}.json"

    @cached_property
    def texts(self) -> dict[str, Any]:
        """Read what was kept; nothing, if there is nothing that can be read."""
        try:
            texts = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return texts if isinstance(texts, dict) else {}

    def keep(self, name: str, text: Any) -> None:
        """Keep one more; where nothing can be written it is printed again the next time."""
        self.texts[name] = text
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self._path.parent, delete=False) as file:
                json.dump(self.texts, file, ensure_ascii=False)
            os.replace(file.name, self._path)


def _printers() -> list[str]:
    """Name what prints: the code of this room, to the letter, and the packages that it stands on."""
    whole = hashlib.sha256()
    for path in sorted(one for one in Path(__file__).parent.iterdir() if one.suffix in (".py", ".csv")):
        whole.update(path.name.encode() + path.read_bytes())
    return [whole.hexdigest(), duckdb.__version__, version("ibis-framework")]


# -- running it --------------------------------------------------------------------------------------------------------


def decide_file(
    pack: ir.Pack,
    rule_id: str,
    source: Path,
    target: Path,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Decide one rule for all lines of a Parquet file into another; give the number of lines.

    A column `id` goes through; without one the lines are numbered from 1 (`position`).
    Raises: UnknownRule, NotInColumns, BadParameter, BadFact for a column of the wrong type or a file without days.
    """
    rule, place = find(pack, rule_id), str(source).replace("'", "''")
    with connect() as connection:
        columns = connection.execute(f"SELECT * EXCLUDE (file_name) FROM parquet_schema('{place}')").fetchall()
        names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{place}')").fetchall()]
        if "on" not in names:
            raise BadFact("缺少服务日期（on）这一列")
        key = ID if ID in names else POSITION
        number = "" if key == ID else f", row_number() OVER () AS {POSITION}"
        for view in ("facts", "facts_again"):
            connection.execute(f"CREATE VIEW {view} AS SELECT *{number} FROM read_parquet('{place}')")
        kept = _Kept(pack, rule_id, parameters or {}, columns)
        if "asked" not in kept.texts:
            from sangyu.policy.columns import asked_of_file

            kept.keep("asked", asked_of_file(pack, rule_id, source, parameters))
        profile = look(connection, kept.texts["asked"], known=_told(connection, place)).widened(pack)
        known = json.dumps(
            [*(sorted(getattr(profile, kind)) for kind in _KINDS), profile.first_on, profile.last_on], default=str
        )
        if known not in kept.texts:
            from sangyu.policy.columns import print_for_file

            kept.keep(known, print_for_file(pack, rule_id, source, parameters, profile))
        place = str(target).replace("'", "''")
        copied = f"COPY ({_in_few_words(connection, rule, kept.texts[known])}) TO '{place}'"
        return int(connection.execute(f"{copied} (FORMAT parquet, ROW_GROUP_SIZE {_ROWS})").fetchall()[0][0])


def _in_few_words(connection: duckdb.DuckDBPyConnection, rule: ir.Rule, sql: str) -> str:
    """Name the few words that two columns may hold: they are written several times as fast, and read as text."""
    for name, words in (("outcome", _OUTCOMES), ("version", [one.label for one in rule.versions])):
        among = ", ".join(f"'{word}'" for word in words)
        connection.execute(f"CREATE TYPE {name}_word AS ENUM ({among})")
    return f"SELECT * REPLACE (outcome::outcome_word AS outcome, version::version_word AS version) FROM ({sql})"
