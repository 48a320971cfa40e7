"""The hotline sells from one list: four classes, what is promised on the telephone, and what the market charges.

`catalogue.csv` is written by hand so that an official can read it. Prices are invented but of a sensible size; an
emergency costs nothing and is never charged.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CLASSES = {"LIFE_CARE": "生活照料", "MEDICAL_CARE": "医疗护理", "COMFORT": "精神慰藉", "EMERGENCY": "紧急援助"}
# Household services follow the classes A to D; safety and health services are free for needy elders only.
OFFERS = {"household": "家政及其他服务", "safety_health": "安全养老与健康管理"}
SKILLS = {
    "CLEANING": "保洁", "LAUNDRY": "洗涤缝补", "APPLIANCE": "家电清洗检修", "COOKING": "做饭", "ERRANDS": "代买代办",
    "ESCORT": "陪同", "HAIRDRESSING": "理发", "BATHING": "助浴", "CARE": "生活护理", "REPAIR": "维修",
    "SAFETY": "居家安全", "TEACHING": "文娱教学", "HEALTH": "健康管理", "NURSING": "护理", "THERAPY": "康复",
    "MASSAGE": "推拿理疗", "COMPANY": "陪伴", "COUNSEL": "心理与社工", "LEGAL": "法律服务", "RESCUE": "紧急救援",
    "LOCKSMITH": "开锁",
}  # fmt: skip
CERTIFICATES = {
    "HEALTH_CARD": "健康证", "CARE_WORKER": "养老护理员证", "ELECTRICIAN": "电工证", "HEALTH_MANAGER": "健康管理师证",
    "NURSE": "护士执业证", "REHAB": "康复治疗师证", "MASSAGE": "保健按摩师证", "COUNSELLOR": "心理咨询或社会工作者证",
    "LAWYER": "法律服务执业证", "FIRST_AID": "急救员证", "LOCKSMITH": "开锁备案证", "SAFETY_OFFICER": "安全员证",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the catalogue; `certificate` is empty when the work asks for none.

    `standard` is read out on the telephone; `initials` is what an agent types (日常保洁 is rcbj).
    """

    code: str
    name: str
    service_class: str
    unit: str
    minutes: int
    market_price_fen: int
    skill: str
    certificate: str
    offer: str
    standard: str
    initials: str


@cache
def items() -> tuple[Item, ...]:
    """Read the catalogue, in the order of its file."""
    with (Path(__file__).parent / "catalogue.csv").open(encoding="utf-8", newline="") as table:
        return tuple(_item(row) for row in csv.DictReader(table))


# What the canteens sell; nobody orders it by telephone and no enterprise signs to bring it.
LUNCH = Item(
    code="ZC001",
    name="老年餐厅午餐",
    service_class="LIFE_CARE",
    unit="份",
    minutes=30,
    market_price_fen=1500,
    skill="",
    certificate="",
    offer="lunch",
    standard="一荤两素一汤，主食管够，十五元标准，在签约的老年餐厅就餐。",
    initials="lnctwc",
)


def _item(row: dict[str, str]) -> Item:
    return Item(
        code=row["code"],
        name=row["name"],
        service_class=row["service_class"],
        unit=row["unit"],
        minutes=int(row["minutes"]),
        market_price_fen=int(row["market_price_fen"]),
        skill=row["skill"],
        certificate=row["certificate"],
        offer=row["offer"],
        standard=row["standard"],
        initials=row["initials"],
    )


@cache
def skills_of(service_class: str) -> tuple[str, ...]:
    """Return the skills that the items of a class ask for, in the order of the catalogue."""
    return tuple(dict.fromkeys(item.skill for item in items() if item.service_class == service_class))


@cache
def certificates_of(skill: str) -> tuple[str, ...]:
    """Return the certificates that items of a skill ask for."""
    return tuple(dict.fromkeys(item.certificate for item in items() if item.skill == skill and item.certificate))
