"""The steps in and out of membership as the desk offers them: which one is open, and what it does in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TONES = {"ADMITTED": "good", "APPLICANT": "waiting", "SUSPENDED": "bad", "EXITED": "off"}


@dataclass(frozen=True)
class Step:
    """A step: where it may be taken from, what its button says, what it does, and whether it asks for a reason."""

    code: str
    label: str | Promise
    says: str | Promise
    states: tuple[str, ...]
    kind: str = "primary"
    sends_anew: bool = False
    asks: bool = True


STEPS = {
    step.code: step
    for step in (
        Step("admit", _("准入"), _("准入后即可派单。证照、合同、持证安全员和急救员缺一不可。"), ("APPLICANT",)),
        Step("resume", _("恢复"), _("恢复后重新派单，证照、合同和两名持证人员须有效。"), ("SUSPENDED",)),
        Step(
            "take-back",
            _("收回在手工单"),
            _("把这家企业手上的工单逐张改派；正在服务的做完为止。"),
            ("SUSPENDED",),
            kind="quiet",
            sends_anew=True,
            asks=False,
        ),
        Step("suspend", _("暂停"), _("暂停后不再派新单，手上的工单照常完成。"), ("ADMITTED",), kind="quiet"),
        Step(
            "leave",
            _("退出"),
            _("退出后不再派新单，手上的工单逐张改派；正在服务的做完为止。"),
            ("APPLICANT", "ADMITTED", "SUSPENDED"),
            kind="danger",
            sends_anew=True,
        ),
    )
}


def open_steps(state: str) -> list[Step]:
    """Return the steps that may be taken from a state, in the order of the page."""
    return [step for step in STEPS.values() if state in step.states]
