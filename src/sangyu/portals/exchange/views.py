"""Machines knock here: understand the event, call one verb, answer in JSON that a program can act on."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sangyu.access import queries as access_read
from sangyu.hotline import actions as hotline
from sangyu.portals.clock import now
from sangyu.portals.exchange.forms import Malformed, read_cti_event, read_cti_heartbeat


@csrf_exempt
@require_POST
def cti_event(request: HttpRequest) -> JsonResponse:
    """Take a ring or a hang-up of the telephone system; saying it again has no second effect."""
    if not _knows_the_key(request):
        return _wrong_key()
    try:
        with override("zh-hans"):  # whatever language the machine's HTTP library claims to read
            event = read_cti_event(request.body)
    except Malformed as error:
        return _problem(422, "事件格式不对", str(error))
    programme = access_read.programme_called(event.called_number)
    if programme is None:
        return _unknown_line(event.called_number)
    at = event.at or now()
    if event.event == "ring":
        call = hotline.ring(
            programme=programme,
            line_reference=event.line_reference,
            caller_number=event.caller_number,
            called_number=event.called_number,
            at=at,
        )
        return JsonResponse({"call": str(call.pk)})
    hung_up = hotline.hang_up(programme=programme, line_reference=event.line_reference, at=at)
    if hung_up is None:
        detail = f"线路{event.line_reference}没有振铃记录。请先发送 ring 事件，再发送 hangup。"
        return _problem(404, "没有这通电话", detail)
    return JsonResponse({"call": str(hung_up.pk)})


@csrf_exempt
@require_POST
def cti_heartbeat(request: HttpRequest) -> JsonResponse:
    """Take the word of the telephone system that it is alive; once it has said so, its silence is shown to agents."""
    if not _knows_the_key(request):
        return _wrong_key()
    try:
        with override("zh-hans"):
            called_number = read_cti_heartbeat(request.body)
    except Malformed as error:
        return _problem(422, "心跳格式不对", str(error))
    programme = access_read.programme_called(called_number)
    if programme is None:
        return _unknown_line(called_number)
    at = now()  # our clock, since it is our clock that will find it silent
    hotline.heartbeat(programme=programme, at=at)
    return JsonResponse({"heard_at": at.isoformat()})


def _knows_the_key(request: HttpRequest) -> bool:
    return constant_time_compare(request.headers.get("X-Cti-Key", ""), settings.CTI_KEY)


def _wrong_key() -> JsonResponse:
    return _problem(401, "密钥不对", "请求头 X-Cti-Key 缺失或与配置不符。请核对话务系统与本平台的密钥。")


def _unknown_line(called_number: str) -> JsonResponse:
    return _problem(404, "没有这条热线", f"没有以{called_number}为热线号码的养老院。请核对 called_number。")


def _problem(status: int, title: str, detail: str) -> JsonResponse:
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
