"""Coordinates as they are stored (WGS-84) turned into points."""

from __future__ import annotations

from sangyu.kit.point import Crs, Point


def stored_point(lng: float, lat: float) -> Point:
    """Return the point of stored coordinates."""
    return Point(lng=lng, lat=lat, crs=Crs.WGS84)
