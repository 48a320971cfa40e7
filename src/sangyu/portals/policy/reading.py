"""What the pages show of a pack: its rules by document, one rule in words, its switches and parameters, its cases."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.policy import cases, ir, table_text
from sangyu.policy.to_chinese import PAYERS, day, value_text
from sangyu.policy.vocabulary import facts
from sangyu.quality.models import Dimension

CASES_FILE = "cases.jsonl"


@dataclass(frozen=True)
class InForce:
    """The pack of a programme on a day, the adoption by which it holds, and its worked examples as they are written."""

    pack: ir.Pack
    adoption: Adoption
    on: date
    cases: str


def in_force(programme_id: Any, on: date) -> InForce:
    """Return the pack that a programme works by on a day.

    Raises: NothingAdopted; BadPack.
    """
    adopted = adoption_read.in_force(programme_id, on)
    pack = adoption_read.pack_of(adopted)
    texts = adoption_read.texts_of(programme_id, pack.id, pack.digest)
    return InForce(pack, adopted, on, texts.get(CASES_FILE, ""))


@dataclass(frozen=True)
class RuleLine:
    """A rule as a line of the list."""

    rule: ir.Rule
    form: str
    period: str
    payers: str
    holds: bool


@dataclass(frozen=True)
class Chapter:
    """A document of the register, and the rules that stand in it; `level` is whose policy it is, in words."""

    document: ir.Document
    level: str
    lines: tuple[RuleLine, ...]


def levels(pack: ir.Pack) -> list[tuple[str, str]]:
    """Return the levels of the pack's documents from the nation down. Shape: (code, word)."""
    there = {document.level for document in pack.documents.values()}
    return [(code, word) for code, word in table_text.LEVELS.items() if code in there]


def chapters(held: InForce, text: str = "", level: str = "") -> list[Chapter]:
    """Return the rules by document, in the order of the pack; with a text those that have it, or whose document has.

    A rule has it in its title or locator, a document in its title. With a level the documents of that level. A document
    that no rule cites stands there too: others rest on it.
    """
    found = _lines(held, text)
    return [
        Chapter(document, table_text.LEVELS.get(document.level, ""), tuple(lines))
        for document in sorted(held.pack.documents.values(), key=lambda one: not found.get((one.title, one.number)))
        if level in ("", document.level)
        and ((lines := found.get((document.title, document.number), [])) or not text or text in document.title)
    ]


def _lines(held: InForce, text: str) -> dict[tuple[str, str], list[RuleLine]]:
    found: dict[tuple[str, str], list[RuleLine]] = {}
    for rule in held.pack.rules.values():
        if not any(text in said for said in (rule.title, rule.source.locator, rule.source.document)):
            continue
        version = rule.version_on(held.on)
        line = RuleLine(
            rule,
            table_text.FORMS[rule.form],
            period(version or rule.versions[-1]),
            "、".join(PAYERS[payer] for payer in rule.payers),
            version is not None,
        )
        found.setdefault((rule.source.document, rule.source.number), []).append(line)
    return found


def period(version: ir.Version) -> str:
    """Say when a version holds: 2014年10月1日起, 2014年10月1日前, 一直有效."""
    since = f"{day(version.from_on)}起" if version.from_on else ""
    until = f"{day(version.until_on)}前" if version.until_on else ""
    return since + until or "一直有效"


@dataclass(frozen=True)
class Choice:
    """A switch or setting: its readings, which of them holds, and whether somebody chose it."""

    label: str
    readings: tuple[str, ...]
    now: str
    chosen: bool


@dataclass(frozen=True)
class Open:
    """A figure that the text leaves open; `value` is empty until the bureau sets it."""

    label: str
    value: str


def choices(held: InForce) -> list[Choice]:
    """Return every switch and setting with the reading that holds now."""
    found = []
    for setting in held.pack.settings.values():
        given = held.adoption.parameters.get(setting.name)
        readings = tuple(table_text.reading(setting, value) for value in setting.values)
        found.append(Choice(setting.label, readings, setting_text(setting, given), given is not None))
    return found


def open_figures(held: InForce) -> list[Open]:
    """Return every parameter with the figure that the bureau has set."""
    return [
        Open(
            spoken_label(parameter), parameter_text(parameter, held.adoption.parameters.get(parameter.name), held.pack)
        )
        for parameter in held.pack.parameters.values()
    ]


def setting_text(setting: ir.Setting, given: Any) -> str:
    """Write the reading that holds; without one given it is the default."""
    now = setting.default if given is None else given
    return table_text.reading(setting, tuple(now) if isinstance(now, list) else now)


def spoken_label(parameter: ir.Parameter) -> str:
    """Name a figure in the unit in which it is shown: the files count fen and per-mille, the pages yuan and percent."""
    return parameter.label.replace("（分", "（元").removesuffix("（元）").removesuffix("（千分比）")


def spoken_code(code: Any) -> str:
    """Write a code of a figure by its label; weights name the sides of an appraisal."""
    return str(dict(Dimension.choices).get(code) or table_text.code_text(str(code)))


def parameter_text(parameter: ir.Parameter, value: Any, pack: ir.Pack) -> str:
    """Write a figure of the bureau in words; empty if it is not set."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "，".join(f"{spoken_code(key)} {_cell(one)}" for key, one in value.items())
    if isinstance(value, list):  # steps: from where on, and what holds there
        steps = ([value_text(name, one, pack) for name, one in step.items()] for step in value)
        return "，".join(f"{bound}起{result}" for bound, result in steps)
    # a tariff of so many fen per minute is an amount too
    return value_text(parameter.name.partition("_per_")[0], value, pack) if isinstance(value, int) else str(value)


def _cell(value: Any) -> str:
    """Write one entry of a map; that of a matrix is a map itself."""
    if isinstance(value, Mapping):
        return "（" + "，".join(f"{spoken_code(one)} {n}" for one, n in value.items()) + "）"
    return str(value)


@dataclass(frozen=True)
class Example:
    """A worked example of the pack with what it came to now; `fault` is empty when every expected field is equal."""

    id: str
    rule: str
    title: str
    facts: Mapping[str, Any]
    note: str
    because: str
    fault: str


def examples(pack: ir.Pack, written: str, rule_ids: Collection[str] = ()) -> list[Example]:
    """Run worked examples as they are written, those of some rules or all, in the order of the file."""
    found = []
    for line in written.removeprefix("\ufeff").splitlines():
        case = json.loads(line) if line.strip() else None
        if case is None or (rule_ids and case["rule"] not in rule_ids):
            continue
        found.append(_example(case, pack))
    return found


def _example(case: Mapping[str, Any], pack: ir.Pack) -> Example:
    rule = pack.rules.get(case["rule"])
    title = rule.title if rule else str(case["rule"])
    try:
        fault, because = cases.fault_of(case, pack), policy.decide(pack, case["rule"], case["facts"]).because
    except policy.PolicyError as refused:  # a changed table may no longer answer what an example asks
        fault, because = str(refused), ""
    return Example(case["id"], case["rule"], title, case["facts"], case.get("note", ""), because, fault)


def asked(told: Iterable[Example]) -> list[str]:
    """Return the facts that a question to a rule may need, in the order of the vocabulary: what its examples give."""
    given = {name for one in told for name in one.facts}
    return [name for name in facts() if name in given]
