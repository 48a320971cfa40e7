"""The kinds of values that requests and answers are made of: strict, so that what the contract refuses is refused."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from sangyu.kit.point import Crs, Point

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _text_only(value: Any) -> Any:
    if isinstance(value, str):
        return value
    raise ValueError("应为字符串")


def whole_only(value: Any) -> Any:
    """Refuse whatever is no whole number, however much it looks like one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("应为整数")


def _printable(value: str) -> str:
    if any(
        (ord(sign) < 32 and sign not in "\r\n\t") or 0xD800 <= ord(sign) <= 0xDFFF or ord(sign) == 127 for sign in value
    ):
        raise ValueError("含有无法保存的控制字符")
    return value


def _in_our_time(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError("应在2000年至2099年之间")
    return value.astimezone(
        UTC
    )  # as it will be read again: an answer and its ETag do not depend on who asked from where


def _day_in_our_time(value: date) -> date:
    if not _FIRST.date() <= value < _LAST.date():
        raise ValueError("应在2000年至2099年之间")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_in_our_time)]
Day = Annotated[date, BeforeValidator(_text_only), AfterValidator(_day_in_our_time)]
Id = Annotated[UUID, BeforeValidator(_text_only)]
Flag = Annotated[bool, Field(strict=True)]
Tenths = Annotated[int, Field(ge=0, le=1000), BeforeValidator(whole_only)]
MonthText = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), BeforeValidator(_text_only)]


def written(longest: int, *, shortest: int = 0, **more: Any) -> Any:
    """Return the type of a text of such a length that can be stored: no control characters, no half characters."""
    return Annotated[
        str,
        Field(min_length=shortest, max_length=longest, **more),
        BeforeValidator(_text_only),
        AfterValidator(_printable),
    ]


class Said(BaseModel):
    """A body as a caller sends it: a field that nobody asked for is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Place(Said):
    """A place on earth, as the device gave it."""

    lng: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)]
    crs: Annotated[str, Field(pattern="^(WGS84|GCJ02|CGCS2000)$")] = "WGS84"
    accuracy_m: Annotated[int, Field(ge=0, le=100_000), BeforeValidator(whole_only)] | None = None


class Told(BaseModel):
    """An answer, or a part of one."""


class Versioned(Told):
    """An answer about something that changes; `version` names this very state and is its ETag."""

    version: str = Field(default="", description="此刻状态的版本；修改时放进 If-Match。")

    @model_validator(mode="after")
    def _name_the_state(self) -> Versioned:
        if not self.version:
            stands = self.model_dump_json(exclude={"version"})
            self.version = hashlib.sha256(stands.encode()).hexdigest()[:20]
        return self


def point(place: Place | None) -> Point | None:
    """Return a place as the rooms know it."""
    if place is None:
        return None
    return Point(lng=place.lng, lat=place.lat, crs=Crs(place.crs), accuracy_m=place.accuracy_m, source="API")


class Problem(Told):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] | None = None
