"""Pictures for tests, painted here: with a camera's notes, turned, huge, transparent."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational


def photo(
    width: int = 64,
    height: int = 48,
    *,
    colour: tuple[int, ...] = (120, 90, 60),
    form: str = "JPEG",
    taken_at: datetime | None = None,
    lng: float | None = None,
    lat: float | None = None,
    turned: int = 1,
) -> bytes:
    """Paint a picture of one colour; with a time and a place as a phone writes them when they are given."""
    image = Image.new("RGBA" if len(colour) == 4 else "RGB", (width, height), colour)
    exif = Image.Exif()
    if turned != 1:
        exif[ExifTags.Base.Orientation] = turned
    if taken_at is not None:
        camera = exif.get_ifd(ExifTags.IFD.Exif)
        camera[ExifTags.Base.DateTimeOriginal] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
        exif[ExifTags.IFD.Exif] = dict(camera)
    if lng is not None and lat is not None:
        exif[ExifTags.IFD.GPSInfo] = {
            1: "N" if lat >= 0 else "S",
            2: _degrees(abs(lat)),
            3: "E" if lng >= 0 else "W",
            4: _degrees(abs(lng)),
        }
    out = io.BytesIO()
    image.save(out, form, **({"exif": exif} if len(exif) else {}))
    return out.getvalue()


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    whole = int(value)
    minutes = int((value - whole) * 60)
    seconds = round((value - whole - minutes / 60) * 3600 * 10_000)
    return IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(seconds, 10_000)
