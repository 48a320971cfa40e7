"""What a pack says about applications: what may be applied for, and by which steps it is decided.

Two lists beside the rules. `applications.csv` names each kind: the rule that is asked, which classes may be given on
which ground, and what a yes brings about. `stages.csv` gives the steps of each kind in their order: who does one, for
which classes, within how many working days where the document says so. A fault in them would show only when somebody's
application is stuck, so a pack with a faulty one is not adopted.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS_FILE, STAGES_FILE = "applications.csv", "stages.csv"
FILES = (KINDS_FILE, STAGES_FILE)
KIND_COLUMNS = ("kind", "title", "rule", "ground", "classes", "effect", "document", "locator")
STAGE_COLUMNS = ("kind", "stage", "step", "classes", "who", "days", "rule", "document", "locator")
CLASSES = ("free", "low_paid", "paid", "volunteer")
SERVICE_CLASS, AWARD = "service_class", "award"
EFFECTS = (SERVICE_CLASS, AWARD)
ACCEPT, MATCH, CLASSIFY, REVIEW, NOTICE = "accept", "match", "classify", "review", "notice"
APPROVE, CHOOSE, AGREE, ARRANGE, CALL_BACK = "approve", "choose", "agree", "arrange", "call_back"
STEPS = (ACCEPT, MATCH, CLASSIFY, REVIEW, NOTICE, APPROVE, CHOOSE, AGREE, ARRANGE, CALL_BACK)
REGISTERS = "registers"
BUREAU = "bureau"
PEOPLE = ("community", BUREAU, "quality")
DAYS_MAX = 250
NOTE = "#"
_KIND = re.compile(r"[a-z][a-z0-9-]{0,29}")

Fault = tuple[int, str]
Line = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Ground:
    """Which classes may be given when the rule answers with this ground; an empty ground is any."""

    ground: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One step of a kind; `classes` empty is every class, `days` (working days) None where the document is silent."""

    stage: str
    code: str
    classes: tuple[str, ...]
    who: str
    days: int | None
    rule: str
    document: str
    locator: str


@dataclass(frozen=True)
class Kind:
    """Something that may be applied for, with its steps in order."""

    code: str
    title: str
    rule: str
    effect: str
    grounds: tuple[Ground, ...]
    steps: tuple[Step, ...]
    document: str
    locator: str

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages in their order, each once."""
        return tuple(dict.fromkeys(step.stage for step in self.steps))

    def step(self, code: str) -> Step | None:
        """Return the step of this code, None where the kind has none."""
        return next((step for step in self.steps if step.code == code), None)

    def classes_on(self, ground: str | None) -> tuple[str, ...]:
        """Return the classes that may be given on a ground; none where the kind knows no classes."""
        return next((row.classes for row in self.grounds if row.ground in ("", ground)), ())


def read(kinds_text: str, stages_text: str) -> tuple[dict[str, Kind], tuple[tuple[str, int, str], ...]]:
    """Read the two lists of a pack: its kinds by code, in the order written, and every fault with file and line."""
    faults: list[tuple[str, int, str]] = []
    kind_lines, wrong = _lines(kinds_text, KIND_COLUMNS)
    faults += [(KINDS_FILE, *fault) for fault in wrong]
    stage_lines, wrong = _lines(stages_text, STAGE_COLUMNS)
    faults += [(STAGES_FILE, *fault) for fault in wrong]
    for line, row in kind_lines:
        faults += [(KINDS_FILE, line, said) for said in _faults_of_kind(row)]
    for line, row in stage_lines:
        faults += [(STAGES_FILE, line, said) for said in _faults_of_step(row)]
    if not faults:
        faults += _faults_between(kind_lines, stage_lines)
    if faults:
        return {}, tuple(faults)
    return {
        code: _kind(code, kind_lines, stage_lines) for code in dict.fromkeys(row["kind"] for _, row in kind_lines)
    }, ()


def faults(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Find the faults of a pack's two lists, and what they name that it does not have. Shape: file, line, fault."""
    there = [name for name in FILES if (folder / name).is_file()]
    if not there:
        return
    if len(there) == 1:
        missing = next(name for name in FILES if name not in there)
        yield there[0], 0, f"{KINDS_FILE} 和 {STAGES_FILE} 要一起写，缺少 {missing}"
        return
    texts = [(folder / name).read_text(encoding="utf-8-sig") for name in FILES]
    found, wrong = read(*texts)
    yield from wrong
    if not found:
        return
    pack = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8-sig"))
    for name, columns, text in zip(FILES, (KIND_COLUMNS, STAGE_COLUMNS), texts, strict=True):
        for line, row in _lines(text, columns)[0]:
            yield from ((name, line, said) for said in _unknown(row, pack))


