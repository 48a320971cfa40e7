"""Which room asks each rule of a pack, read from the rooms' own source, and what the others wait for.

A table that nobody asks decides nothing, however right it is. Who asks is not declared anywhere, so that it cannot be
declared wrongly: the offers of the pack and its list of benefits are asked by `benefits` (what is given by runs by
`allowances` too), its lists of applications and their steps by `applications`, the bands of its parameters by
`adoption`, and every other rule by the room whose source calls a decision with its name. What no room asks stands in
the pack's NOTES.md under `HEADING`, with the room of the street that it waits for.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from sangyu import policy
from sangyu.config.processes.places import PROJECT
from sangyu.config.proof import Requirement, requirements
from sangyu.policy import stages
from sangyu.policy.benefit_list import BENEFITS_FILE, Benefit, read_benefits
from sangyu.policy.names import names_of

SOURCE = PROJECT / "src" / "sangyu"
HEADING = "## 还没有房间来问的规则"
ASKING = frozenset({"decide", "_decide", "decide_if_ruled", "decide_step", "decide_step_by"})
NOT_ROOMS = frozenset({"policy", "city", "config"})  # the engine, the make-believe town, the place where all meet
# Why a requirement that is a rule or a statistic has no table: the whole list.
NO_TABLE: Mapping[str, str] = {
    "(count)": "数行即得：没有比例、门槛和口径可选，报表从登记的行里数出来",
    "(paper)": "出一张纸：名单或情况说明，内容都另有出处",
}


def rules_of(line: Requirement) -> tuple[str, ...]:
    """Name the rules of its pack that decide a requirement; none if a reason stands there instead."""
    return () if line.tables in NO_TABLE else tuple(line.tables.split())


def decided(programme: str) -> dict[str, list[str]]:
    """Say which requirements each rule of a pack decides. Shape: rule -> ids, in the order of the requirements."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in requirements():
        if line.programme == programme:
            for rule in rules_of(line):
                found[rule].append(line.id)
    return dict(found)


def askers(pack: policy.Pack) -> dict[str, set[str]]:
    """Say which rooms ask each rule. Shape: rule -> rooms; a rule that nobody asks is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for offer in pack.offers.values():
        named = {offer.eligible, offer.price, offer.split, offer.account, *offer.grants}
        for rule in {*named, *(rule for rule, _ in offer.answers.values())} - {None}:
            found[str(rule)].add("benefits")
    for benefit in _benefits(pack):
        for rule in {benefit.rule, benefit.amount[0] if benefit.amount else benefit.rule}:
            found[rule] |= {"benefits", *(["allowances"] if benefit.given == "run" else [])}
    for kind in _kinds(pack):
        for rule in {kind.rule, *(step.rule for step in kind.steps)} - {""}:
            found[rule].add("applications")
    for parameter in pack.parameters.values():
        if parameter.band:
            found[parameter.band.rule].add("adoption")
    for rule, rooms in named_in_source().items():
        if rule in pack.rules:
            found[rule] |= rooms
    _ask_what_is_read(pack, found)
    return dict(found)


def _benefits(pack: policy.Pack) -> tuple[Benefit, ...]:
    """Read what a pack gives from the list beside its rules; nothing where there is none."""
    path = pack.folder / BENEFITS_FILE
    return read_benefits(path.read_text(encoding="utf-8-sig"))[0] if path.is_file() else ()


def _kinds(pack: policy.Pack) -> Iterable[stages.Kind]:
    """Read what may be applied for, and by which steps, from the two lists beside the rules."""
    kinds, steps = (pack.folder / name for name in stages.FILES)
    if not (kinds.is_file() and steps.is_file()):
        return ()
    return stages.read(kinds.read_text(encoding="utf-8-sig"), steps.read_text(encoding="utf-8-sig"))[0].values()


def _ask_what_is_read(pack: policy.Pack, found: dict[str, set[str]]) -> None:
    """Add to `found` the rules that decide a fact which an asked rule reads, as deep as that goes."""
    waiting = list(found)
    while waiting:
        asked = waiting.pop()
        read = {name for version in pack.rules[asked].versions for name in names_of(version.table)}
        for name in read & pack.derived.keys():
            rule = pack.derived[name].rule
            if not found[asked] <= found[rule]:
                found[rule] |= found[asked]
                waiting.append(rule)


@cache
def named_in_source() -> dict[str, set[str]]:
    """Find the rules that rooms ask by name. Shape: rule -> rooms, a desk as `portals/hotline`."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).parts
        if len(parts) < 2 or parts[0] in NOT_ROOMS or {"tests", "migrations"} & set(parts):
            continue
        room = "/".join(parts[: 2 if parts[0] == "portals" else 1])
        for rule in _asked_in(path):
            found[rule].add(room)
    return dict(found)


def _asked_in(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    if "decide" not in source:
        return
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _name(node.func) not in ASKING:
            continue
        for argument in node.args:
            said = argument.value if isinstance(argument, ast.Constant) else constants.get(_name(argument))
            if isinstance(said, str):
                yield said


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def waiting(folder: Path) -> dict[str, str]:
    """Read from a pack's NOTES.md which rules wait, and for what. Shape: rule -> room and what it lacks."""
    notes = (folder / "NOTES.md").read_text(encoding="utf-8")
    section = notes.partition(HEADING)[2].partition("\n## ")[0]
    found: dict[str, str] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            room, rules, why = cells
            found |= {rule.strip(" `"): f"{room.strip('`')}：{why}" for rule in rules.split("、")}
    return found


def print_rules(programmes: tuple[str, ...]) -> int:
    """Print every rule with the requirements it decides and the room that asks it, or what it waits for."""
    for programme in programmes:
        pack = policy.load(programme)
        asked, ids, waits = askers(pack), decided(programme), waiting(pack.folder)
        print(f"{programme}  {pack.title}：{len(pack.rules)} 条规则，{len(asked)} 条有房间来问")
        for rule in pack.rules.values():
            who = "、".join(sorted(asked.get(rule.id, ()))) or f"等 {waits.get(rule.id, '（没有写明）')}"
            print(f"  {rule.id:<24} {rule.form:<10} {' '.join(ids.get(rule.id, ['—'])):<28} {who}")
    return 0
