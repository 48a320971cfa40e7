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
from sangyu.kit.errors import NotFound
from sangyu.portals.clock import now
from sangyu.portals.exchange import actions as exchange
from sangyu.portals.exchange.forms import Malformed, read_cti_event, read_cti_heartbeat


@csrf_exempt
@require_POST
def cti_event(request: HttpRequest) -> JsonResponse:
    """Take a ring, an answer or a hang-up of the telephone system; saying it again has no second effect."""
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
    try:
        call = exchange.hear(programme=programme, heard=event, at=now())
    except NotFound as refusal:
        return _problem(404, "没有这位话务员", str(refusal))
    except exchange.EventIdReused as refusal:
        return _problem(409, "编号已用于另一个事件", str(refusal))
    if call is None:
        return JsonResponse({"call": None, "kept": True}, status=202)
    return JsonResponse({"call": str(call.pk)})


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
    said = request.headers.get("X-Cti-Key", "")
    # Both are compared whatever the first says, and an empty old key is nobody's.
    new, old = constant_time_compare(said, settings.CTI_KEY), constant_time_compare(said, settings.CTI_KEY_BEFORE)
    return new or (old and bool(settings.CTI_KEY_BEFORE))


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
