"""`./sangyu keys`: the keys that encrypt the numbers of documents: made, changed, put to use, checked."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence

from sangyu.access.rules.field_keys import PROFILES, BadKeys, with_key

KEPT_APART = "请写进 SANGYU_FIELD_KEYS，并与数据库备份分开、由两人保管：密钥丢了，号码就再也读不出来。"


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0, 1 when a number cannot be read, 2 when something is missing."""
    parser = argparse.ArgumentParser(prog="sangyu keys", description="加密证件号码和收款账号的密钥")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (
        ("new", "生成一套新密钥，打印出来"),
        ("add", "在现有密钥前加一把新的，打印出来；换上后新号码用它加密，旧号码仍能读"),
        ("renew", "把旧密钥加密的号码改用现在的密钥加密；可随时中断，再运行就接着做"),
        ("check", "逐条解密，核对每个号码都读得出、与索引相符"),
    ):
        command = commands.add_parser(name, help=about, description=about)
        if name in {"new", "add"}:
            command.add_argument("--profile", choices=sorted(PROFILES), default="standard", help="gm 为国密套件")
        if name == "add":
            command.add_argument("--name", required=True, help="新密钥的编号，如 k2；小写字母、数字和短横")
    wish = parser.parse_args(argv)
    try:
        if wish.command in {"new", "add"}:
            return _print_ring(wish)
    except BadKeys as bad:
        print(f"{bad}。", file=sys.stderr)
        return 2
    from sangyu.config.processes.ready import database_ready

    with database_ready():
        return _renew() if wish.command == "renew" else _check()


def _print_ring(wish: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sangyu.config.settings")
    from sangyu.access.cipher import field_cipher, new_ring

    if wish.command == "new":
        ring = new_ring(wish.profile)
    else:
        ring = with_key(field_cipher().ring, wish.profile, wish.name, secret=secrets.token_bytes(32))
    print(ring.written())
    print(KEPT_APART, file=sys.stderr)
    return 0


def _renew() -> int:
    from sangyu.access.cipher import Unreadable
    from sangyu.allowances import actions as allowances
    from sangyu.registry import actions as registry

    try:
        done = registry.renew_documents()
        accounts, files = allowances.renew_numbers()
    except Unreadable as lost:
        print(f"{lost}已重新加密的不受影响；./sangyu keys check 列出读不出的。", file=sys.stderr)
        return 1
    print(f"已改用现在的密钥加密：证件号码 {done:,} 个，收款账号 {accounts:,} 个，付款文件 {files:,} 份。")
    return 0


def _check() -> int:
    from sangyu.allowances import numbers as accounts
    from sangyu.registry import numbers as documents

    total, lost = documents.unreadable()
    kept, files, wrong = accounts.unreadable()
    bad = [*(f"证件 {document}" for document in lost), *wrong]
    for one in bad[:20]:
        print(f"{one} 读不出，或与索引不符", file=sys.stderr)
    print(f"核对了证件号码 {total:,} 个、收款账号 {kept:,} 个、付款文件 {files:,} 份，{len(bad):,} 个有问题。")
    return int(bool(bad))
