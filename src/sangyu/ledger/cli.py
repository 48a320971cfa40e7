"""`sangyu ledger verify` and `sangyu ledger export`: the books checked, and handed over as text."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from uuid import UUID

from sangyu.ledger.export import journal_text
from sangyu.ledger.verify import verify


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0, or 1 when the books are not sound. Django must be set up."""
    parser = argparse.ArgumentParser(prog="sangyu ledger", description="账簿核验与导出")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (("verify", "从第一笔起重新核算账簿"), ("export", "导出 hledger 格式的文本账簿")):
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--programme", type=UUID, default=None, help="只处理一个运营主体（编号）")
        if name == "verify":
            command.add_argument("--json", action="store_true", help="以 JSON 输出")
    wish = parser.parse_args(argv)
    if wish.command == "export":
        for text in journal_text(wish.programme):
            sys.stdout.write(text)
        return 0
    return _verify(wish.programme, as_json=wish.json)


def _verify(programme_id: UUID | None, *, as_json: bool) -> int:
    findings = verify(programme_id)
    if as_json:
        found = [
            {"code": finding.code, "subject_id": str(finding.subject_id), "message": finding.message}
            for finding in findings
        ]
        print(json.dumps({"sound": not findings, "findings": found}, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(f"{finding.code} {finding.subject_id} {finding.message}")
        print(f"账簿有 {len(findings)} 处不符，请逐条核对。" if findings else "账簿核验无误。")
    return 1 if findings else 0
