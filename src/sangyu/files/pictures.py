"""Unpacks a picture once, within limits, and packs it again: what is kept holds nothing but the picture itself.

A photo of a phone carries where and when it was taken, often of whom, sometimes a second picture. What counts is read
as claims before it is left out; everything else is not ours to keep.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from sangyu.files import rules
from sangyu.files.rules import Broken, Claims

_CAMERA, _GPS = 0x8769, 0x8825
_FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow raises at bytes that are no picture, by format and depth of the damage.
_DAMAGE = (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, EOFError, struct.error)


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: JPEG without anything beside it, a small one for lists, its size and its claims."""

    content: bytes
    small: bytes
    width: int
    height: int
    claims: Claims


def repacked(content: bytes) -> Picture:
    """Return a picture turned upright and brought to `SIDE_MAX` pixels, without EXIF.

    The same bytes give the same result, so a repeat is known as one.
    Raises: Broken, TooLarge.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            rules.ensure_few_pixels(*opened.size, jpeg=opened.format in ("JPEG", "MPO"))
            told = _claims(opened)
            opened.draft("RGB", (2 * rules.SIDE_MAX, 2 * rules.SIDE_MAX))  # JPEG only: saves time and memory
            upright = ImageOps.exif_transpose(opened)
            plain = _on_white(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise rules.TooLarge("照片的像素太多，打不开。请用手机的普通模式重新拍一张。") from None
    except _DAMAGE as damage:
        raise Broken("照片打不开，可能没有传完或已损坏。请重新拍一张再传。") from damage
    plain.thumbnail((rules.SIDE_MAX, rules.SIDE_MAX), Image.Resampling.LANCZOS)
    small = plain.copy()
    small.thumbnail((rules.SMALL_SIDE_MAX, rules.SMALL_SIDE_MAX), Image.Resampling.LANCZOS)
    return Picture(_packed(plain, 82), _packed(small, 70), plain.width, plain.height, told)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(white, over).convert("RGB")
    return image.convert("RGB")


def _packed(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


def _claims(image: Image.Image) -> Claims:
    try:
        exif = image.getexif()
        return rules.claims(exif.get_ifd(_CAMERA), exif.get_ifd(_GPS))
    except _DAMAGE:  # a damaged note beside a good picture claims nothing
        return Claims()
