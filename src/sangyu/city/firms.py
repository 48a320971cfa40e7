"""Invented enterprises and their workers: licensed, contracted to some subdistricts, able to do what they signed for.

Assumptions: 126 enterprises and 10,000 workers at scale 1, never fewer than 6 enterprises and 5 workers in each.
An enterprise signs for one to six neighbouring subdistricts; where that leaves a subdistrict with fewer than three
for daily living, or none for another class, the nearest ones sign for more, so that a small city has wider contracts.
One permit in forty has run out and 40 in a thousand certificates; each enterprise keeps one worker with a
certificate in force for every skill it sells, and two who are its safety officer and its first-aider.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sangyu.city import catalogue, names, phones, places
from sangyu.city.areas import Areas
from sangyu.city.dice import Part, Urn, below, chance, pick, roll, scaled
from sangyu.city.people import DIALLING_CODES, REFERENCE_ON
from sangyu.kit.credit_code import ALPHABET, check_character
from sangyu.kit.point import Point
from sangyu.kit.resident_id import Sex

ENTERPRISES = 126
ENTERPRISES_MIN = 6
WORKERS = 10_000
WORKERS_MIN = 5

# The first six lines show every kind, so that the smallest city has them all.
KINDS = {
    "DOMESTIC": ("家政", ("LIFE_CARE",)),
    "GENERAL": ("养老服务", ("LIFE_CARE", "COMFORT")),
    "NURSING": ("护理", ("MEDICAL_CARE",)),
    "COMFORT": ("社会工作", ("COMFORT",)),
    "RESCUE": ("应急服务", ("EMERGENCY",)),
    "INTEGRATED": ("医养", ("LIFE_CARE", "MEDICAL_CARE")),
}
_KINDS_LATER = Urn({"DOMESTIC": 46, "GENERAL": 22, "NURSING": 14, "COMFORT": 8, "RESCUE": 5, "INTEGRATED": 5})
COVER_MIN = {"LIFE_CARE": 3, "MEDICAL_CARE": 1, "COMFORT": 1, "EMERGENCY": 1}

_FIRST = "康安颐福乐寿恒泰瑞祥和慈晚金银桑春暖松鹤"
_SECOND = "宁馨伴邻园享护佑怡顺诚心悦达益晴源兴隆林"
_BRANDS = tuple(first + second for first in _FIRST for second in _SECOND)
_BANKS = ("河湟示范银行", "金城示范银行", "陇原示范银行")
_OFFICERS = ("SAFETY_OFFICER", "FIRST_AID")


@dataclass(frozen=True, slots=True)
class Licence:
    """A permit with a half-open time of validity."""

    kind: str
    number: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a worker has learned, proven until a day; `kind` is a key of catalogue.CERTIFICATES."""

    kind: str
    number: str
    issued_on: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who goes to the door; `office` is SAFETY_OFFICER, FIRST_AID or empty."""

    n: int
    ref: str
    enterprise_ref: str
    name: str
    sex: Sex
    birth_on: date
    phone: str
    skills: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    office: str
    home: Point


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A member enterprise; `subdistricts` are codes, the first being where it has its premises."""

    n: int
    ref: str
    name: str
    short_name: str
    kind: str
    area_code: str
    credit_code: str
    legal_person: str
    phone: str
    site: Point
    licences: tuple[Licence, ...]
    service_classes: tuple[str, ...]
    item_codes: tuple[str, ...]
    subdistricts: tuple[str, ...]
    orders_a_day_max: int
    bank: str
    bank_account: str
    worker_count: int
    first_worker: int


def enterprises(areas: Areas, *, scale: float, seed: int) -> tuple[Enterprise, ...]:
    """Make the enterprises of a city, with contracts that leave no subdistrict without help."""
    count = max(ENTERPRISES_MIN, scaled(ENTERPRISES, scale))
    if count > len(_BRANDS):
        raise ValueError(f"there are names for {len(_BRANDS)} enterprises, not {count}; choose a smaller scale")
    crews = _crews(count, scale, roll(seed, areas.code))
    made = [_enterprise(areas, n, crews, seed) for n in range(count)]
    return tuple(_widen(made, tuple(s.code for s in areas.subdistricts), seed))


