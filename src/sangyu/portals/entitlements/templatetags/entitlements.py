"""Words that only this desk shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from sangyu.portals.components.templatetags.sangyu import yuan
from sangyu.portals.entitlements.views.runs import LABELS

register = template.Library()


@register.filter
def answer_words(answer: str) -> str:
    """Say what the tables answered."""
    return {
        "YES": _("能享受"),
        "NOT_YET": _("还没到时候"),
        "UNKNOWN": _("还缺情况"),
        "NO": _("不能享受"),
    }[answer]


@register.filter
def given_words(given: str) -> str:
    """Say how something is given."""
    return {"order": _("下单时使用"), "run": _("按期发放"), "hand": _("申请后办理")}.get(given, "")


@register.filter
def change_words(change: str) -> str:
    """Say what a line is beside last month."""
    return str(LABELS[change])


@register.filter
def counted_in(n: int, unit: str) -> str:
    """Write how much there is of a credit, in its unit."""
    if unit == "fen":
        return str(yuan(n))
    return f"{n} {_('分钟') if unit == 'minutes' else _('天')}"


@register.filter
def form_of(forms: Mapping[str, Any], fact: str) -> Any:
    """Find the form by which a fact is recorded."""
    return forms.get(fact)
