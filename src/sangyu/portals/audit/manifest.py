"""A sample to take away: a workbook, and a manifest that hashes every row and file and is signed by this house.

Anybody can check the hashes; only this house can check the signature (HMAC with its own key), since it alone made it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from django.core.signing import BadSignature, Signer

from sangyu.access.models import Programme
from sangyu.insight.models import Draw
from sangyu.insight.queries import FACTS, FINDING_CODES, Recomputed

BEIJING = ZoneInfo("Asia/Shanghai")
SALT = "sangyu.audit.manifest"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
CODES = dict(FINDING_CODES)
HEAD = (
    "序号",
    "层",
    "费用编号",
    "服务日期",
    "企业",
    "项目",
    *FACTS,
    "等级",
    "到达距离（米）",
    "照片",
    "回访满意度",
    "价格（元）",
    "公共资金（元）",
    "实付（元）",
    "资金状态",
    "重算",
    "不同之处",
    "结论",
    "说明",
)


def pack(draw: Draw, rows: list[Recomputed], *, programme: Programme) -> bytes:
    """Write the workbook and its manifest into one archive; the same sample and findings give the same bytes."""
    book = _workbook(draw, rows, programme)
    told = _manifest(draw, rows, programme, book)
    told["signature"] = Signer(salt=SALT).signature(_canonical(told))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("sample.xlsx", book),
            ("manifest.json", json.dumps(told, ensure_ascii=False, indent=1).encode()),
        ):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def is_ours(told: Mapping[str, Any]) -> bool:
    """Tell whether a manifest carries the signature that this house gave it; any change of any figure breaks it.

    Raises: TypeError, for something that is no mapping.
    """
    if not isinstance(told, Mapping):
        raise TypeError("a manifest is a mapping")
    body = {name: value for name, value in told.items() if name != "signature"}
    try:
        Signer(salt=SALT).unsign(f"{_canonical(body)}:{told.get('signature', '')}")
    except BadSignature:
        return False
    return True


def _canonical(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _manifest(draw: Draw, rows: Iterable[Recomputed], programme: Programme, book: bytes) -> dict[str, Any]:
    return {
        "programme": programme.name,
        "sample": {
            "month": draw.month,
            "n": draw.n,
            "seed": draw.seed,
            "strata": draw.strata,
            "population": draw.population,
            "sha256": draw.sha256,
            "drawn_by": draw.by.display_name,
            "drawn_at": draw.at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "how": "the smallest SHA-256 of 'seed:charge id' within each stratum",
        },
        "files": {"sample.xlsx": hashlib.sha256(book).hexdigest()},
        "rows": [
            {
                "n": one.row.drawn.n,
                "charge": str(one.row.charge.pk),
                "sha256": hashlib.sha256(_canonical(_plain(one)).encode()).hexdigest(),
            }
            for one in rows
        ],
    }


def _plain(one: Recomputed) -> dict[str, Any]:
    row, charge = one.row, one.row.charge
    return {
        "n": row.drawn.n,
        "stratum": row.drawn.stratum,
        "charge": str(charge.pk),
        "service_on": charge.service_on.isoformat(),
        "price_fen": charge.price_fen,
        "public_fen": charge.public_fen,
        "net_fen": row.line.net_fen if row.line else None,
        "facts": list(row.facts),
        "grade": row.grade,
        "distance_m": row.distance_m,
        "photos": row.photos,
        "satisfaction": row.follow_up.satisfaction if row.follow_up else None,
        "money": row.money,
        "same": dict(one.same),
        "finding": row.finding.code if row.finding else None,
        "note": row.finding.note if row.finding else "",
    }


def _workbook(draw: Draw, rows: list[Recomputed], programme: Programme) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{programme.name} {draw.month}", "created": draw.at.replace(tzinfo=None)})
    sheet = book.add_worksheet("样本")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    money = book.add_format({"num_format": "#,##0.00"})
    drawn = f"抽样{draw.n}笔，总体{draw.population}笔，种子“{draw.seed}”，{draw.get_strata_display()}"
    sheet.write_string(0, 0, f"{programme.name} {draw.month} {drawn}")
    sheet.write_string(1, 0, f"SHA-256 {draw.sha256}")
    for column, name in enumerate(HEAD):
        sheet.write_string(3, column, name, head)
    for at, one in enumerate(rows, start=4):
        for column, value in enumerate(_cells(one)):
            # Texts are written as texts whatever they begin with, so that no note ever becomes a formula.
            if isinstance(value, Decimal):
                sheet.write_number(at, column, value, money)
            elif isinstance(value, int):
                sheet.write_number(at, column, value)
            else:
                sheet.write_string(at, column, value)
    sheet.freeze_panes(4, 0)
    sheet.set_column(2, 2, 38)
    book.close()
    return out.getvalue()


def _cells(one: Recomputed) -> list[str | int | Decimal]:
    row, charge = one.row, one.row.charge
    finding = row.finding
    return [
        row.drawn.n,
        row.drawn.stratum,
        str(charge.pk),
        charge.service_on.isoformat(),
        charge.enterprise.short_name,
        charge.item.name,
        *("有" if there else "缺" for there in row.facts),
        row.grade or "—",
        row.distance_m if row.distance_m is not None else "—",
        row.photos,
        row.follow_up.satisfaction if row.follow_up and row.follow_up.satisfaction else "—",
        Decimal(charge.price_fen).scaleb(-2),
        Decimal(charge.public_fen).scaleb(-2),
        Decimal(row.line.net_fen).scaleb(-2) if row.line else "—",
        row.money,
        "相同" if one.agrees else "不同",
        "、".join(one.differs_in),
        f"{finding.code} {CODES[finding.code]}" if finding else "—",
        finding.note if finding else "",
    ]
