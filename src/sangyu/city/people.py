"""Invented elders with the shape of a real district: who they are, how old, who lives alone, who may ask for what.

Assumptions, where the sources are silent (per thousand of the registered unless said otherwise):
age 65-74 580, 75-84 310, 85 and over 110, on REFERENCE_ON; 110,000 registered of 188,000 aged 60 and over; of those
not registered 720 are 60-64. Three-no 12, severe disability 40, entitled group 60, dibao 30, needy 6 (the free phones
of 600 elders in 110,000); nobody is in two of these groups. Couples 300; two who share one telephone 80; of those who
are not one of a couple 220 live alone; care-dependent 50, dementia 20.

A person is a function of (seed, n): the city may grow, and those who were there stay who they were.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from sangyu.city import names, phones, places
from sangyu.city.areas import Area, AreaKind, Areas
from sangyu.city.dice import Part, Scatter, Urn, below, chance, pick, roll, scaled
from sangyu.kit.age import age_on
from sangyu.kit.point import Point
from sangyu.kit.resident_id import Sex, check_digit

REFERENCE_ON = date(2026, 1, 1)
REGISTERED = 110_000
AGED_60_UP = 188_000
CAPACITY = 1 << 18

# Per thousand of the registered, by age from 65 to 100.
_AGES_REGISTERED = (
    *(72, 69, 66, 63, 60, 57, 54, 50, 46, 43),
    *(40, 38, 36, 34, 32, 30, 28, 26, 24, 22),
    *(19, 17, 15, 13, 11, 9, 7, 5, 4, 3, 2, 1, 1, 1, 1, 1),
)
# Per thousand of the others, by age from 60 to 89.
_AGES_OTHERS = (144,) * 5 + (24,) * 5 + (16,) * 5 + (9, 9, 9, 9, 9, 6, 6, 6, 6, 6) + (1,) * 5

_BIRTH_PREFIXES = {"620102": Urn({"620102": 700, "620103": 90, "620104": 60, "620105": 40, "620111": 10,
                                "620121": 40, "620122": 30, "620123": 30})}  # fmt: skip
DIALLING_CODES = {"6201": "0931", "4403": "0755", "4407": "0750", "3501": "0591", "3502": "0592", "4201": "027"}

_OF_SINGLES = Urn({"three_no": 17, "severe_disability": 40, "entitled_group": 60, "dibao": 30, "needy": 9, "": 844})
# A spouse is a family, and a free phone has a number of its own: couples are neither three-no nor needy.
_OF_COUPLES = Urn({"severe_disability": 40, "entitled_group": 60, "dibao": 30, "": 870})

_EARS = ("左耳听力弱", "右耳听力弱", "听力弱，请大声慢说", "戴助听器")
_HABITS = (
    "养狗", "养猫", "爱喝茶", "爱喝罐罐茶", "不吃辣", "口味清淡", "清真饮食", "忌葱蒜", "爱吃牛肉面", "糖尿病，少糖",
    "午睡至两点半", "早起，八点前可上门", "敲门请重些", "门铃坏，请打电话", "爱听秦腔", "爱下象棋", "只说兰州话",
    "眼睛不好，请先报姓名", "腿脚慢，请多等一会儿", "进门请换鞋", "怕冷，请随手关门", "喜欢熟悉的服务员",
    "怕生，请女服务员上门", "电话常在卧室，多响几声",
)  # fmt: skip
# Nearly half of the children live in the same city.
_CHILDREN_LIVE_IN = Urn(
    {"": 480, "西安": 100, "北京": 70, "上海": 60, "深圳": 50, "成都": 50, "乌鲁木齐": 50, "西宁": 40, "广州": 30,
     "银川": 30, "嘉峪关": 20, "天水": 20}
)  # fmt: skip
_CONTACT_COUNT = Urn({0: 100, 1: 580, 2: 320})
_HABIT_COUNT = Urn({0: 450, 1: 380, 2: 170})
RELATIONS = {"SON": "儿子", "DAUGHTER": "女儿", "NIECE": "侄女", "NEPHEW": "侄子", "NEIGHBOUR": "邻居"}
_RELATIONS = Urn({"SON": 440, "DAUGHTER": 460, "NIECE": 30, "NEPHEW": 30, "NEIGHBOUR": 40})
_WOMEN = ("DAUGHTER", "NIECE")
_ESTATES = ("小区", "家属院", "花园", "新苑", "佳苑", "住宅楼")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ring when the elder cannot be reached; `relation` is a key of RELATIONS."""

    name: str
    relation: str
    city: str
    phone: str


@dataclass(frozen=True, slots=True)
class Elder:
    """One invented person; `ref` is unique in the city and stays the same at every scale.

    `phone` is the number the elder calls from; two elders of one `household` may have the same one. `identities` are
    the groups a subsidy asks about, `tags` the rest (living_alone, empty_nest, care_dependent, dementia).
    """

    n: int
    ref: str
    is_registered: bool
    name: str
    sex: Sex
    birth_on: date
    resident_id: str
    phone: str
    other_phone: str
    household: str
    shares_phone: bool
    community_code: str
    address: str
    home: Point
    identities: tuple[str, ...]
    tags: tuple[str, ...]
    has_issued_phone: bool
    habits: tuple[str, ...]
    contacts: tuple[Contact, ...]


