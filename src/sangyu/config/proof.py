"""`./sangyu proof`: which requirement is shown by a test, read from the last complete run of the tests.

The requirements stand in `docs/requirements/*.csv`. A test says `@pytest.mark.proves("LZ-42")`, the run writes
`var/proof/report.json` (`tests/proofs/plugin.py`), and this command sets the two side by side. It opens no database.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sangyu.config.processes.places import PROJECT

TABLES = PROJECT / "docs" / "requirements"
REPORT = PROJECT / "var" / "proof" / "report.json"
KINDS = {"ROLE": "角色", "FLOW": "流程", "CAP": "能力", "RULE": "规则", "STAT": "统计", "EXT": "对接"}
PROGRAMMES = {
    "lanzhou-chengguan": "兰州市城关区",
    "shenzhen-futian": "深圳市福田区",
    "wuhan": "武汉市",
    "jiangmen-xinhui": "江门市新会区",
    "fuzhou-gulou": "福州市鼓楼区",
    "qujing": "曲靖市",
    "xiamen-huli": "厦门市湖里区",
    "taiyuan": "太原市",
    "weifang-xiashan": "潍坊市峡山区",
}
EVIDENCE = ("src", "tests", "packs", "docs/requirements", "conftest.py")
READ = frozenset({".py", ".html", ".js", ".css", ".csv", ".toml", ".jsonl", ".po", ".typ"})
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Requirement:
    """One line of the tables. `room` is where it lives in the code, or the room of the street that will hold it.

    `tables` names the rules of the programme's pack that decide it; in brackets stands why no rule does (`asked.py`).
    """

    id: str
    kind: str
    programme: str
    wording: str
    room: str
    tables: str


@dataclass(frozen=True)
class Standing:
    """What the last complete run says of one requirement: its tests by how they ended."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Tell whether a test ran and every test that claims it passed; a skipped test shows nothing."""
        return bool(self.passed) and not self.failed and not self.skipped


@dataclass(frozen=True)
class Report:
    """The last complete run: when it ended, of which files, and what it says of each requirement."""

    ended_at: datetime
    fingerprint: str
    standings: Mapping[str, Standing] = field(default_factory=dict)


def requirements(folder: Path = TABLES) -> list[Requirement]:
    """Read every table of requirements, programme by programme, in the order of the ids."""
    found: list[Requirement] = []
    for programme in PROGRAMMES:
        with (folder / f"{programme}.csv").open(encoding="utf-8-sig", newline="") as file:
            found += [Requirement(**row) for row in csv.DictReader(file)]
    return found


def fingerprint(project: Path = PROJECT) -> str:
    """Hash what a proof rests on: the code, the packs, the tests and the requirements themselves."""
    seal = hashlib.sha256()
    for path in sorted(_evidence(project)):
        seal.update(f"{path.relative_to(project)}\0".encode())
        seal.update(hashlib.sha256(path.read_bytes()).digest())
    return seal.hexdigest()


def _evidence(project: Path) -> Iterable[Path]:
    for name in EVIDENCE:
        place = project / name
        for path in place.rglob("*") if place.is_dir() else [place]:
            if path.suffix in READ and "__pycache__" not in path.parts and path.is_file():
                yield path


def write_report(standings: Mapping[str, Standing], of: str, to: Path = REPORT) -> None:
    """Keep the outcome of a complete run, in place of the one before. `of` is the fingerprint when the run began."""
    to.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "ended_at": datetime.now(BEIJING).isoformat(timespec="seconds"),
        "fingerprint": of,
        "requirements": {
            id_: {name: list(getattr(standing, name)) for name in ("passed", "failed", "skipped")}
            for id_, standing in sorted(standings.items())
        },
    }
    fresh = to.with_suffix(".new")
    fresh.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(to)


