"""The catalogue as a sheet that an official can check: every line read, every fault told with its line; pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sangyu.kit.errors import Refusal
from sangyu.kit.money import BadAmount, parse_yuan, yuan

COLUMNS = {
    "code": ("编号", 20),
    "name": ("名称", 40),
    "item_class": ("类别", 20),
    "unit": ("单位", 10),
    "minutes": ("分钟", 4),
    "price": ("价格", 12),
    "offer": ("补贴方式", 20),
    "standard": ("服务标准", 200),
    "initials": ("拼音", 40),
    "skill": ("技能", 30),
    "certificate": ("证书", 30),
    "tasks": ("步骤", 400),
    "only_kind": ("承接机构", 20),
    "document": ("标准文本", 40),
    "replaces": ("接替", 200),
}
NEEDED = ("code", "name", "item_class", "unit", "minutes", "price", "offer", "standard", "initials")
GROUP = "分组："
MAY_BE_EMPTY = "（可空）"
TASK_LENGTH_MAX = 30
GROUP_LENGTH_MAX = 20
MINUTES_MAX = 1440
FAULTS_TOLD = 8


class SheetFaulty(Refusal):
    """The sheet of the catalogue cannot be taken as it is; nothing of it was."""

    code = "SHEET_FAULTY"


@dataclass(frozen=True)
class Group:
    """Where an item stands in one scheme of a city: 六助 / 助餐, or 4+1+X / 基本服务 / 家政服务."""

    scheme: str
    branch: str
    name: str


@dataclass(frozen=True)
class Line:
    """One item as a sheet has it. Units: `price_fen` is the market price, `minutes` what a visit takes.

    Shape: `replaces` are the codes of older items that this one takes the place of.
    """

    number: int
    code: str
    name: str
    item_class: str
    unit: str
    minutes: int
    price_fen: int
    offer: str
    standard: str
    initials: str
    skill: str
    certificate: str
    tasks: tuple[str, ...]
    only_kind: str
    document: str
    replaces: tuple[str, ...]
    groups: tuple[Group, ...]


def read(text: str, *, classes: Mapping[str, str], kinds: Mapping[str, str]) -> list[Line]:
    """Read a sheet in CSV, all of it or nothing.

    Shape: `classes` and `kinds` map what stands in a cell to the code that is stored. A column `分组：六助（可空）`
    says which group of the scheme 六助 an item is in; without （可空） every item must have one.
    Raises: SheetFaulty, with the first faults by line.
    """
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    head = [name.strip() for name in table.fieldnames or []]
    table.fieldnames = head
    missing = [COLUMNS[key][0] for key in NEEDED if COLUMNS[key][0] not in head]
    if missing:
        raise SheetFaulty(f"目录表缺少“{'、'.join(missing)}”列。请按模板的表头补齐后重新上传。")
    odd = [name for name in head if name not in {label for label, _ in COLUMNS.values()} and GROUP not in name]
    if odd:
        raise SheetFaulty(f"目录表里有不认识的列“{'、'.join(odd)}”。请按模板的表头改名或删去。")
    lines: list[Line] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for row in table:
        number = table.line_num
        cells = {key: (row.get(label) or "").strip() for key, (label, _) in COLUMNS.items()}
        wrong = _faults(cells, classes, kinds)
        groups = _groups(row, head, wrong)
        if cells["code"] in seen:
            wrong.append(f"编号“{cells['code']}”与第{seen[cells['code']]}行重复")
        seen.setdefault(cells["code"], number)
        if wrong:
            faults += [f"第{number}行{one}" for one in wrong]
            continue
        lines.append(_line(number, cells, groups, classes, kinds))
    ensure_faultless(faults)
    if not lines:
        raise SheetFaulty("目录表里没有服务项目。请填好以后重新上传。")
    return lines


def written(lines: Iterable[Line], *, classes: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Write items as a sheet that `read` takes again; with no item it is the empty template.

    Shape: `classes` and `kinds` as for `read`. A scheme in which an item has no group is a column that may be empty.
    """
    lines = list(lines)
    schemes = list(dict.fromkeys(group.scheme for line in lines for group in line.groups))
    full = {scheme for scheme in schemes if all(scheme in {one.scheme for one in line.groups} for line in lines)}
    columns = {scheme: f"{GROUP}{scheme}{'' if scheme in full else MAY_BE_EMPTY}" for scheme in schemes}
    labels = {code: label for label, code in {**classes, **kinds}.items()}
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([*(label for label, _ in COLUMNS.values()), *columns.values()])
    for line in lines:
        cells = {
            **vars(line),
            "item_class": labels[line.item_class],
            "only_kind": labels.get(line.only_kind, ""),
            "price": yuan(line.price_fen).replace(",", ""),
            "tasks": "、".join(line.tasks),
            "replaces": "、".join(line.replaces),
        }
        stands = {one.scheme: f"{one.branch}/{one.name}".removeprefix("/") for one in line.groups}
        table.writerow([*(cells[key] for key in COLUMNS), *(stands.get(scheme, "") for scheme in schemes)])
    return "\ufeff" + out.getvalue()


