"""What a city gives, as a list beside its rules: each benefit with the rule that decides on it and how it is given.

The rules say who may have something; they do not say that it is a voucher of the year or money paid every month. An
official writes that down once, in `benefits.csv`, and it is adopted with the rest of the pack.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sangyu.policy.read_table import NOTE

Fault = tuple[int, str]

BENEFITS_FILE = "benefits.csv"
COLUMNS = (
    "code",
    "kind",
    "title",
    "rule",
    "amount",
    "facts",
    "period",
    "given",
    "payee",
    "fund",
    "rank",
    "unit",
    "states",
    "cost",
)
# So many columns had the lists that were adopted before there were ranks and units, and before there were costs.
FIRST_FORM, SECOND_FORM = 10, 13
KINDS = {
    "service": "服务",
    "hours": "免费时长",
    "credit": "补贴额度",
    "voucher": "服务券",
    "allowance": "津贴",
    "phone": "通信补贴",
    "insurance": "保险",
    "device": "设备",
    "stay": "短期入住",
}
PERIODS = {"": "", "month": "每月", "year": "每年", "once": "一次"}
GIVEN = {"": "", "order": "下单时使用", "run": "按期发放", "hand": "申请后办理"}
UNITS = {"": "", "days": "天", "pieces": "件"}
PAYEES = {"": "", "elder": "老人本人账户", "operator": "通信运营商", "insurer": "保险公司"}
STATED_BY_GIVING = ("has_issued_phone", "last_respite_on", "family_last_respite_on")
FORMS = ("eligible", "tier", "account", "split")


@dataclass(frozen=True)
class Benefit:
    """One thing that a city gives.

    `rule` decides whether, and unless `amount` (rule, field) says otherwise how much; `facts` hold for the question
    itself (`category=basic`). What is `given` by "run" goes to the `payee` every `period`, from the `fund`. Of several
    that fill one offer the lowest `rank` pays first. What is given by hand is counted in its `unit`, one piece unless
    `amount` says more; `amount` of days names the schedule whose last day ends a stay. `states` are the facts which the
    tables ask and which follow from having been given it. `cost` is the rule that parts what a stay costs.
    """

    code: str
    kind: str
    title: str
    rule: str
    amount: tuple[str, str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    period: str = ""
    given: str = ""
    payee: str = ""
    fund: str = ""
    rank: int = 0
    unit: str = ""
    states: tuple[str, ...] = ()
    cost: str = ""

    @property
    def kind_label(self) -> str:
        """Name the kind in Chinese."""
        return KINDS[self.kind]


def read_benefits(text: str) -> tuple[tuple[Benefit, ...], tuple[Fault, ...]]:
    """Read a list of benefits: its rows in order, and every fault with its line."""
    faults: list[Fault] = []
    found: dict[str, Benefit] = {}
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        header, *rows = [(reader.line_num, cells) for cells in reader if any(cells)] or [(1, [])]
    except csv.Error:
        return (), ((reader.line_num, "有一格长得不像话，多半是引号没有配对"),)
    named = tuple(header[1])
    if named not in (COLUMNS, COLUMNS[:SECOND_FORM], COLUMNS[:FIRST_FORM]):
        return (), ((header[0], f"待遇清单的列应是 {'、'.join(COLUMNS)}"),)
    for line, cells in rows:
        if cells[0].startswith(NOTE):
            continue
        if len(cells) != len(named):
            faults.append((line, f"这一行有 {len(cells)} 格，表头有 {len(named)} 格"))
            continue
        row = {**dict.fromkeys(COLUMNS, ""), **dict(zip(named, cells, strict=True))}
        wrong = list(_faults_of(row, found))
        faults += [(line, said) for said in wrong]
        if not wrong:
            read = {
                "facts": _facts(row["facts"]),
                "amount": _amount(row["amount"]),
                "rank": int(row["rank"] or 0),
                "states": tuple(name for name in row["states"].split(";") if name),
            }
            found[row["code"]] = Benefit(**{**row, **read})  # type: ignore[arg-type]
    return tuple(found.values()), tuple(faults)


def faults_beside(folder: Path) -> Iterator[Fault]:
    """Find the faults of a pack's list of benefits: of the list itself, and rules and funds that are not there."""
    found, faults = read_benefits((folder / BENEFITS_FILE).read_text(encoding="utf-8-sig"))
    yield from faults
    pack = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8-sig"))
    rules, funds = pack.get("rules", {}), pack.get("funds", {})
    for kind, offer in pack.get("offers", {}).items():
        filling = [one for one in found if one.given == "order" and one.rule in offer.get("grants", {})]
        if len(filling) > 1 and not all(one.rank for one in filling):
            titles = "、".join(one.title for one in filling)
            yield 0, f"{titles}都能付“{offer.get('title', kind)}”，要写先后：1 先用，2 后用"
    for benefit in found:
        rule = rules.get(benefit.rule)
        if rule is None:
            yield 0, f"“{benefit.title}”的规则 {benefit.rule!r} 不在 pack.toml 里"
        elif rule.get("form") not in FORMS:
            yield 0, f"“{benefit.title}”的规则 {benefit.rule!r} 不回答谁能享受；能用的形式是 {'、'.join(FORMS)}"
        if benefit.amount and benefit.amount[0] not in rules:
            yield 0, f"“{benefit.title}”的金额规则 {benefit.amount[0]!r} 不在 pack.toml 里"
        if benefit.cost and rules.get(benefit.cost, {}).get("form") != "split":
            yield 0, f"“{benefit.title}”的费用规则 {benefit.cost!r} 应是 pack.toml 里一条分担（split）的规则"
        if benefit.fund and benefit.fund not in funds:
            yield 0, f"“{benefit.title}”的资金 {benefit.fund!r} 不在 pack.toml 里"
        for name in benefit.states:
            if name not in STATED_BY_GIVING:
                yield 0, f"“{benefit.title}”登记的“{name}”应为 {'、'.join(STATED_BY_GIVING)}"