def named_places(folder: Path) -> Iterator[tuple[str, int, str, str]]:
    """Name the place in a document that each line stands on. Shape: file, line, id of the document, its words."""
    for name, columns in zip(FILES, (KIND_COLUMNS, STAGE_COLUMNS), strict=True):
        if (folder / name).is_file():
            for line, row in _lines((folder / name).read_text(encoding="utf-8-sig"), columns)[0]:
                yield name, line, row["document"], row["locator"]


def _lines(text: str, columns: Sequence[str]) -> tuple[list[Line], list[Fault]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header, *rows = [(reader.line_num, cells) for cells in reader if any(cells)] or [(1, [])]
    except csv.Error:
        return [], [(reader.line_num, "有一格长得不像话，多半是引号没有配对")]
    if tuple(header[1]) != tuple(columns):
        return [], [(header[0], f"列应是 {'、'.join(columns)}")]
    rows = [(line, cells) for line, cells in rows if not cells[0].startswith(NOTE)]
    uneven = [
        (line, f"这一行有 {len(cells)} 格，表头有 {len(columns)} 格")
        for line, cells in rows
        if len(cells) != len(columns)
    ]
    return [
        (line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)})
        for line, cells in rows
        if len(cells) == len(columns)
    ], uneven


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("|") if word.strip())


def _faults_of_kind(row: Mapping[str, str]) -> Iterator[str]:
    if not _KIND.fullmatch(row["kind"]):
        yield f"申请种类“{row['kind']}”应为小写字母开头的编号，例如 service"
    for name, label in (("title", "名称"), ("rule", "规则"), ("document", "文件"), ("locator", "原文")):
        if not row[name]:
            yield f"要写{label}"
    if row["effect"] not in EFFECTS:
        yield f"核准后的效果“{row['effect']}”应为 {'、'.join(EFFECTS)}"
    yield from _strange_classes(row["classes"])
    if (row["effect"] == SERVICE_CLASS) != bool(row["classes"]):
        yield f"效果是 {SERVICE_CLASS} 的要写可以定的类别，别的不写"


def _faults_of_step(row: Mapping[str, str]) -> Iterator[str]:
    if row["step"] not in STEPS:
        yield f"步骤“{row['step']}”应为 {'、'.join(STEPS)}"
    for name, label in (("stage", "环节"), ("document", "文件"), ("locator", "原文")):
        if not row[name]:
            yield f"要写{label}"
    wanted = (REGISTERS,) if row["step"] == MATCH else PEOPLE
    if row["who"] not in wanted:
        yield f"“{row['step']}”由谁办“{row['who']}”应为 {'、'.join(wanted)}"
    if row["days"] and not (row["days"].isascii() and row["days"].isdecimal() and 0 < int(row["days"]) <= DAYS_MAX):
        yield f"期限“{row['days']}”应为 1 至 {DAYS_MAX} 的整数（工作日），文件没有写的空着"
    if row["step"] == APPROVE and row["who"] != BUREAU:
        yield f"“{APPROVE}”只能由 {BUREAU} 办"
    if row["step"] == NOTICE and not row["rule"]:
        yield "公示要写按哪条规则算期限"
    if row["step"] not in (NOTICE, APPROVE) and row["rule"]:
        yield f"“{row['step']}”不问规则，这一格要空着"
    if row["step"] == APPROVE and row["classes"]:
        yield f"“{APPROVE}”每一类都要办，类别这一格要空着"
    yield from _strange_classes(row["classes"])


def _strange_classes(cell: str) -> Iterator[str]:
    strange = [word for word in _words(cell) if word not in CLASSES]
    if strange:
        yield f"类别“{'、'.join(strange)}”应为 {'、'.join(CLASSES)}"


