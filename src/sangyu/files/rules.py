"""What may be kept: the kinds of files told by their first bytes, their limits, and what a camera claims; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from sangyu.kit.errors import Refusal
from sangyu.kit.point import BadPlace, Crs, Point

SIZE_MAX = 8 * 1024 * 1024
# A JPEG is brought down while it is read; of every other kind each pixel is unpacked first, four bytes at a time.
PIXELS_MAX, UNPACKED_PIXELS_MAX = 50_000_000, 16_000_000
SIDE_MAX = 1280
SMALL_SIDE_MAX = 320
BEIJING = timezone(timedelta(hours=8))

# Numbers of the EXIF standard (CIPA DC-008, 4.6.5 and 4.6.6).
TAKEN_AT, TAKEN_OFFSET = 36867, 36881
LAT_REF, LAT, LNG_REF, LNG = 1, 2, 3, 4


class TooLarge(Refusal):
    """The file, or the picture inside it, is larger than anybody needs."""

    code = "FILE_TOO_LARGE"


class NotAKindWeKeep(Refusal):
    """The bytes are no picture and no PDF, whatever the file's name says."""

    code = "FILE_KIND"


class Broken(Refusal):
    """The file is cut off or damaged."""

    code = "FILE_BROKEN"


class Media(StrEnum):
    """The kinds that are kept; pictures of every kind are kept as JPEG."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"


def media_of(content: bytes) -> Media:
    """Tell the kind of a file by its first bytes; a name can be wrong, and can lie.

    Raises: NotAKindWeKeep; Broken, for a file without bytes.
    """
    if not content:
        raise Broken("这个文件是空的，请重新选择。")
    if content.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Media.WEBP
    if content.startswith(b"%PDF-"):
        return Media.PDF
    raise NotAKindWeKeep("只能保存照片（JPEG、PNG、WebP）或 PDF，这个文件不是。请换一个文件，或直接用手机相机拍照。")


def ensure_kind(media: Media, *, picture_only: bool) -> None:
    """Refuse a PDF where a photo is wanted.

    Raises: NotAKindWeKeep.
    """
    if picture_only and media is Media.PDF:
        raise NotAKindWeKeep("这里要的是照片，不能传 PDF。请直接用手机相机拍照。")


def ensure_small(size: int) -> None:
    """Refuse more than `SIZE_MAX` bytes.

    Raises: TooLarge.
    """
    if size > SIZE_MAX:
        raise TooLarge(f"文件有{size / 1024 / 1024:.1f} MB，最大 8 MB。请缩小后再传，或重新拍一张。")


def ensure_few_pixels(width: int, height: int, *, jpeg: bool) -> None:
    """Refuse a picture that would fill the memory once unpacked: a small file may hold a huge one.

    Raises: TooLarge.
    """
    most = PIXELS_MAX if jpeg else UNPACKED_PIXELS_MAX
    if width * height > most:
        raise TooLarge(f"照片有{width}×{height}像素，超过{most // 10_000}万像素。请用手机的普通模式重新拍一张。")


def ensure_whole_pdf(content: bytes) -> None:
    """Refuse a PDF whose end is missing, as a broken upload leaves it.

    Raises: Broken.
    """
    if b"%%EOF" not in content[-1024:]:
        raise Broken("这个 PDF 不完整，可能没有传完。请重新上传。")


@dataclass(frozen=True)
class Claims:
    """What a camera wrote into a picture: when and where. A claim, not a proof: it is easily changed."""

    taken_at: datetime | None = None
    place: Point | None = None

    def to_json(self) -> dict[str, Any]:
        """Shape: `taken_at` ISO text and `lng`, `lat` in WGS-84, each only when claimed."""
        facts: dict[str, Any] = {}
        if self.taken_at is not None:
            facts["taken_at"] = self.taken_at.isoformat()
        if self.place is not None:
            facts |= {"lng": round(self.place.lng, 6), "lat": round(self.place.lat, 6)}
        return facts

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Claims:
        """Read back what `to_json` wrote."""
        taken = facts.get("taken_at")
        place = Point(lng=facts["lng"], lat=facts["lat"], crs=Crs.WGS84, source="EXIF") if "lng" in facts else None
        return cls(taken_at=datetime.fromisoformat(taken) if taken else None, place=place)


def claims(camera: Mapping[int, object], gps: Mapping[int, object]) -> Claims:
    """Read time and place from the two tables of a camera; what cannot be read is not claimed.

    A camera's clock without an offset is taken as Beijing time.
    """
    return Claims(taken_at=_taken_at(camera), place=_place(gps))


def _taken_at(camera: Mapping[int, object]) -> datetime | None:
    text = str(camera.get(TAKEN_AT, "")).strip("\0 ")
    offset = str(camera.get(TAKEN_OFFSET, "")).strip("\0 ")
    try:
        if offset:
            return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None


def _place(gps: Mapping[int, object]) -> Point | None:
    try:
        lat, lng = _degrees(gps[LAT]), _degrees(gps[LNG])
        south, west = str(gps.get(LAT_REF, "N")).startswith("S"), str(gps.get(LNG_REF, "E")).startswith("W")
        point = Point(lng=-lng if west else lng, lat=-lat if south else lat, crs=Crs.WGS84, source="EXIF")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError, BadPlace):
        return None
    # A camera that has no fix yet writes zeros: that place is in the sea.
    return point if (point.lng, point.lat) != (0, 0) else None


def _degrees(parts: object) -> float:
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        raise TypeError("three numbers are needed: degrees, minutes, seconds")
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600