def _faults_of(row: Mapping[str, str], found: Mapping[str, Benefit]) -> Iterator[str]:
    code = row["code"]
    if not code or not code.replace("-", "").isalnum() or not code.isascii() or code != code.lower():
        yield f"编号“{code}”应是小写字母、数字和短横"
    if code in found:
        yield f"编号“{code}”已经写过"
    if not row["title"] or not row["rule"]:
        yield "要写名称和规则"
    for name, known in (("kind", KINDS), ("period", PERIODS), ("given", GIVEN), ("payee", PAYEES), ("unit", UNITS)):
        if row[name] not in known:
            yield f"“{row[name]}”应为 {'、'.join(key for key in known if key)}"
    if row["given"] == "run" and not (row["period"] in ("month", "year") and row["payee"] and row["fund"]):
        yield "按期发放的要写周期（month、year）、收款方和资金"
    if row["rank"] and not (row["rank"].isascii() and row["rank"].isdecimal() and row["given"] == "order"):
        yield f"先后“{row['rank']}”应为整数，只写在下单时使用的一行"
    elif row["rank"] and any((one.fund, one.rank) == (row["fund"], int(row["rank"])) for one in found.values()):
        yield f"先后“{row['rank']}”在同一项资金里已经写过"
    if (row["unit"] or row["states"]) and row["given"] != "hand":
        yield "计量单位和登记的情况只写在申请后办理（hand）的一行"
    if row["unit"] and row["period"] not in ("year", "once"):
        yield "按天、按件给的要写周期（year、once）"
    if row["cost"] and row["unit"] != "days":
        yield "费用按哪条规则分担，只写在按天给的一行"
    if row["unit"] == "days" and not row["amount"]:
        yield "按天给的要在金额里写哪张表说住到哪天"
    if row["amount"] and row["amount"].count(".") != 1:
        yield f"金额“{row['amount']}”应写成 规则.答案"
    if any(part.count("=") != 1 for part in row["facts"].split(";") if part):
        yield f"前提“{row['facts']}”应写成 事实=值，几项用分号隔开"


def _amount(cell: str) -> tuple[str, str] | None:
    rule, _, answer = cell.partition(".")
    return (rule, answer) if cell else None


def _facts(cell: str) -> dict[str, Any]:
    pairs = (part.split("=") for part in cell.split(";") if part)
    return {name: int(value) if value.isascii() and value.isdecimal() else value for name, value in pairs}