class Town:
    """The people of one district, each made when asked for."""

    def __init__(self, areas: Areas, *, seed: int) -> None:
        self.areas = areas
        self.seed = seed
        # Two districts of one seed have different people with different telephones.
        self._dice = roll(seed, areas.code)
        self._city = areas[areas.code[:4]].name.removesuffix("市")
        self.dialling_code = DIALLING_CODES.get(areas.code[:4], "0931")
        self._prefixes = _BIRTH_PREFIXES.get(areas.code, Urn({areas.code: 1}))
        # A village has fewer old people than a block of flats.
        self._communities = Urn({c: _weight(c, seed) for c in areas.communities})
        self._registered = _AgeOrder(65, _AGES_REGISTERED, first_pair=0, parts=(self._dice, "R"))
        self._others = _AgeOrder(60, _AGES_OTHERS, first_pair=250, parts=(self._dice, "U"))

    def registered(self, scale: float) -> Iterator[Elder]:
        """Yield the registered elders of a city of this scale, 1 being the whole district."""
        return (self.elder(n) for n in range(_fits(scaled(REGISTERED, scale))))

    def unregistered(self, scale: float) -> Iterator[Elder]:
        """Yield the people aged 60 and over who have not registered."""
        return (self.elder(n, is_registered=False) for n in range(_fits(scaled(AGED_60_UP - REGISTERED, scale))))

    def elder(self, n: int, *, is_registered: bool = True) -> Elder:
        """Make the n-th person of the registered, or of the others."""
        series = "R" if is_registered else "U"
        key: tuple[Part, ...] = (self._dice, series, n)
        order = self._registered if is_registered else self._others
        birth_on, pair = order.birth(n)
        age = age_on(birth_on, REFERENCE_ON)
        is_couple = order.is_couple(n)
        house: tuple[Part, ...] = (self._dice, series, n // 2, "couple") if is_couple else key
        household = f"{series}{n // 2}C" if is_couple else f"{series}{n}"
        shares_phone = is_couple and chance(267, *house, "one telephone")
        sex = (Sex.MALE if n % 2 else Sex.FEMALE) if is_couple else _sex(age, *key)
        identity = (_OF_COUPLES if is_couple else _OF_SINGLES).draw(*key, "identity")
        phone, other_phone = self._phones(n, is_registered, age, shares_phone, identity == "needy", *house)
        community = self._communities.draw(*house, "community")
        is_rare = n % names.RARE_EVERY == 17
        given = names.rare_given_name(*key) if is_rare else names.given_name(sex, birth_on.year, *key)
        family = () if identity == "three_no" else self._contacts(n, order, *house)
        return Elder(
            n=n,
            ref=f"{series}{n}",
            is_registered=is_registered,
            name=names.surname(*house, sex.value) + given,
            sex=sex,
            birth_on=birth_on,
            resident_id=_resident_id(self._prefixes.draw(*key, "prefix"), birth_on, pair, sex),
            phone=phone,
            other_phone=other_phone,
            household=household,
            shares_phone=shares_phone,
            community_code=community.code,
            address=self._address(community, *house),
            home=places.door(community.code, self.seed, household),
            identities=(identity,) if identity else (),
            tags=_tags(age, is_couple, identity, key, house),
            has_issued_phone=identity == "needy",
            habits=_habits(age, *key),
            contacts=tuple(family),
        )

    def _phones(
        self, n: int, is_registered: bool, age: int, shares: bool, is_needy: bool, *house: Part
    ) -> tuple[str, str]:
        owner = n - n % 2 if shares else n
        mobile = phones.mobile(owner + (phones.ELDERS if is_registered else phones.NEIGHBOURS), self._dice)
        has_landline = chance(150 if age < 75 else 350 if age < 85 else 550, *house, "landline")
        # Two who share a telephone must agree which one it is, whatever their ages; a phone given out is a mobile.
        if shares or is_needy or not has_landline:
            return mobile, ""
        index = owner + (0 if is_registered else phones.LANDLINES_OF_NEIGHBOURS)
        return phones.landline(index, self._dice, self.dialling_code), mobile if chance(400, *house, "both") else ""

    def _address(self, community: Area, *house: Part) -> str:
        areas = self.areas
        street = areas[community.parent]
        district = areas[street.parent]
        above = f"{areas[district.parent].name}{district.name}{street.name}"
        if community.kind is AreaKind.VILLAGE:
            return f"{above}{community.name}{1 + below(260, *house, 'number')}号"
        stem = community.name.removesuffix("社区")
        estate = pick(_ESTATES, community.code, below(3, *house, "estate"))
        floor, flat = 1 + below(7, *house, "floor"), 1 + below(3, *house, "flat")
        building, entrance = 1 + below(12, *house, "building"), 1 + below(4, *house, "entrance")
        return f"{above}{stem}{estate}{building}号楼{entrance}单元{floor}0{flat}室"

    def _contacts(self, n: int, order: _AgeOrder, *house: Part) -> Iterator[Contact]:
        # A couple has one family between them, with one name and one number.
        parent = n - n % 2 if order.is_couple(n) else n
        parent_born = order.birth(parent)[0].year
        index = phones.FAMILIES + 2 * (parent if order is self._registered else parent + CAPACITY)
        for j in range(_CONTACT_COUNT.draw(*house, "contacts")):
            relation = _RELATIONS.draw(*house, "relation", j)
            sex = Sex.FEMALE if relation in _WOMEN else Sex.MALE
            born = parent_born + 22 + below(14, *house, "child", j)
            # Children bear their father's name; a neighbour bears any.
            family = names.surname(*house, Sex.MALE.value if relation != "NEIGHBOUR" else f"neighbour {j}")
            yield Contact(
                name=family + names.given_name(sex, born, *house, "contact", j),
                relation=relation,
                city=self._city if relation == "NEIGHBOUR" else _CHILDREN_LIVE_IN.draw(*house, "city", j) or self._city,
                phone=phones.mobile(index + j, self._dice),
            )


class _AgeOrder:
    """Line up CAPACITY people from the youngest to the oldest and say when each was born.

    Two neighbours in number, 2m and 2m+1, may be a couple; the second stands a little further up the line and is
    then the husband. The place in the line also numbers those born on one day, which keeps resident ids unique.
    """

    _AHEAD = CAPACITY // 2 // 25

    def __init__(self, youngest: int, weights: tuple[int, ...], *, first_pair: int, parts: tuple[Part, ...]) -> None:
        self._youngest = youngest
        self._ends = [CAPACITY * each // 1000 for each in accumulate(weights)]
        self._first_pair = first_pair
        self._parts = parts
        self._scatter = Scatter(CAPACITY // 2, *parts)

    def is_couple(self, n: int) -> bool:
        """Tell whether 2m and 2m+1 live together; the pairs where the line begins again are too far apart in age."""
        place = self._scatter.place(n // 2)
        return place + self._AHEAD < CAPACITY // 2 and chance(306, *self._parts, n // 2, "couple")

    def birth(self, n: int) -> tuple[date, int]:
        """Return the day of birth and a number that nobody else born on that day has."""
        place = self._scatter.place(n // 2)
        if n % 2:
            place = (place + self._AHEAD) % (CAPACITY // 2)
        place = 2 * place + n % 2
        years = bisect_right(self._ends, place)
        start = self._ends[years - 1] if years else 0
        size = self._ends[years] - start
        day = (place - start) * 365 // size
        rank = place - start - -(-day * size // 365)
        return date(REFERENCE_ON.year - self._youngest - years, 1, 1) - timedelta(days=day), self._first_pair + rank


def service_class(elder: Elder) -> str:
    """Return the class A, B, C or D by which the elder will probably be served; the pack in force decides, not this."""
    classes = {"three_no": "A", "entitled_group": "B", "severe_disability": "D"}
    return next((classes[each] for each in elder.identities if each in classes), "C")


def _resident_id(prefix: str, birth_on: date, pair: int, sex: Sex) -> str:
    # 499 pairs (odd for men, even for women) a day; the multiplier only hides that they are counted.
    sequence = 1 + 2 * ((pair * 211 + birth_on.toordinal()) % 499) + (sex is Sex.FEMALE)
    first_17 = f"{prefix}{birth_on:%Y%m%d}{sequence:03d}"
    return first_17 + check_digit(first_17)


def _sex(age: int, *key: Part) -> Sex:
    return Sex.FEMALE if chance(510 if age < 75 else 530 if age < 85 else 590, *key, "sex") else Sex.MALE


def _tags(age: int, is_couple: bool, identity: str, key: tuple[Part, ...], house: tuple[Part, ...]) -> tuple[str, ...]:
    tags = []
    if is_couple and chance(550, *house, "empty nest"):
        tags.append("empty_nest")
    if not is_couple and (identity == "three_no" or chance(220, *key, "alone")):
        tags.append("living_alone")
    if chance(20 if age < 75 else 70 if age < 85 else 160, *key, "care"):
        tags.append("care_dependent")
    if chance(6 if age < 75 else 28 if age < 85 else 72, *key, "dementia"):
        tags.append("dementia")
    return tuple(tags)


def _habits(age: int, *key: Part) -> tuple[str, ...]:
    found = [pick(_HABITS, *key, "habit", j) for j in range(_HABIT_COUNT.draw(*key, "habits"))]
    if chance(50 if age < 75 else 150 if age < 85 else 350, *key, "ears"):
        found.insert(0, pick(_EARS, *key, "which ear"))
    return tuple(dict.fromkeys(found))


def _weight(community: Area, seed: int) -> int:
    return (2 if community.kind is AreaKind.VILLAGE else 8) + below(7, seed, "size of", community.code)


def _fits(count: int) -> int:
    if count > CAPACITY:
        raise ValueError(f"a district has room for {CAPACITY} people of a kind, not {count}; choose a smaller scale")
    return count
