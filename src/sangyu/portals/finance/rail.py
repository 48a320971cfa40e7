"""The six steps of a month, and which of them is due; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def rail(page: Mapping[str, Any]) -> list[dict[str, str]]:
    """Say of each step whether it is done, due or still to come.

    Shape: mappings with `label`, `state` and `note`, in the order of the walk; the first step that is not done is due.
    """
    statements = len(page.get("standings", ()))
    sheets, final = page["sheets"], page["final_sheets"]
    file = page.get("file")
    steps = [
        (_("考核定稿"), bool(sheets) and final == sheets, f"{final} / {sheets}"),
        (_("出单"), bool(statements), _("%d 份") % statements if statements else ""),
        (
            _("对账"),
            bool(statements) and page["confirmed"] == statements,
            f"{page['confirmed']} / {statements}" if statements else "",
        ),
        (_("审批"), bool(page.get("approval")), page["approval"].by.display_name if page.get("approval") else ""),
        (_("拨付"), bool(file), _("%d 笔") % file.payments if file else ""),
        (
            _("回单"),
            bool(file) and page["answered"] == file.payments,
            f"{page['answered']} / {file.payments}" if file else "",
        ),
    ]
    due = next((n for n, (_label, done, _note) in enumerate(steps) if not done), len(steps))
    return [
        {
            "label": f"{n + 1} {label}",
            "state": "failed" if n == 5 and page.get("failed") else "done" if done else "now" if n == due else "todo",
            "note": note,
        }
        for n, (label, done, note) in enumerate(steps)
    ]
