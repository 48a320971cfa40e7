"""`./sangyu token`: keys for machines, in the name of somebody of the bureau."""

from __future__ import annotations

import json
from datetime import timedelta

from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry
from sangyu.portals.api.cli import main
from sangyu.portals.clock import now

ISSUE = ["issue", "康安居家服务有限公司", "康安派单系统", "--role", "ENTERPRISE", "--scope", "dispatch:read", "--json"]


def test_a_key_is_issued_listed_renewed_and_revoked(cast, capsys):
    assert main([*ISSUE, "--by", "bureau"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert access_read.bearer(given["token"], at=now(), sandbox=False).user.organisation == cast.kangan.organisation
    assert main(["renew", given["id"], "--days", "30", "--by", "bureau", "--json"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert main(["revoke", given["id"], "--reason", "换新密钥", "--by", "bureau"]) == 0
    capsys.readouterr()
    assert main(["list", "--by", "bureau", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows[given["id"]]["revoked"], rows[second["id"]]["revoked"]) == (True, False)
    assert access_read.bearer(second["token"], at=now() + timedelta(days=29), sandbox=False) is not None
    verbs = AuditEntry.objects.filter(verb__startswith="access.").values_list("by__username", flat=True)
    assert set(verbs) == {"bureau"}


def test_whoever_may_not_issue_keys_is_told_so(cast, capsys):
    assert main([*ISSUE, "--by", "agent"]) == 1
    assert "民政局" in capsys.readouterr().err
    assert main([*ISSUE, "--by", "nobody"]) == 1
    wrong = ["issue", "没有这家公司", *ISSUE[2:], "--by", "bureau"]
    assert main(wrong) == 1
    assert "全称" in capsys.readouterr().err
