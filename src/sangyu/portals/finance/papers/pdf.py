"""Set a paper as PDF with typst, in the typeface that is laid beside the built pages."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from sangyu.kit.errors import Refusal
from sangyu.kit.money import yuan
from sangyu.portals.finance.papers.paper import MONEY, NUMBER, POINTS, TEXT, Cell, Paper, Table, moment, verification

TEMPLATE = Path(__file__).with_name("paper.typ")
FONTS = Path(settings.ROOT) / "build" / "fonts"
FAMILY = "Noto Sans S Chinese"


class NoTypeface(Refusal):
    """The typeface of papers is not where set-up puts it."""

    code = "NO_TYPEFACE"


def as_pdf(paper: Paper) -> bytes:
    """Set a paper as PDF; the same paper is the same bytes.

    Only our own typeface is used, so that no machine sets it otherwise than another.
    Raises: NoTypeface.
    """
    return bytes(
        typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            font_paths=_fonts(),
            pdf_tags=False,
            sys_inputs={"paper": json.dumps(_values(paper), ensure_ascii=False), "family": FAMILY},
        )
    )


@cache
def _fonts() -> Any:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    if FAMILY not in found.families():
        raise NoTypeface("打印用的字体没有安装好，不能生成PDF。请管理员重新启动系统完成安装；表格文件不受影响。")
    return found


def _values(paper: Paper) -> dict[str, Any]:
    return {
        "title": paper.title,
        "organisation": paper.organisation,
        "number": paper.number,
        "pairs": paper.pairs,
        "tables": [_table(table) for table in paper.tables],
        "paragraphs": paper.paragraphs,
        "places": [vars(place) for place in paper.places],
        "seals": paper.seals,
        "notes": [*paper.notes, *([verification(paper.root)] if paper.root else [])],
        "made": moment(paper.made_at),
        "wide": paper.wide,
        "size": paper.size,
    }


def _table(table: Table) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]
    return {
        "title": table.title,
        "heads": [column.title for column in table.columns],
        "widths": [column.width for column in table.columns],
        "right": [kind != TEXT for kind in kinds],
        "rows": [[written(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows],
        "foot": [written(cell, kind) for cell, kind in zip(table.foot, kinds, strict=True)] if table.foot else [],
    }


def written(cell: Cell, kind: str) -> str:
    """Write a cell as a reader sees it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if kind == MONEY:
        return yuan(cell)
    if kind == POINTS:
        return f"{cell // 10}.{cell % 10}"
    return f"{cell:,}" if kind == NUMBER else str(cell)
