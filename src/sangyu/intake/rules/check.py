"""Check one line of a sheet by itself: each cell, and the cells against each other; pure.

What a line says of others (the same document twice, somebody registered already) is asked of the whole batch elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sangyu.intake.rules import cells as read
from sangyu.intake.rules.cells import Cell, folded, shown
from sangyu.intake.rules.columns import DOCUMENT, DOCUMENT_KIND, ELDERS, IDENTITIES, KIN, Column, Kind, Template
from sangyu.intake.rules.refusals import BadCell
from sangyu.kit.errors import Refusal
from sangyu.registry.rules import DocumentSaid, kind_of, read_document

SHOWN_MAX = 20
AHEAD_DAYS = 366


@dataclass(frozen=True, order=True)
class Fault:
    """Say what is wrong with one cell, why, and what to do."""

    column: str
    what: str


@dataclass(frozen=True)
class Known:
    """What a line is checked against. Shape: lists are code -> what people write; `communities` the viewer's own.

    `lacks` says why somebody born then, with local hukou or without, may not be registered today; empty if they may.
    """

    today: date
    communities: Mapping[str, str]
    document_kinds: Mapping[str, str]
    identities: Mapping[str, str]
    identity_sources: Mapping[str, str]
    sexes: Mapping[str, str]
    lacks: Callable[[date, bool], str]
    found: dict[str, dict[str, str]] = field(default_factory=dict)

    def listed(self, name: str) -> Mapping[str, str]:
        """Return a list by its name."""
        return {
            "communities": self.communities,
            "document_kinds": self.document_kinds,
            "identities": self.identities,
            "identity_sources": self.identity_sources,
            "sexes": self.sexes,
        }[name]

    def code_of(self, name: str, text: str) -> str | None:
        """Return the code for what somebody wrote; None if it is none of the list, or could be several."""
        if name not in self.found:
            self.found[name] = _found_by(self.listed(name))
        return self.found[name].get(folded(text)) or None


@dataclass(frozen=True)
class Checked:
    """A line that was checked: what was read of it, what is kept of it, and the document if it could be read."""

    values: Mapping[str, Any]
    texts: Mapping[str, str]
    faults: tuple[Fault, ...]
    document: DocumentSaid | None


def check(template: Template, line: Mapping[str, Cell], known: Known) -> Checked:
    """Check every cell of a line, then what the cells say together.

    Shape: at most one fault for a cell; cells that were not read well keep what stood in them.
    """
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for column in template.columns:
        cell = line.get(column.key, "")
        if isinstance(cell, str) and (not cell or not cell.strip()):
            if column.required:
                wrong[column.key] = f"没有填{column.label}。请补上。"
            continue
        texts[column.key] = shown(cell)
        try:
            values[column.key], texts[column.key] = _read(column, cell, known)
        except Refusal as refusal:
            wrong[column.key] = str(refusal)
    document = _document(values, texts, wrong, known)
    if template.code == ELDERS.code and document:
        _person(document, values, wrong, known)
    for n in range(1, KIN + 1):
        _together(template, texts, wrong, (f"kin_{n}_name", f"kin_{n}_relation", f"kin_{n}_phone"))
    for n in range(1, IDENTITIES + 1):
        one = f"identity_{n}"
        _together(template, texts, wrong, (one, f"{one}_evidence", f"{one}_from"), (f"{one}_until", f"{one}_source"))
        since, until = values.get(f"{one}_from"), values.get(f"{one}_until")
        if since and until and until <= since:
            wrong[f"{one}_until"] = f"终止日{until}不晚于起始日{since}，等于从未认定。请核对日期。"
        if since and since > known.today + timedelta(days=AHEAD_DAYS):
            wrong[f"{one}_from"] = f"起始日{since}在一年以后。请核对年份。"
    _identities_once(values, texts, wrong)
    faults = tuple(Fault(key, wrong[key]) for key in template.keys if key in wrong)
    return Checked(values, texts, faults, document)


def _read(column: Column, cell: Cell, known: Known) -> tuple[Any, str]:
    if column.kind == Kind.DAY:
        day = read.day(cell)
        return day, day.isoformat()
    if column.kind == Kind.PHONE:
        number = read.telephone(cell)
        return number, number
    if column.kind == Kind.YES_NO:
        yes = read.yes_or_no(cell)
        return yes, "是" if yes else "否"
    if column.kind == Kind.NUMBER:
        number = read.number_word(cell)
        return number, number
    text = read.words(cell, length_max=column.length_max)
    if column.kind == Kind.WORDS:
        return text, text
    code = known.code_of(column.choices, text)
    if code is None:
        raise BadCell(_no_such(column, text))
    return code, known.listed(column.choices)[code]


def _no_such(column: Column, text: str) -> str:
    if column.choices == "communities":
        return (
            f"您负责的范围内没有“{text[:SHOWN_MAX]}”这个社区，或有几个同名。请写成“街道/社区”或12位代码，可从下拉里选。"
        )
    return f"{column.label}里没有“{text[:SHOWN_MAX]}”这一项。请从下拉里选一项。"


def _document(
    values: dict[str, Any], texts: dict[str, str], wrong: dict[str, str], known: Known
) -> DocumentSaid | None:
    """Read the number as one of its kind; the kind is told by the number where nobody wrote it."""
    number, key = values.get(DOCUMENT.key), DOCUMENT.key
    if number is None or DOCUMENT_KIND.key in wrong:
        return None
    try:
        said = read_document(values.get(DOCUMENT_KIND.key) or kind_of(number), number)
    except Refusal as refusal:
        wrong[key] = str(refusal)
        return None
    texts[key] = said.number
    texts[DOCUMENT_KIND.key] = known.document_kinds[said.kind]
    return said


def _person(document: DocumentSaid, values: dict[str, Any], wrong: dict[str, str], known: Known) -> None:
    """Let the number agree with what is typed beside it, and the person be one who may be registered."""
    for key, label, told in (("birth_on", "出生日期", document.birth_on), ("sex", "性别", document.sex)):
        typed = values.get(key)
        if key in wrong:
            continue
        if told and typed and told != typed:
            said = f"{typed}与号码里的{told}" if key == "birth_on" else "与证件号码"
            wrong[key] = f"填写的{label}{said}不一致。请对照证件，改正其中一个。"
        elif not told and not typed:
            wrong[key] = f"这种证件的号码里没有{label}。请对照证件填写。"
        else:
            values[key] = told or typed
    born, hukou = values.get("birth_on"), values.get("hukou_in_area")
    if born is None or "birth_on" in wrong:
        return
    where = DOCUMENT.key if document.birth_on else "birth_on"
    if born > known.today:
        wrong[where] = f"出生日期{born}还没有到。请对照证件核对。"
    elif hukou is not None and (lacks := known.lacks(born, hukou)):
        wrong[where] = lacks


def _together(
    template: Template,
    texts: Mapping[str, str],
    wrong: dict[str, str],
    keys: tuple[str, ...],
    also: tuple[str, ...] = (),
) -> None:
    """Ask for the rest of what belongs together once a part of it is there."""
    first = next((key for key in (*keys, *also) if key in texts), None)
    if first is None or keys[-1] not in template.keys:
        return
    for key in keys:
        if key not in texts and key not in wrong:
            label = template.column(key).label
            wrong[key] = f"填了“{template.column(first).label}”，还要填{label}。请补上，或一并清空。"


def _identities_once(values: Mapping[str, Any], texts: Mapping[str, str], wrong: dict[str, str]) -> None:
    seen: set[tuple[str, date]] = set()
    for n in range(1, IDENTITIES + 1):
        one = values.get(f"identity_{n}"), values.get(f"identity_{n}_from")
        if None in one:
            continue
        if one in seen and f"identity_{n}" not in wrong:
            wrong[f"identity_{n}"] = f"“{texts[f'identity_{n}']}”在这一行里写了两次，起始日也相同。请删掉一项。"
        seen.add(one)  # type: ignore[arg-type]  # neither is None


def _found_by(listed: Mapping[str, str]) -> dict[str, str]:
    """Turn a list round: by code, by what people write, and by its last part where only one ends so; '' is several."""
    found: dict[str, str] = {}
    for code, label in listed.items():
        for text in dict.fromkeys((code, label, label.rpartition("/")[2])):
            plain = folded(text)
            found[plain] = code if found.get(plain, code) == code else ""
    return found
