"""`sangyu token issue|list|renew|revoke`: the keys of machines, issued in the name of somebody of the bureau."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.actions import Issued
from sangyu.access.models import Organisation, User
from sangyu.access.rules.tokens import ROLES_OF_KIND, SCOPES
from sangyu.kit.errors import NotFound, Refusal
from sangyu.portals.api.days import BEIJING
from sangyu.portals.clock import now

DAYS = 180


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0, or 1 with the reason on stderr. Django must be set up."""
    wish = _parser().parse_args(argv)
    try:
        by = _signs_for(wish.by)
        return {"issue": _issue, "list": _list, "renew": _renew, "revoke": _revoke}[wish.command](wish, by)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sangyu token", description="接口密钥：签发、列出、续期、停用")
    commands = parser.add_subparsers(dest="command", required=True)
    issue = commands.add_parser("issue", help="给一家机构的系统签发密钥，只显示一次")
    issue.add_argument("organisation", help="机构全称")
    issue.add_argument("name", help="密钥的名字，例如 康安派单系统")
    issue.add_argument(
        "--role", action="append", required=True, choices=sorted(frozenset().union(*ROLES_OF_KIND.values()))
    )
    issue.add_argument("--scope", action="append", required=True, choices=list(SCOPES), metavar="权限",
                       help="可多次；可选：" + "、".join(SCOPES))  # fmt: skip
    renew = commands.add_parser("renew", help="续期：给同一用户再发一个密钥，旧的用完再停")
    revoke = commands.add_parser("revoke", help="停用一个密钥")
    revoke.add_argument("--reason", required=True, help="原因")
    for command in (renew, revoke):
        command.add_argument("token", type=UUID, help="密钥编号（见 list）")
    for command in (issue, renew):
        command.add_argument("--days", type=int, default=DAYS, help=f"有效天数（默认 {DAYS}，最多 366）")
    for command in (issue, renew, revoke, commands.add_parser("list", help="列出密钥")):
        command.add_argument("--by", required=True, help="以民政局哪位用户的名义办理（用户名），记入审计簿")
        command.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


def _issue(wish: argparse.Namespace, by: User) -> int:
    organisation = Organisation.objects.filter(programme_id=by.programme_id, name=wish.organisation).first()
    if organisation is None:
        raise NotFound(f"没有名为“{wish.organisation}”的机构，请核对全称。")
    at = now()
    issued = access.issue_token(
        organisation_id=organisation.pk,
        name=wish.name,
        roles=wish.role,
        scopes=wish.scope,
        expires_at=at + timedelta(days=wish.days),
        by=by,
        at=at,
    )
    return _say(issued, as_json=wish.json)


def _renew(wish: argparse.Namespace, by: User) -> int:
    at = now()
    issued = access.renew_token(token_id=wish.token, expires_at=at + timedelta(days=wish.days), by=by, at=at)
    return _say(issued, as_json=wish.json)


def _revoke(wish: argparse.Namespace, by: User) -> int:
    token = access.revoke_token(token_id=wish.token, reason=wish.reason, by=by, at=now())
    print(json.dumps({"id": str(token.pk), "revoked": True}) if wish.json else f"已停用：{token}")
    return 0


def _list(wish: argparse.Namespace, by: User) -> int:
    rows = [
        {
            "id": str(row.pk),
            "name": row.name,
            "organisation": row.organisation.name,
            "prefix": row.prefix,
            "scopes": row.scopes,
            "expires_at": row.expires_at.astimezone(BEIJING).isoformat(timespec="minutes"),
            "last_used_at": row.last_used_at and row.last_used_at.astimezone(BEIJING).isoformat(timespec="minutes"),
            "revoked": row.revoked_at is not None,
        }
        for row in access_read.tokens(by)
    ]
    if wish.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        state = "已停用" if row["revoked"] else f"至 {row['expires_at']}"
        print(f"{row['id']}  {row['prefix']}…  {row['organisation']}  {row['name']}  {state}")
    return 0


def _say(issued: Issued, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"id": str(issued.token.pk), "token": issued.secret}))
        return 0
    print(issued.secret)
    print("密钥只显示这一次，请立即交给对方保管。遗失只能停用后重发。", file=sys.stderr)
    return 0


def _signs_for(username: str) -> User:
    found = User.objects.select_related("programme", "organisation").filter(username=username, is_active=True).first()
    if found is None:
        raise NotFound(f"没有用户名为“{username}”的用户。")
    return found
