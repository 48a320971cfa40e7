"""A visit is proven by where it happened, so everybody in the invented city needs a door that stays where it is.

Nothing here is surveyed. The outline of Chengguan's built-up strip along the Yellow River and the centre of each
subdistrict are drawn by hand, right to about a kilometre at best; communities are scattered round the centre of
their subdistrict, doors round their community, by a hash of their code. The street on the map is therefore not the
street of the address. All points are WGS-84 and say `source="INVENTED"`.
"""

from __future__ import annotations

import math
from functools import lru_cache

from sangyu.city.dice import below
from sangyu.kit.point import Point, distance_m

SOURCE = "INVENTED"
METRES_A_DEGREE = 111_195.0
DOOR_SPREAD_M = 180

# The strip between the two mountains, from 雷坛河 in the west to 东岗 in the east, with 九州 and 青白石 to the north.
OUTLINE = (
    (103.792, 36.052),
    (103.800, 36.036),
    (103.826, 36.031),
    (103.856, 36.030),
    (103.893, 36.034),
    (103.934, 36.028),
    (103.958, 36.036),
    (103.952, 36.056),
    (103.932, 36.078),
    (103.926, 36.118),
    (103.878, 36.116),
    (103.858, 36.094),
    (103.826, 36.100),
    (103.806, 36.104),
    (103.796, 36.084),
    (103.794, 36.068),
)

# code: (lng, lat, radius in metres over which its communities lie)
SUBDISTRICTS = {
    "620102001": (103.8265, 36.0545, 500),  # 酒泉路
    "620102002": (103.8205, 36.0605, 500),  # 张掖路
    "620102003": (103.8790, 36.0635, 900),  # 雁南
    "620102004": (103.8105, 36.0610, 600),  # 临夏路
    "620102005": (103.8715, 36.0735, 800),  # 雁北
    "620102006": (103.8270, 36.0425, 700),  # 五泉
    "620102007": (103.8165, 36.0520, 500),  # 白银路
    "620102008": (103.8370, 36.0510, 500),  # 皋兰路
    "620102009": (103.8385, 36.0620, 600),  # 广武门
    "620102010": (103.8110, 36.0430, 900),  # 伏龙坪
    "620102011": (103.8130, 36.0780, 1500),  # 靖远路
    "620102012": (103.8335, 36.0745, 800),  # 草场街
    "620102013": (103.8520, 36.0370, 700),  # 火车站
    "620102014": (103.8920, 36.0505, 900),  # 拱星墩
    "620102015": (103.9280, 36.0430, 1500),  # 东岗
    "620102016": (103.8585, 36.0455, 500),  # 团结新村
    "620102017": (103.8485, 36.0555, 500),  # 东岗西路
    "620102018": (103.8480, 36.0450, 400),  # 铁路东村
    "620102019": (103.8395, 36.0430, 500),  # 铁路西村
    "620102020": (103.8605, 36.0540, 600),  # 渭源路
    "620102021": (103.8530, 36.0800, 1100),  # 盐场路
    "620102022": (103.8735, 36.0475, 600),  # 嘉峪关路
    "620102023": (103.8865, 36.0405, 600),  # 焦家湾
    "620102024": (103.9000, 36.1000, 1800),  # 青白石
    "620102025": (103.8930, 36.0690, 900),  # 雁园
    "620102400": (103.9080, 36.0610, 900),  # 高新区
}

# Elsewhere the subdistricts are scattered round the middle of the district or city: (lng, lat, radius in metres).
MIDDLES = {
    "440304": (114.055, 22.541, 3500),
    "440705": (113.034, 22.459, 9000),
    "350102": (119.294, 26.092, 3000),
    "350206": (118.147, 24.513, 4000),
    "4201": (114.305, 30.593, 14000),
    "1401": (112.549, 37.870, 12000),
    "5303": (103.796, 25.490, 14000),
}


def subdistrict(code: str, seed: int) -> Point:
    """Return the centre of a subdistrict. Raises: LookupError for an area nobody has placed yet."""
    lng, lat, _ = _circle(code, seed)
    return _point(lng, lat, accuracy_m=500)


@lru_cache(maxsize=4096)
def community(code: str, seed: int) -> Point:
    """Return the middle of a community, within its subdistrict's radius and inside the outline."""
    lng, lat, radius_m = _circle(code[:9], seed)
    east, north = _step(radius_m, seed, "community", code)
    # What falls on a mountain is drawn back towards the centre until it stands in the valley again.
    while code.startswith("620102") and not inside(*_moved(lng, lat, east, north)):
        east, north = east * 0.7, north * 0.7
    return _point(*_moved(lng, lat, east, north), accuracy_m=200)


def door(code: str, seed: int, household: int | str) -> Point:
    """Return where a household of a community opens its door."""
    middle = community(code, seed)
    east, north = _step(DOOR_SPREAD_M, seed, "door", code, household)
    return _point(*_moved(middle.lng, middle.lat, east, north), accuracy_m=20)


def neighbours(code: str, others: tuple[str, ...], seed: int) -> tuple[str, ...]:
    """Sort subdistricts by how near their centres are; the one asked about comes first if it is among them."""
    here = subdistrict(code, seed)
    return tuple(sorted(others, key=lambda other: (distance_m(here, subdistrict(other, seed)), other)))


def inside(lng: float, lat: float) -> bool:
    """Tell whether a place lies within the hand-drawn outline of Chengguan's built-up strip."""
    odd = False
    for (lng_1, lat_1), (lng_2, lat_2) in zip(OUTLINE, OUTLINE[1:] + OUTLINE[:1], strict=True):
        if (lat_1 > lat) != (lat_2 > lat) and lng < (lng_2 - lng_1) * (lat - lat_1) / (lat_2 - lat_1) + lng_1:
            odd = not odd
    return odd


def beside(point: Point, *, metres: float, bearing_degrees: int) -> Point:
    """Return the place so many metres away, for people who report from where they should not be."""
    turn = math.radians(bearing_degrees)
    lng, lat = _moved(point.lng, point.lat, metres * math.sin(turn), metres * math.cos(turn))
    return _point(lng, lat, accuracy_m=15)


def _circle(code: str, seed: int) -> tuple[float, float, int]:
    if code in SUBDISTRICTS:
        return SUBDISTRICTS[code]
    middle = MIDDLES.get(code[:6]) or MIDDLES.get(code[:4])
    if middle is None:
        raise LookupError(f"{code} has no place yet: add its district to MIDDLES in city/places.py")
    lng, lat, radius_m = middle
    east, north = _step(radius_m, seed, "subdistrict", code)
    return *_moved(lng, lat, east, north), max(300, radius_m // 8)


def _step(radius_m: int, *parts: int | str) -> tuple[float, float]:
    """Choose a step (metres east, metres north), every spot of the disc being equally likely."""
    turn = math.tau * below(1 << 20, *parts, "turn") / (1 << 20)
    length = radius_m * math.sqrt(below(1 << 20, *parts, "length") / (1 << 20))
    return length * math.sin(turn), length * math.cos(turn)


def _moved(lng: float, lat: float, east: float, north: float) -> tuple[float, float]:
    return lng + east / (METRES_A_DEGREE * math.cos(math.radians(lat))), lat + north / METRES_A_DEGREE


def _point(lng: float, lat: float, *, accuracy_m: int) -> Point:
    # Six decimals are a tenth of a metre; rounding keeps the last bit of a sine out of the data.
    return Point(round(lng, 6), round(lat, 6), accuracy_m=accuracy_m, source=SOURCE)
