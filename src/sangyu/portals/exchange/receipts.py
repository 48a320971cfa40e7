"""What a text gateway says became of a text: one signed receipt at a time."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sangyu.kit.errors import NotFound
from sangyu.outbox import actions as outbox
from sangyu.outbox.models import ReceiptOutcome
from sangyu.outbox.rules import SignatureWrong, ensure_signed
from sangyu.portals.clock import now

BODY_BYTES_MAX = 16_384


class ReceiptForm(forms.Form):
    """The fields of a receipt; their names are part of the contract with the gateway."""

    reference = forms.UUIDField(error_messages={"invalid": "应为发送时给出的编号"})
    outcome = forms.ChoiceField(choices=ReceiptOutcome.choices)
    reason = forms.CharField(max_length=200, required=False)


@csrf_exempt
@require_POST
def sms_receipt(request: HttpRequest) -> JsonResponse:
    """Take one receipt; saying it again, or late, has no second effect."""
    if len(request.body) > BODY_BYTES_MAX:
        return _problem(413, "回执太长", f"一条回执不超过{BODY_BYTES_MAX}字节。")
    try:
        ensure_signed(
            key=settings.SMS_KEY,
            said=request.headers.get("X-Sangyu-Time", ""),
            signature=request.headers.get("X-Sangyu-Signature", ""),
            body=request.body,
            seconds=int(time.time()),  # real time even in a demo whose clock was moved: the gateway signed with it
        )
    except SignatureWrong as refusal:
        return _problem(401, "签名不对", str(refusal))
    with override("zh-hans"):
        form = ReceiptForm(_object(request.body))
        if not form.is_valid():
            wrong = "；".join(f"{name}：{' '.join(texts)}" for name, texts in form.errors.items())
            return _problem(422, "回执格式不对", wrong + "。")
    said = form.cleaned_data
    reference: UUID = said["reference"]
    try:
        row = outbox.note_receipt(text_id=reference, outcome=said["outcome"], reason=said["reason"], at=now())
    except NotFound as refusal:
        return _problem(404, "没有这条短信", str(refusal))
    return JsonResponse({"reference": str(reference), "state": row.state})


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _problem(status: int, title: str, detail: str) -> JsonResponse:
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