def ensure_faultless(faults: list[str]) -> None:
    """Refuse a sheet that has faults, telling the first of them.

    Raises: SheetFaulty.
    """
    if faults:
        more = f"；另有{len(faults) - FAULTS_TOLD}处" if len(faults) > FAULTS_TOLD else ""
        raise SheetFaulty(f"目录表有{len(faults)}处要改：{'；'.join(faults[:FAULTS_TOLD])}{more}。改好后重新上传。")


def _faults(cells: Mapping[str, str], classes: Mapping[str, str], kinds: Mapping[str, str]) -> list[str]:
    wrong = [f"没有填“{COLUMNS[key][0]}”" for key in NEEDED if not cells[key]]
    wrong += [f"“{label}”超过{longest}个字" for key, (label, longest) in COLUMNS.items() if len(cells[key]) > longest]
    if cells["item_class"] and cells["item_class"] not in classes:
        wrong.append(f"类别“{cells['item_class']}”不是{'、'.join(classes)}之一")
    if cells["only_kind"] and cells["only_kind"] not in kinds:
        wrong.append(f"承接机构“{cells['only_kind']}”不是{'、'.join(kinds)}之一")
    if cells["minutes"] and not (cells["minutes"].isdecimal() and 0 < int(cells["minutes"]) <= MINUTES_MAX):
        wrong.append(f"分钟“{cells['minutes']}”不是1至{MINUTES_MAX}的整数")
    if cells["price"] and _fen(cells["price"]) is None:
        wrong.append(f"价格“{cells['price']}”不是以元为单位的金额")
    if any(len(task) > TASK_LENGTH_MAX for task in _parts(cells["tasks"])):
        wrong.append(f"“步骤”里有超过{TASK_LENGTH_MAX}个字的一步")
    return wrong


def _groups(row: Mapping[str, str], head: list[str], wrong: list[str]) -> tuple[Group, ...]:
    found = []
    for column in head:
        if not column.startswith(GROUP):
            continue
        scheme = column.removeprefix(GROUP).removesuffix(MAY_BE_EMPTY)
        branch, _, name = (row.get(column) or "").strip().rpartition("/")
        if not name and not column.endswith(MAY_BE_EMPTY):
            wrong.append(f"没有填“{column}”")
        elif max(len(scheme), len(branch), len(name)) > GROUP_LENGTH_MAX:
            wrong.append(f"“{column}”超过{GROUP_LENGTH_MAX}个字")
        elif name:
            found.append(Group(scheme, branch, name))
    return tuple(found)


def _line(
    number: int,
    cells: Mapping[str, str],
    groups: tuple[Group, ...],
    classes: Mapping[str, str],
    kinds: Mapping[str, str],
) -> Line:
    plain = {key: cells[key] for key in ("code", "name", "unit", "offer", "standard", "skill", "certificate")}
    return Line(
        number=number,
        **plain,
        item_class=classes[cells["item_class"]],
        minutes=int(cells["minutes"]),
        price_fen=_fen(cells["price"]) or 0,
        initials=cells["initials"].lower(),
        tasks=_parts(cells["tasks"]),
        only_kind=kinds[cells["only_kind"]] if cells["only_kind"] else "",
        document=cells["document"],
        replaces=_parts(cells["replaces"]),
        groups=groups,
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("、") if part.strip())


def _fen(cell: str) -> int | None:
    try:
        fen = parse_yuan(cell)
    except BadAmount:
        return None
    return fen if fen >= 0 else None
