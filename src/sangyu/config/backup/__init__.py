"""`./sangyu backup` and `./sangyu restore`: the whole house into a folder, and back as it was at any moment since.

Keys are in no backup: the settings that name them (`SANGYU_SECRET_KEY` and its like) are kept apart, by two people.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import datetime
from pathlib import Path

from sangyu.config.backup.bring_back import BEIJING, bring_back, choose, local
from sangyu.config.backup.examine import examine
from sangyu.config.backup.take import alone, take, top_up
from sangyu.config.backup.vault import Vault
from sangyu.config.processes import archive
from sangyu.config.processes.embedded import embedded_postgres
from sangyu.config.processes.places import places_for
from sangyu.config.setup.report import tell
from sangyu.config.setup.trouble import Trouble

KEEP = 7


def backup(argv: list[str]) -> int:
    """Add a backup to the vault, or bring the last one up to date; the pages may be in use meanwhile."""
    parser = argparse.ArgumentParser(prog="./sangyu backup", description="备份数据库与附件，不停服务。")
    parser.add_argument("--to", type=Path, help="备份库的目录（默认沿用上次的；第一次为数据库旁边的 vault-of-main）")
    parser.add_argument("--top-up", action="store_true", help="只补上次以来的日志和新附件（几秒钟，可每五分钟一次）")
    parser.add_argument("--keep", type=int, default=KEEP, help=f"保留最近几份完整备份（默认 {KEEP}）")
    parser.add_argument("--json", action="store_true", help="结果以一个 JSON 对象输出到标准输出")
    asked = parser.parse_args(argv)
    if asked.keep < 1:
        parser.error("--keep 至少为 1")
    if os.environ.get("SANGYU_DATABASE_URL"):
        raise Trouble(
            "SANGYU_DATABASE_URL 指向一个别人运行的数据库，请用它自己的工具备份（见 docs/operations/backup.md）。",
            "SANGYU_DATABASE_URL names a server that somebody else runs: back it up with its own tools.",
        )
    with embedded_postgres() as cluster:
        vault = Vault(_folder(asked.to))
        with alone(vault):
            told = top_up(cluster, vault) if asked.top_up else take(cluster, vault, keep=asked.keep)
    if asked.json:
        print(json.dumps(told, ensure_ascii=False))
    elif asked.top_up:
        until = local(datetime.fromisoformat(told["until"]))
        print(f"已补到 {until}：附件共 {told['attachments']} 个，用时 {told['seconds']} 秒。")
    else:
        print(
            f"备份完成并已读回检验：{told['backup']}\n"
            f"  {told['files']} 个文件，{told['bytes'] / 1e6:.1f} MB，附件 {told['attachments']} 个，"
            f"用时 {told['seconds']} 秒。\n"
            "  从现在起，数据库的日志会不断送到这里；附件请用 --top-up 补送。密钥不在备份里，请另行保管。"
        )
        if os.stat(vault.folder).st_dev == os.stat(cluster.places.home).st_dev:
            print("! 备份库与数据库在同一块盘上：盘坏了两者都没有。请用 --to 指到另一块盘。")
    return 0


def restore(argv: list[str]) -> int:
    """Make a new database of a backup and verify it; answer 1 if what came out is not sound."""
    parser = argparse.ArgumentParser(prog="./sangyu restore", description="从备份恢复到一个新库，并从头核验。")
    parser.add_argument("vault", type=Path, metavar="备份库", help="备份库的目录")
    parser.add_argument(
        "--at", type=_moment, help="恢复到这一刻，如 2026-11-22T15:30（不写时区即北京时间）；默认到最后"
    )
    parser.add_argument("--to", type=Path, help="新库的目录（默认在现有数据库旁边）")
    parser.add_argument("--check", action="store_true", help="只检验备份是否完好，不恢复")
    parser.add_argument("--json", action="store_true", help="结果以一个 JSON 对象输出到标准输出")
    asked = parser.parse_args(argv)
    vault = Vault(asked.vault.resolve())
    if asked.check:
        return _check(vault, asked.at)
    restored = bring_back(vault, at=asked.at, to=asked.to, say=tell)
    if asked.json:
        print(json.dumps(restored.to_json(), ensure_ascii=False))
    else:
        until = local(restored.until) if restored.until else "备份完成时"
        name = restored.home if asked.to else restored.home.name
        var = f"SANGYU_VAR={restored.var} " if asked.to else ""
        print(
            f"已恢复到 {restored.home}，最后一笔写入在 {until}；附件 {restored.attachments} 个，"
            f"缺 {restored.attachments_missing} 个；用时 {restored.seconds} 秒。\n"
            f"{'核验无误。' if restored.sound else '核验没有通过，请勿使用。'}"
            f"启用它：{var}SANGYU_CLUSTER={name} ./sangyu demo"
        )
    return 0 if restored.sound else 1


def _check(vault: Vault, at: datetime | None) -> int:
    base = choose(vault, at)
    faults = examine(vault, base, at)
    print("\n".join([f"✗ {fault}" for fault in faults] or [f"✓ {base.folder} 完好，可以恢复。"]))
    return 1 if faults else 0


def _folder(to: Path | None) -> Path:
    """Answer the vault asked for, or the one in use, or a first one beside the cluster."""
    if to is not None:
        return to.resolve()
    places = places_for()
    return archive.vault_of(places) or places.home.with_name(f"vault-of-{places.home.name}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是一个时刻，请写成 2026-11-22T15:30") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