def read_report(path: Path = REPORT) -> Report | None:
    """Read the last complete run; None if there was none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Report(
        ended_at=datetime.fromisoformat(content["ended_at"]),
        fingerprint=content["fingerprint"],
        standings={
            id_: Standing(**{name: tuple(tests) for name, tests in ended.items()})
            for id_, ended in content["requirements"].items()
        },
    )


def summary(wanted: Sequence[Requirement], report: Report | None) -> dict[str, Any]:
    """Count what is proven. Shape: proven, failing (ids), total, by_programme (id -> proven, total)."""
    standings = report.standings if report else {}
    by_programme = {
        programme: {"proven": 0, "total": 0}
        for programme in PROGRAMMES
        if any(line.programme == programme for line in wanted)
    }
    proven, failing = [], []
    for line in wanted:
        standing = standings.get(line.id, Standing())
        by_programme[line.programme]["total"] += 1
        if standing.is_proven:
            by_programme[line.programme]["proven"] += 1
            proven.append(line.id)
        elif standing.failed:
            failing.append(line.id)
    return {"proven": proven, "failing": failing, "total": len(wanted), "by_programme": by_programme}


def main(argv: Sequence[str], *, kept: Path = REPORT, project: Path = PROJECT) -> int:
    """Print which requirements are proven, by the report in `kept`; return 2 when no complete run has been kept."""
    parser = argparse.ArgumentParser(
        prog="sangyu proof", description="需求证明账：422 条需求，哪一条有测试证明，由哪个测试证明"
    )
    parser.add_argument("ids", nargs="*", metavar="编号", help="只看这几条需求和证明它们的测试，如 LZ-42")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument("--programme", choices=[*PROGRAMMES], help="只看一个地方的需求")
    parser.add_argument("--missing", action="store_true", help="列出还没有证明的需求")
    parser.add_argument("--rules", action="store_true", help="列出政策包的每条规则：管哪几条需求，哪个房间来问")
    wish = parser.parse_args(argv)
    if wish.rules:
        from sangyu.config.asked import print_rules  # it needs the packs, the ledger of proofs does not

        return print_rules((wish.programme,) if wish.programme else tuple(PROGRAMMES))
    wanted = [line for line in requirements() if wish.programme in {None, line.programme}]
    unknown = sorted(set(wish.ids) - {line.id for line in wanted})
    if unknown:
        print(f"没有编号为 {'、'.join(unknown)} 的需求；编号见 docs/requirements。", file=sys.stderr)
        return 2
    wanted = [line for line in wanted if not wish.ids or line.id in wish.ids]
    report = read_report(kept)
    fresh = report is not None and report.fingerprint == fingerprint(project)
    if wish.json:
        ended_at = report.ended_at.isoformat() if report else None
        print(json.dumps({**summary(wanted, report), "report": {"ended_at": ended_at, "fresh": fresh}}, indent=2))
    elif wish.ids:
        _print_tests(wanted, report)
    else:
        _print_table(wanted, report)
        if wish.missing:
            _print_missing(wanted, report)
    if report is None:
        print("还没有测试报告，所以没有一条算已证明。请先运行 ./sangyu test", file=sys.stderr)
        print("只跑证明用的测试，几分钟：./sangyu test -m proves", file=sys.stderr)
        return 2
    if not fresh:
        when = f"{report.ended_at:%Y-%m-%d %H:%M}"
        print(f"注意：报告是 {when} 的，此后代码、测试或需求表有改动。请重跑 ./sangyu test", file=sys.stderr)
    return 0


def _print_table(wanted: Sequence[Requirement], report: Report | None) -> None:
    counts = summary(wanted, report)
    when = f"，据 {report.ended_at:%Y-%m-%d %H:%M} 的完整测试" if report else ""
    print(f"需求证明账：共 {counts['total']} 条，已证明 {len(counts['proven'])} 条{when}。\n")
    print(f"{_wide('地方', 16)}  共  已证明" + "".join(f"  {label}" for label in KINDS.values()))
    proven = set(counts["proven"])
    for programme, count in counts["by_programme"].items():
        cells = []
        for kind in KINDS:
            of_kind = [line.id for line in wanted if line.programme == programme and line.kind == kind]
            cells.append(f"{len(proven.intersection(of_kind))}/{len(of_kind)}".rjust(6))
        print(f"{_wide(PROGRAMMES[programme], 16)}{count['total']:>4}{count['proven']:>8}" + "".join(cells))
    if counts["failing"]:
        print(f"\n证明它的测试没有通过：{'、'.join(counts['failing'])}")
    print("\n一条需求由哪些测试证明：./sangyu proof 编号；还缺哪些：./sangyu proof --missing")


def _print_tests(wanted: Sequence[Requirement], report: Report | None) -> None:
    for line in wanted:
        standing = report.standings.get(line.id, Standing()) if report else Standing()
        word = "已证明" if standing.is_proven else "未证明"
        print(f"{line.id}  {word}  {KINDS[line.kind]}  {line.wording}（{line.room}）")
        if line.tables:
            print(f"    表：{line.tables}")
        for sign, tests in (("✓", standing.passed), ("✗", standing.failed), ("-", standing.skipped)):
            for test in tests:
                print(f"    {sign} {test}")


def _print_missing(wanted: Sequence[Requirement], report: Report | None) -> None:
    proven = set(summary(wanted, report)["proven"])
    print()
    for line in wanted:
        if line.id not in proven:
            print(f"{line.id}  {line.wording}（{line.room}）")


def _wide(text: str, columns: int) -> str:
    """Fill up to so many columns of a terminal, where a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(0, columns - taken)
