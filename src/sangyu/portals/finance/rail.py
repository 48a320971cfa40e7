"""The steps of a month, which of them is due, and what about the month is out of the ordinary; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from sangyu.portals.components.templatetags.sangyu import beijing


def rail(page: Mapping[str, Any]) -> list[dict[str, str]]:
    """Say of each step whether it is done, due or still to come.

    Shape: mappings with `label`, `state` and `note`, in the order of the walk; the first step that is not done is due.
    Every signature is a step of its own, with the name of whoever gave it.
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
        *_signatures(page.get("signatures", ())),
        (_("拨付"), bool(file), _("%d 笔") % file.payments if file else ""),
        (
            _("回单"),
            bool(file) and page["answered"] == file.payments,
            f"{page['answered']} / {file.payments}" if file else "",
        ),
    ]
    due = next((n for n, (_label, done, _note) in enumerate(steps) if not done), len(steps))
    failed = len(steps) - 1 if page.get("failed") else None
    return [
        {
            "label": f"{n + 1} {label}",
            "state": "failed" if n == failed else "done" if done else "now" if n == due else "todo",
            "note": note,
        }
        for n, (label, done, note) in enumerate(steps)
    ]


def _signatures(given: Sequence[Any]) -> list[tuple[str, bool, str]]:
    """Turn the signatures behind the maker's into steps: the name and time of whoever has signed."""
    if not given:
        return [(_("审批"), False, "")]
    return [
        (one.label, one.by is not None, f"{one.by.display_name} {beijing(one.at)}" if one.by else "")
        for one in given[1:]
    ]


def exceptions(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Count what somebody must look at before signing: what it is, how many, and where on the page it stands."""
    held = page.get("withheld", ())
    denied = sum(1 for row in held if "没有人上门" in row.reason)
    kinds = [
        (_("老人否认上门"), denied, "withheld", "bad"),
        (_("暂不结算"), len(held) - denied, "withheld", "waiting"),
        (_("企业异议待答复"), len(page.get("objections", ())), "objections", "waiting"),
        (_("考核改分"), len(page.get("rulings", ())), "rulings", "waiting"),
        (_("环比超过20%"), len(page.get("swings", ())), "swings", "waiting"),
        (_("以前月份差额"), sum(1 for row in page.get("corrections", ()) if not row.waiver), "corrections", "waiting"),
        (_("银行退回"), len(page.get("failed", ())), "refused", "bad"),
    ]
    return [{"label": label, "n": n, "anchor": anchor, "tone": tone} for label, n, anchor, tone in kinds if n]