def workers(enterprise: Enterprise, *, seed: int) -> Iterator[Worker]:
    """Yield the workers of one enterprise; every skill it sells is had by one whose certificate is in force."""
    sold = tuple(dict.fromkeys(s for c in enterprise.service_classes for s in catalogue.skills_of(c)))
    # So many each that even the smallest crew knows everything that was signed for.
    each = -(-len(sold) // enterprise.worker_count)
    dice = roll(seed, enterprise.area_code)
    for place in range(enterprise.worker_count):
        n = enterprise.first_worker + place
        key: tuple[Part, ...] = (dice, "worker", n)
        own = tuple(sold[(place * each + i) % len(sold)] for i in range(each))
        more = tuple(pick(sold, *key, "skill", i) for i in range(Urn({0: 30, 1: 40, 2: 30}).draw(*key, "skills")))
        is_first_of_skill = place * each < len(sold)
        office = _OFFICERS[place] if place < len(_OFFICERS) else ""
        skills = tuple(dict.fromkeys(own + more))
        sex = Sex.MALE if chance(220, *key, "sex") else Sex.FEMALE
        born = REFERENCE_ON.year - 58 + below(36, *key, "born")
        birth_on = date(born, 1, 1) + timedelta(days=below(365, *key, "birthday"))
        yield Worker(
            n=n,
            ref=f"W{n}",
            enterprise_ref=enterprise.ref,
            name=names.surname(*key) + names.given_name(sex, born, *key),
            sex=sex,
            birth_on=birth_on,
            phone=phones.mobile(phones.WORKERS + n, dice),
            skills=skills,
            certificates=tuple(_certificates(skills, office, is_first_of_skill, *key)),
            office=office,
            home=places.beside(
                places.subdistrict(pick(enterprise.subdistricts, *key, "lives in"), seed),
                metres=100 + below(900, *key, "lives from"),
                bearing_degrees=below(360, *key, "lives at"),
            ),
        )


def _crews(count: int, scale: float, dice: int) -> list[int]:
    """Share the workers out, unevenly as in life, so that the sum is exact and nobody has fewer than the least."""
    total = max(count * WORKERS_MIN, scaled(WORKERS, scale))
    weights = [20 + below(180, dice, "crew", n) for n in range(count)]
    spare = total - count * WORKERS_MIN
    crews = [WORKERS_MIN + spare * weight // sum(weights) for weight in weights]
    for n in range(total - sum(crews)):
        crews[n] += 1
    return crews


def _enterprise(areas: Areas, n: int, crews: list[int], seed: int) -> Enterprise:
    dice = roll(seed, areas.code)
    key: tuple[Part, ...] = (dice, "enterprise", n)
    kind = tuple(KINDS)[n] if n < len(KINDS) else _KINDS_LATER.draw(*key, "kind")
    trade, classes = KINDS[kind]
    # A stride that shares no factor with the length walks through every brand once.
    brand = _BRANDS[(n * 149 + below(len(_BRANDS), dice, "brands")) % len(_BRANDS)]
    city = areas[areas.code[:4]].name.removesuffix("市")
    codes = tuple(sorted((s.code for s in areas.subdistricts), key=lambda code: roll(dice, "premises", code)))
    home = codes[n % len(codes)]
    contract = places.neighbours(home, codes, seed)[: 1 + below(6, *key, "contract")]
    return Enterprise(
        n=n,
        ref=f"E{n}",
        name=f"{city}{brand}{trade}{'中心' if kind == 'COMFORT' else '有限公司'}",
        short_name=f"{brand}{trade}",
        kind=kind,
        area_code=areas.code,
        credit_code=_credit_code(areas.code, kind, n, dice),
        legal_person=names.surname(*key) + names.given_name(Sex.MALE, 1968 + below(20, *key, "born"), *key),
        phone=phones.landline(phones.LANDLINES_OF_FIRMS + n, dice, DIALLING_CODES.get(areas.code[:4], "0931")),
        site=places.beside(
            places.subdistrict(home, seed), metres=below(400, *key, "site"), bearing_degrees=below(360, *key, "bearing")
        ),
        licences=tuple(_licences(kind, *key)),
        service_classes=classes,
        item_codes=tuple(item.code for item in catalogue.items() if item.service_class in classes),
        subdistricts=contract,
        # Most workers have other customers too: six to nine orders a day for every ten of them.
        orders_a_day_max=max(12, crews[n] * (60 + below(30, *key, "pace")) // 100),
        bank=pick(_BANKS, *key, "bank") + city + "分行",
        bank_account=f"99{below(10**14, *key, 'account'):014d}{n:03d}",
        worker_count=crews[n],
        first_worker=sum(crews[:n]),
    )


def _widen(made: list[Enterprise], codes: tuple[str, ...], seed: int) -> list[Enterprise]:
    """Let the nearest enterprises of a class sign for every subdistrict that has too few of it."""
    contracts = {e.ref: list(e.subdistricts) for e in made}
    for service_class, least in COVER_MIN.items():
        able = [e for e in made if service_class in e.service_classes]
        for code in codes:
            near = {other: rank for rank, other in enumerate(places.neighbours(code, codes, seed))}
            lacking = least - sum(code in contracts[e.ref] for e in able)
            willing = [e for e in able if code not in contracts[e.ref]]
            willing.sort(key=lambda e: (near[e.subdistricts[0]], len(contracts[e.ref]), e.n))
            for enterprise in willing[: max(0, lacking)]:
                contracts[enterprise.ref].append(code)
    return [replace(e, subdistricts=tuple(contracts[e.ref])) for e in made]


def _licences(kind: str, *key: Part) -> Iterator[Licence]:
    kinds = {"NURSING": "医疗机构执业许可证", "INTEGRATED": "医疗机构执业许可证", "DOMESTIC": "家政服务登记证"}
    for n, title in enumerate(("营业执照", kinds.get(kind, "养老服务备案证"))):
        since = date(2019 + below(5, *key, "licensed", n), 1 + below(12, *key, "month", n), 1)
        # A business licence of this kind runs for twenty years, a permit for five to eight.
        years = 20 if n == 0 else 2 if chance(25, *key, "lapsed") else 8
        number = f"示{below(10**8, *key, 'licence', n):08d}"
        yield Licence(title, number, since, since.replace(year=since.year + years))


def _certificates(skills: tuple[str, ...], office: str, stays_valid: bool, *key: Part) -> Iterator[Certificate]:
    kinds = [kind for skill in skills for kind in catalogue.certificates_of(skill)]
    for kind in dict.fromkeys([office, *kinds] if office else kinds):
        has_expired = not stays_valid and kind != office and chance(40, *key, kind, "expired")
        days = -1 - below(300, *key, kind) if has_expired else (800 if stays_valid else 300) + below(900, *key, kind)
        ends = REFERENCE_ON + timedelta(days=days)
        yield Certificate(
            kind=kind,
            number=f"示{below(10**10, *key, kind, 'number'):010d}",
            issued_on=ends - timedelta(days=3 * 365),
            valid_until=ends,
        )


def _credit_code(area_code: str, kind: str, n: int, dice: int) -> str:
    # A social-work centre is registered with civil affairs (52), a company with market regulation (91).
    head = ("52" if kind == "COMFORT" else "91") + area_code
    number = (n * 7919 + below(len(ALPHABET) ** 4, dice, "credit code")) % len(ALPHABET) ** 4
    tail = ""
    for _ in range(4):
        number, digit = divmod(number, len(ALPHABET))
        tail = ALPHABET[digit] + tail
    first_8 = "MA" + "00" + tail
    first_17 = head + first_8 + _organisation_check(first_8)
    return first_17 + check_character(first_17)


def _organisation_check(first_8: str) -> str:
    """Return the ninth character of the organisation code inside a credit code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    left = 11 - sum(values.index(character) * weight for character, weight in zip(first_8, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(left, str(left))