def _faults_between(kinds: Sequence[Line], stages: Sequence[Line]) -> Iterator[tuple[str, int, str]]:
    first: dict[str, dict[str, str]] = {}
    grounds: set[tuple[str, str]] = set()
    for line, row in kinds:
        before = first.setdefault(row["kind"], row)
        if any(before[name] != row[name] for name in ("title", "rule", "effect")):
            yield KINDS_FILE, line, f"“{row['kind']}”的名称、规则、效果在各行要一样"
        if (row["kind"], row["ground"]) in grounds or (row["kind"], "") in grounds:
            yield KINDS_FILE, line, "这一行永远轮不到：前面已有一行管这个依据"
        grounds.add((row["kind"], row["ground"]))
    for line, row in stages:
        if row["kind"] not in first:
            yield STAGES_FILE, line, f"申请种类“{row['kind']}”不在 {KINDS_FILE} 里"
    for code, row in first.items():
        own = [(line, step) for line, step in stages if step["kind"] == code]
        for line, said in _faults_of_order(own, row["effect"]):
            yield STAGES_FILE, line, f"“{row['title']}”{said}"


def _faults_of_order(steps: Sequence[Line], effect: str) -> Iterator[Fault]:
    """Find steps out of order: accepted first, decided once, looked at by others before it, carried out behind it."""
    codes = [step["step"] for _, step in steps]
    if not codes or codes[0] != ACCEPT:
        yield (steps[0][0] if steps else 0), f"第一步应为 {ACCEPT}"
        return
    for n, (line, step) in enumerate(steps):
        if step["step"] in codes[:n]:
            yield line, f"步骤 {step['step']} 写了两遍"
        elif n and STEPS.index(step["step"]) < STEPS.index(codes[n - 1]):
            yield line, f"步骤 {step['step']} 应在 {codes[n - 1]} 之前"
        if step["classes"] and CLASSIFY not in codes[:n]:
            yield line, f"步骤 {step['step']} 在 {CLASSIFY} 之前，还没有类别，类别这一格要空着"
        if n and step["stage"] != steps[n - 1][1]["stage"] and step["stage"] in [one["stage"] for _, one in steps[:n]]:
            yield line, f"环节“{step['stage']}”的各步要写在一起"
    if (CLASSIFY in codes) == (MATCH in codes):
        yield steps[0][0], f"{MATCH}（比对）和 {CLASSIFY}（定类别）要有一个，也只有一个"
    if (CLASSIFY in codes) != (effect == SERVICE_CLASS):
        yield steps[0][0], f"效果是 {SERVICE_CLASS} 的才有 {CLASSIFY}"
    if APPROVE not in codes and set(codes) & {CLASSIFY, REVIEW, NOTICE}:
        yield steps[-1][0], f"有人核定或公示的要有 {APPROVE}"


def _unknown(row: Mapping[str, str], pack: Mapping[str, Any]) -> Iterator[str]:
    rules = pack.get("rules", {})
    if row["rule"] and row["rule"] not in rules:
        yield f"没有规则“{row['rule']}”"
    elif row["rule"]:
        wanted = _forms(row)
        if rules[row["rule"]].get("form") not in wanted:
            yield f"规则“{row['rule']}”应是 {'、'.join(wanted)} 一类"
    if row["document"] not in pack.get("documents", {}):
        yield f"没有文件“{row['document']}”"


def _forms(row: Mapping[str, str]) -> tuple[str, ...]:
    """Name the forms of a rule that may be asked in a line: what is applied for may also be so much or so long."""
    if row.get("step") == NOTICE:
        return ("schedule",)
    return ("eligible",) if "step" in row else ("eligible", "tier")


def _kind(code: str, kinds: Sequence[Line], stages: Sequence[Line]) -> Kind:
    rows = [row for _, row in kinds if row["kind"] == code]
    head = rows[0]
    return Kind(
        code=code,
        title=head["title"],
        rule=head["rule"],
        effect=head["effect"],
        grounds=tuple(Ground(row["ground"], _words(row["classes"])) for row in rows),
        steps=tuple(
            Step(
                stage=row["stage"],
                code=row["step"],
                classes=_words(row["classes"]),
                who=row["who"],
                days=int(row["days"]) if row["days"] else None,
                rule=row["rule"],
                document=row["document"],
                locator=row["locator"],
            )
            for _, row in stages
            if row["kind"] == code
        ),
        document=head["document"],
        locator=head["locator"],
    )
