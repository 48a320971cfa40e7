"""The commands `sangyu policy list | check | decide | cases`: a contract that other tools call."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from sangyu.policy import BadPack, BadParameter, Pack, PolicyError, batch, decide, load, pack_ids, packs_folder
from sangyu.policy.cases import run_file
from sangyu.policy.cli_desk import add_commands


def main(argv: list[str]) -> int:
    """Run one command. Shape: exit code, 0 = well, 1 = faults found, 2 = the question cannot be asked."""
    parser = argparse.ArgumentParser(prog="sangyu policy", description="规则包：列出、检查、判定、运行算例")
    parser.add_argument("--packs", type=Path, default=packs_folder(), help="规则包所在的文件夹")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="列出规则包、规则、形式和有效期")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    checking = commands.add_parser("check", help="检查规则包，逐条给出 文件:行: 问题")
    checking.add_argument("pack", nargs="?")
    checking.add_argument("--documents", type=Path, help="政策文件原文所在的文件夹，用来核对出处")
    checking.add_argument("--parameters", type=Path, help="本地参数（JSON 对象的文件）：逐个核对是否在政策的幅度之内")
    checking.add_argument("--on", type=date.fromisoformat, help="按哪一天的规则核对参数")
    checking.set_defaults(run=_check)
    deciding = commands.add_parser("decide", help="判定一件事")
    deciding.add_argument("pack")
    deciding.add_argument("rule")
    deciding.add_argument("--facts", required=True, help="JSON 对象、文件名，或 - 从标准输入读")
    deciding.set_defaults(run=_decide)
    running = commands.add_parser("cases", help="运行一个算例文件")
    running.add_argument("file", type=Path)
    running.set_defaults(run=_cases)
    add_commands(commands)
    batch.add_command(commands)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"打不开文件 {error.filename}：{error.strerror}", file=sys.stderr)
        return 2


def _list(arguments: argparse.Namespace) -> int:
    packs = [_summary(load(pack_id, arguments.packs)) for pack_id in pack_ids(arguments.packs)]
    if arguments.json:
        print(json.dumps(packs, ensure_ascii=False, indent=2))
        return 0
    for pack in packs:
        print(f"{pack['id']}  {pack['title']}  {pack['area']}")
        for rule in pack["rules"]:
            periods = "  ".join(
                f"{version['from'] or '…'} 至 {version['until'] or '…'}" for version in rule["versions"]
            )
            print(f"  {rule['id']:<24} {rule['form']:<10} {periods}  {rule['title']}")
    return 0


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "id": pack.id,
        "title": pack.title,
        "area": pack.area,
        "digest": pack.digest,
        "rules": [
            {
                "id": rule.id,
                "form": rule.form,
                "title": rule.title,
                "area": rule.area,
                "source": {
                    "document": rule.source.document,
                    "number": rule.source.number,
                    "locator": rule.source.locator,
                },
                "versions": [
                    {
                        "from": version.from_on.isoformat() if version.from_on else None,
                        "until": version.until_on.isoformat() if version.until_on else None,
                    }
                    for version in rule.versions
                ],
            }
            for rule in pack.rules.values()
        ],
    }


def _check(arguments: argparse.Namespace) -> int:
    from sangyu.policy.bands import outside  # only this command needs it
    from sangyu.policy.check import check

    wanted = [arguments.pack] if arguments.pack else pack_ids(arguments.packs)
    if arguments.pack and not (arguments.packs / arguments.pack).is_dir():
        print(f"没有规则包 {arguments.pack}", file=sys.stderr)
        return 1
    if arguments.parameters and not (arguments.pack and arguments.on):
        print("核对参数要写明是哪个规则包、哪一天：policy check PACK --parameters F --on 2027-01-01", file=sys.stderr)
        return 2
    figures, on = _figures(arguments.parameters), arguments.on
    findings = [
        finding
        for pack_id in wanted
        for finding in check(arguments.packs / pack_id, arguments.documents, parameters=figures, on=on)
    ]
    for finding in findings:
        print(arguments.packs.name + "/" + str(finding))
    if figures and on and not findings:
        for one in outside(load(arguments.pack, arguments.packs), figures, on):
            print(f"提醒：{one}")
    print(f"{len(wanted)} 个规则包，{len(findings)} 处问题")
    return 1 if findings else 0


def _figures(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise BadParameter(f"{path} 不是 JSON：{error}") from None
    if not isinstance(said, dict):
        raise BadParameter(f'{path} 应是一个 JSON 对象，例如 {{"share_pm": 50}}')
    return said


def _decide(arguments: argparse.Namespace) -> int:
    said = arguments.facts
    if said == "-":
        said = sys.stdin.read()
    elif not said.lstrip().startswith("{"):
        said = Path(said).read_text(encoding="utf-8-sig")
    try:
        facts = json.loads(said)
    except json.JSONDecodeError as error:
        print(f"--facts 不是 JSON：{error}", file=sys.stderr)
        return 2
    if not isinstance(facts, dict):
        print("--facts 应为 JSON 对象", file=sys.stderr)
        return 2
    decision = decide(load(arguments.pack, arguments.packs), arguments.rule, facts)
    print(json.dumps(decision.to_json(), ensure_ascii=False, indent=2))
    return 0


def _cases(arguments: argparse.Namespace) -> int:
    failed: dict[str, BadPack] = {}

    def load_once(pack_id: str) -> Pack:
        if pack_id in failed:
            raise failed[pack_id]
        try:
            return load(pack_id, arguments.packs)
        except BadPack as error:
            failed[pack_id] = error
            raise

    results = list(run_file(arguments.file, load_once))
    for result in results:
        if not result.passed:
            print(f"{arguments.file}:{result.line}: {result.id} {result.fault}")
    failures = sum(1 for result in results if not result.passed)
    print(f"{len(results) - failures} passed, {failures} failed")
    return 1 if failures else 0
