"""What a telephone event must look like before it is believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.dateparse import parse_datetime

NUMBER = RegexValidator(r"^[0-9+*#()\- ]*$", "号码只能含数字和 + - * # ( )")


class Malformed(Exception):
    """The event cannot be read; `str()` says why in Chinese."""


@dataclass(frozen=True)
class Heard:
    """One event of the telephone system; `at` is None when the system has no clock of its own.

    Shape: `said` is the event as it came, field by field, without what nobody asked for.
    """

    kind: str
    event_id: str
    line_reference: str
    caller_number: str
    called_number: str
    agent: str
    at: datetime | None
    said: Mapping[str, str]


class CtiEventForm(forms.Form):
    """The fields of an event; their names are part of the contract with the telephone system."""

    event = forms.ChoiceField(choices=[("ring", "振铃"), ("answer", "接听"), ("hangup", "挂断")])
    event_id = forms.CharField(max_length=80, required=False)
    line_reference = forms.CharField(max_length=60)
    caller_number = forms.CharField(max_length=20, required=False, validators=[NUMBER])
    called_number = forms.CharField(max_length=20, validators=[NUMBER])
    agent = forms.CharField(max_length=60, required=False)
    at = forms.CharField(max_length=40, required=False)

    def clean_agent(self) -> str:
        agent: str = self.cleaned_data["agent"]
        if self.cleaned_data.get("event") == "answer" and not agent:
            raise forms.ValidationError("接听事件要写明是谁接的（话务员的用户名）")
        return agent

    def clean_at(self) -> datetime | None:
        text = self.cleaned_data["at"]
        if not text:
            return None
        try:
            at = parse_datetime(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise forms.ValidationError("应为带时区的 ISO 8601 时间，例如 2026-11-22T09:00:00+08:00")
        return at


class CtiHeartbeatForm(forms.Form):
    """The one field of a heartbeat: which hotline is alive."""

    called_number = forms.CharField(max_length=20, validators=[NUMBER])


def read_cti_event(body: bytes) -> Heard:
    """Read one event from the bytes of a request.

    Raises: Malformed, naming every field that is wrong.
    """
    found = _read(body, CtiEventForm)
    said = {name: str(value) for name, value in found.items()}
    return Heard(kind=str(found.pop("event")).upper(), said=said, **found)


def read_cti_heartbeat(body: bytes) -> str:
    """Read the number of the hotline that is alive.

    Raises: Malformed, naming what is wrong.
    """
    return str(_read(body, CtiHeartbeatForm)["called_number"])


def _read(body: bytes, shape: type[forms.Form]) -> dict[str, Any]:
    try:
        said: Any = json.loads(body)
    except ValueError as error:
        raise Malformed("请求正文不是 JSON。请以 UTF-8 编码的 JSON 对象提交。") from error
    if not isinstance(said, dict):
        raise Malformed("请求正文应是一个 JSON 对象。")
    wrong = [name for name, value in said.items() if name in shape.base_fields and not isinstance(value, str)]
    if wrong:
        raise Malformed("；".join(f"{name}：应为字符串" for name in wrong) + "。")
    form = shape(said)
    if not form.is_valid():
        raise Malformed("；".join(f"{name}：{' '.join(texts)}" for name, texts in form.errors.items()) + "。")
    return form.cleaned_data
