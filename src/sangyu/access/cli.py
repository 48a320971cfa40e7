"""`sangyu audit export|anchor|anchors`: the audit book handed over, and its root kept outside the database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.export import book
from sangyu.access.models import Programme

NO_FOLDER = "没有指定存放根的目录。请设置 SANGYU_ANCHORS（最好在另一台机器上），或加 --folder。"


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0, 1 when the book disagrees with its anchors, 2 when something is missing."""
    parser = argparse.ArgumentParser(prog="sangyu audit", description="审计账簿的导出与库外的根")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (
        ("export", "导出账簿（每行一个 JSON），可用 tools/verify_audit.py 独立核验"),
        ("anchor", "封存并在库外记下今天的根"),
        ("anchors", "列出库外的根，并与账簿核对"),
    ):
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--programme", default=None, help="运营主体的代号；只有一个时可省略")
        if name != "export":
            command.add_argument("--folder", type=Path, default=settings.ANCHORS, help="存放根的目录")
        if name == "anchor":
            command.add_argument("--on", type=date.fromisoformat, required=True, help="日期，如 2026-11-22")
        if name == "anchors":
            command.add_argument("--json", action="store_true", help="以 JSON 输出")
    wish = parser.parse_args(argv)
    programme = _programme(wish.programme)
    if programme is None:
        return 2
    if wish.command == "export":
        return _export(programme)
    if wish.folder is None:
        print(NO_FOLDER, file=sys.stderr)
        return 2
    if wish.command == "anchors":
        return _anchors(programme, wish.folder, as_json=wish.json)
    access.seal(programme_id=programme.pk)
    try:
        print(access.anchor(programme=programme, on=wish.on, folder=wish.folder).line)
    except access.BookDisagrees as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _programme(slug: str | None) -> Programme | None:
    known = {programme.slug: programme for programme in access_read.programmes()}
    if slug is None and len(known) == 1:
        return next(iter(known.values()))
    if slug not in known:
        print(f"请用 --programme 指定运营主体：{'、'.join(known) or '（库里还没有）'}", file=sys.stderr)
        return None
    return known[slug]


def _export(programme: Programme) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Otherwise the links of one minute would be told with the head of the next.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for line in book(programme):
            sys.stdout.write(line)
    return 0


def _anchors(programme: Programme, folder: Path, *, as_json: bool) -> int:
    kept, faults = access_read.anchors(programme, folder), access_read.verify_anchors(programme, folder)
    if as_json:
        told = {
            "sound": not faults,
            "anchors": [{"on": str(one.on), "n": one.n, "hash": one.hash} for one in kept],
            "faults": [{"n": fault.n, "what": fault.what} for fault in faults],
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 1 if faults else 0
    for one in kept:
        print(f"{one.on}  第 {one.n} 环  {one.shown}")
    for fault in faults:
        print(f"✗ {fault.what}")
    print(f"共 {len(faults)} 处不符。" if faults else f"库外有 {len(kept)} 行，与账簿一致。")
    return 1 if faults else 0
