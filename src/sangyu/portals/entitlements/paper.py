"""Set the month slip as PDF; the same slip is the same bytes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from sangyu.portals.entitlements.slips import Slip

TEMPLATE = Path(__file__).with_name("slip.typ")
FAMILY = "Noto Sans S Chinese"
CALLS = {"FEMALE": "奶奶", "MALE": "爷爷"}


def title_of(slip: Slip) -> str:
    """Head the slip."""
    return f"{slip.month.year}年{slip.month.month}月服务明白纸"


def call_of(slip: Slip) -> str:
    """Address the elder as she is spoken to."""
    return CALLS.get(slip.elder.sex, "老人家")


def as_pdf(slip: Slip, organisation: str, hotline: str) -> bytes:
    """Set a slip as PDF, in the typeface that is laid beside the built pages."""
    said = {
        "title": title_of(slip),
        "organisation": organisation,
        "hotline": hotline,
        "name": slip.elder.name,
        "call": call_of(slip),
        "left": [{"title": one.title, "left": one.left, "enough": one.enough_for} for one in slip.left],
        "lines": [slip.served, *slip.given],
        "year": slip.year,
    }
    return bytes(
        typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            font_paths=_fonts(),
            pdf_tags=False,
            sys_inputs={"slip": json.dumps(said, ensure_ascii=False), "family": FAMILY},
        )
    )


@cache
def _fonts() -> Any:
    folder = Path(settings.ROOT) / "build" / "fonts"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
