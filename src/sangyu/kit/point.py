"""A place is worth nothing without its coordinate system: mainland maps stand 200 to 600 m beside the satellites."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sangyu.kit.errors import Refusal

EARTH_RADIUS_M = 6_371_008.8

# The public GCJ-02 formula works on the Krasovsky ellipsoid.
_AXIS_M = 6_378_245.0
_ECCENTRICITY_2 = 0.00669342162296594323

# Coarse outlines (a few hundred metres) of where Chinese maps are not shifted, as (lng, lat) corners.
_HONG_KONG = (
    (113.82, 22.15),
    (113.82, 22.40),
    (113.90, 22.43),
    (113.97, 22.48),
    (114.03, 22.505),
    (114.065, 22.514),
    (114.09, 22.528),
    (114.115, 22.531),
    (114.15, 22.553),
    (114.19, 22.556),
    (114.228, 22.545),
    (114.30, 22.56),
    (114.42, 22.55),
    (114.50, 22.15),
)
_MACAU = (
    (113.546, 22.105),
    (113.60, 22.105),
    (113.60, 22.217),
    (113.545, 22.216),
    (113.532, 22.211),
    (113.528, 22.19),
    (113.538, 22.175),
    (113.546, 22.155),
)
_TAIWAN = ((119.2, 21.7), (122.2, 21.7), (122.2, 25.4), (120.9, 25.4), (119.2, 23.9))


class BadPlace(Refusal):
    """The numbers are no place on the globe, or no accuracy."""

    code = "BAD_PLACE"


class Crs(StrEnum):
    """Coordinate systems: WGS-84 of satellites and browsers, GCJ-02 of consumer maps, CGCS2000 of government maps."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ02"
    CGCS2000 = "CGCS2000"


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth together with how it is known.

    Units: degrees; `accuracy_m` is the radius the device claims, None when it says nothing.
    `source` is an upper-case code of what measured it (GPS, WIFI, MAP, ADDRESS...); `at` is when.
    Raises: BadPlace outside the globe.
    """

    lng: float
    lat: float
    crs: Crs = Crs.WGS84
    accuracy_m: float | None = None
    source: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        if not (-180 <= self.lng <= 180 and -90 <= self.lat <= 90):
            raise BadPlace(f"经度 {self.lng}、纬度 {self.lat} 不在地球上。请检查经纬度是否填反。")
        if self.accuracy_m is not None and not 0 <= self.accuracy_m < math.inf:
            raise BadPlace(f"定位精度 {self.accuracy_m} 米无效。请重新定位。")
        object.__setattr__(self, "crs", Crs(self.crs))

    def converted(self, to: Crs) -> Point:
        """Return the same place in another system; outside the mainland the numbers stay as they are.

        WGS-84 and CGCS2000 agree within centimetres and are carried over unchanged. The way back from
        GCJ-02 is found by iteration, exact to less than 1e-7 degrees.
        """
        if self.crs is to:
            return self
        if (self.crs is Crs.GCJ02) == (to is Crs.GCJ02):
            return replace(self, crs=to)
        lng, lat = _to_gcj(self.lng, self.lat) if to is Crs.GCJ02 else _from_gcj(self.lng, self.lat)
        return replace(self, lng=lng, lat=lat, crs=to)


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres; different systems are brought to WGS-84 first."""
    a, b = a.converted(Crs.WGS84), b.converted(Crs.WGS84)
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lng = math.radians(b.lng - a.lng) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def on_shifted_maps(lng: float, lat: float) -> bool:
    """Tell whether Chinese maps shift this place: a rectangle round the mainland without the unshifted regions."""
    if not (72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return False
    return not any(_inside(lng, lat, outline) for outline in (_HONG_KONG, _MACAU, _TAIWAN))


def _inside(lng: float, lat: float, outline: tuple[tuple[float, float], ...]) -> bool:
    crossings = 0
    for (lng_1, lat_1), (lng_2, lat_2) in zip(outline, outline[1:] + outline[:1], strict=True):
        if (lat_1 > lat) != (lat_2 > lat) and lng < (lng_2 - lng_1) * (lat - lat_1) / (lat_2 - lat_1) + lng_1:
            crossings += 1
    return crossings % 2 == 1


def _to_gcj(lng: float, lat: float) -> tuple[float, float]:
    if not on_shifted_maps(lng, lat):
        return lng, lat
    east, north = _shift(lng, lat)
    return lng + east, lat + north


def _from_gcj(lng: float, lat: float) -> tuple[float, float]:
    if not on_shifted_maps(lng, lat):
        return lng, lat
    true_lng, true_lat = lng, lat
    # The shift changes by less than one part in a hundred over its own length, so each round wins two digits.
    for _ in range(12):
        east, north = _shift(true_lng, true_lat)
        true_lng, true_lat = lng - east, lat - north
    return true_lng, true_lat


def _shift(lng: float, lat: float) -> tuple[float, float]:
    """Return the published GCJ-02 offset in degrees (east, north) at a WGS-84 place."""
    x, y = lng - 105.0, lat - 35.0
    ripple = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north_m += (ripple + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north_m += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east_m += (ripple + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east_m += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    latitude = math.radians(lat)
    curve = 1 - _ECCENTRICITY_2 * math.sin(latitude) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_2) / (curve * math.sqrt(curve))
    parallel_m = _AXIS_M / math.sqrt(curve) * math.cos(latitude)
    return math.degrees(east_m / parallel_m), math.degrees(north_m / meridian_m)
