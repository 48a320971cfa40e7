"""A place as it is kept beside a visit: brought to one coordinate system, and measured against the elder's home."""

from __future__ import annotations

from typing import Any

from sangyu.kit.point import Crs, Point, distance_m
from sangyu.orders.models import Order


def place_facts(order: Order, place: Point) -> dict[str, Any]:
    """Return what is kept of a place: WGS-84, how sure the device is, and how far the elder's home is.

    Units: metres; `distance_m` is None where the home is not known.
    """
    canonical = place.converted(Crs.WGS84)
    elder = order.elder
    off_m = None
    if elder.lng is not None and elder.lat is not None:
        off_m = round(distance_m(Point(lng=elder.lng, lat=elder.lat, crs=Crs.WGS84), canonical))
    return {
        "lng": canonical.lng,
        "lat": canonical.lat,
        "crs": str(Crs.WGS84),
        "accuracy_m": round(place.accuracy_m) if place.accuracy_m is not None else None,
        "source": place.source,
        "distance_m": off_m,
    }
