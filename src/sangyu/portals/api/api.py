"""The interface as one object: its routers, and how whatever goes wrong is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sangyu.kit.errors import Refusal
from sangyu.portals.api import about, calls, dispatches, elders, orders, quality, runs, statements, visits, webhooks
from sangyu.portals.api.knock import refuse_without_token
from sangyu.portals.api.problems import (
    BodyUnreadable,
    Broken,
    Busy,
    Invalid,
    MethodNotAllowed,
    NoSuchPlace,
    problem,
)
from sangyu.portals.api.reading import BodyReader, fault

log = logging.getLogger(__name__)

api = NinjaAPI(
    title="桑榆接口",
    version="1",
    description="从来电到拨付的每一步，一个接口。金额为整数分（_fen），时间为带时区的 ISO 8601，编号为 UUID。",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=BodyReader(),
)
for part in (about, calls, elders, orders, dispatches, visits, quality, runs, statements, webhooks):
    api.add_router("", part.router)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(refuse_without_token(request))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [fault(said) for said in error.errors]
    return problem(Invalid("有字段缺失、多余或格式不对，请按 errors 逐项改正后重发。"), errors=wrong)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refusal):  # the reader of bodies has said it better
        return problem(error.__cause__)
    return problem(BodyUnreadable("请求无法读取，请检查后重发。"))


@api.exception_handler(OperationalError)
def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    log.warning("the database refused %s: %s", request.path, type(error).__name__)
    return problem(Busy("系统正忙，这次没有办理。请用同一个 Idempotency-Key 稍后重发。"))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("unexpected fault in %s %s", request.method, request.path, exc_info=error)
    return problem(Broken("系统内部出错，这次没有办理。请稍后用同一个 Idempotency-Key 重发；仍不行请联系运营方。"))


def nothing_here(request: HttpRequest, **_given: Any) -> HttpResponse:
    """Answer an address that is none of the interface's."""
    return problem(NoSuchPlace("没有这个接口地址，请核对路径和版本（/api/v1）。"))


def with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a refused method be answered as a problem too."""

    def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        response = view(request, *args, **given)
        if (
            response.status_code != MethodNotAllowed.status
            or response.get("Content-Type") == "application/problem+json"
        ):
            return response
        refused = problem(MethodNotAllowed(f"这个地址只接受 {response['Allow']}。"))
        refused["Allow"] = response["Allow"]
        return refused

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer
