"""How an operation is declared: what it reads or writes, which scope it needs, and what every write promises.

A write claims its idempotency key, looks whether the resource is still what the caller saw, calls one verb and keeps
its answer, all in one transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from sangyu.access.models import User
from sangyu.kit.errors import Refusal
from sangyu.portals.api.actions import Reply, answer_once
from sangyu.portals.api.knock import ApiToken, viewer_of
from sangyu.portals.api.problems import IfMatchMissing, KeyMalformed, KeyMissing, StateChanged
from sangyu.portals.api.shapes import Versioned
from sangyu.portals.clock import now

Handler = TypeVar("Handler", bound=Callable[..., Any])
_KEY = re.compile(r"[\x21-\x7e]{8,80}")


@dataclass(frozen=True)
class State:
    """What a write changes: how its viewer sees it, and how it is locked before it is looked at.

    Both are called with the viewer and the values of the path; `seen` refuses what the viewer may not see.
    """

    seen: Callable[..., Versioned]
    lock: Callable[..., object]


def reads(
    router: Router,
    path: str,
    *,
    scope: str | None,
    name: str,
    answer: Any,
    tag: str,
    media: str = "application/json",
    refuses: tuple[type[Refusal], ...] = (),
) -> Callable[[Handler], Handler]:
    """Declare an operation that reads: the handler returns its answer, the ETag is the answer's version.

    With no scope any token will do.
    """
    return _reading(router, path, ApiToken(scope), scope=scope, name=name, answer=answer, tag=tag, media=media,
                    refuses=refuses)  # fmt: skip


def open_to_all(
    router: Router, path: str, *, name: str, answer: Any, tag: str, refuses: tuple[type[Refusal], ...] = ()
) -> Callable[[Handler], Handler]:
    """Declare an operation that reads what anybody may know, without a token."""
    return _reading(router, path, None, scope=None, name=name, answer=answer, tag=tag, media="application/json",
                    refuses=refuses)  # fmt: skip


def writes(
    router: Router,
    path: str,
    *,
    scope: str,
    name: str,
    answer: Any,
    tag: str,
    status: int = 200,
    of: State | None = None,
    keep: bool = True,
    refuses: tuple[type[Refusal], ...] = (),
) -> Callable[[Handler], Handler]:
    """Declare an operation that writes: it needs an Idempotency-Key, and If-Match where it changes a `State`.

    With `keep` false the answer is not stored, because it holds personal data or is but a reading: a repeat of the
    request is done again.
    """

    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def door(request: HttpRequest, **given: Any) -> HttpResponse:
            key, viewer = _key(request), viewer_of(request)
            match = _if_match(request) if of is not None else ""

            def act() -> Reply:
                if of is not None:
                    _ensure_unchanged(of, viewer, request, match)
                return _reply(handler(request, **given), status)

            reply, repeated = answer_once(
                user=viewer, key=key, request_hash=_request_hash(request, keep=keep), keep=keep, at=now(), act=act
            )
            response = respond(reply)
            response["Idempotency-Replayed"] = "true" if repeated else "false"
            return response

        extra = {"x-scope": scope, "x-refuses": refuses, "x-changes-state": of is not None}
        _add(router, "POST", path, door, handler, auth=ApiToken(scope), name=name, answers={status: answer}, tag=tag,
             extra=extra)  # fmt: skip
        return handler

    return declare


def respond(reply: Reply) -> HttpResponse:
    """Send a reply; what is answered here is nobody else's to keep."""
    response = HttpResponse(reply.body, status=reply.status)
    for header, value in reply.headers.items():
        response[header] = value
    response["Cache-Control"] = "no-store"
    return response


def _reply(answer: BaseModel | HttpResponse, status: int) -> Reply:
    if isinstance(answer, HttpResponse):  # a file, or a refusal whose trace in the books has to stay
        return Reply(answer.status_code, answer.content, dict(answer.headers))
    headers = {"Content-Type": "application/json"}
    if isinstance(answer, Versioned):
        headers["ETag"] = f'"{answer.version}"'
    return Reply(status, answer.model_dump_json(exclude_unset=getattr(answer, "SPARSE", False)).encode(), headers)


def _key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise KeyMissing("每个写入请求都要带请求头 Idempotency-Key：由您生成、只用于这一个请求的编号，例如一个 UUID。")
    if _KEY.fullmatch(key) is None:
        raise KeyMalformed("Idempotency-Key 应是 8 到 80 个可见的英文字符，例如一个 UUID。")
    return key


def _if_match(request: HttpRequest) -> str:
    match = request.headers.get("If-Match")
    if match is None:
        raise IfMatchMissing("修改已有的内容要带请求头 If-Match：先读取，再把回答里的 ETag 原样放进来。")
    return match


def _ensure_unchanged(of: State, viewer: User, request: HttpRequest, match: str) -> None:
    path = request.resolver_match.kwargs if request.resolver_match else {}
    of.seen(viewer, **path)  # what the viewer may not see is not locked either
    of.lock(viewer, **path)
    stands = f'"{of.seen(viewer, **path).version}"'
    if match != "*" and stands not in [tag.strip() for tag in match.split(",")]:
        raise StateChanged("您看到的内容已经变化，这次没有办理。请重新读取，确认后再提交。")


def _request_hash(request: HttpRequest, *, keep: bool) -> str:
    try:
        body = json.dumps(json.loads(request.body or b"null"), sort_keys=True, separators=(",", ":")).encode()
    except ValueError:
        body = request.body
    asked = b"\n".join([(request.method or "").encode(), request.get_full_path().encode(), body])
    if keep:
        return hashlib.sha256(asked).hexdigest()
    # A telephone number has too few digits to be hidden by a bare hash.
    return hmac.new(settings.SECRET_KEY.encode(), asked, hashlib.sha256).hexdigest()


def _reading(
    router: Router, path: str, auth: ApiToken | None, *, scope: str | None, name: str, answer: Any, tag: str,
    media: str, refuses: tuple[type[Refusal], ...],
) -> Callable[[Handler], Handler]:  # fmt: skip
    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def door(request: HttpRequest, **given: Any) -> HttpResponse:
            return respond(_reply(handler(request, **given), 200))

        extra = {"x-scope": scope, "x-refuses": refuses, "x-media": media}
        _add(router, "GET", path, door, handler, auth=auth, name=name, answers={200: answer}, tag=tag, extra=extra)
        return handler

    return declare


def _add(
    router: Router,
    method: str,
    path: str,
    door: Callable[..., HttpResponse],
    handler: Callable[..., Any],
    *,
    auth: ApiToken | None,
    name: str,
    answers: dict[int, Any],
    tag: str,
    extra: dict[str, Any],
) -> None:
    signature = inspect.signature(handler, eval_str=True)
    door.__signature__ = signature.replace(return_annotation=HttpResponse)  # type: ignore[attr-defined]
    summary, _, more = (inspect.getdoc(handler) or "").partition("\n")
    router.api_operation(
        [method],
        path,
        auth=auth,
        response=answers,
        operation_id=name,
        summary=summary.rstrip("."),
        description=more.strip() or None,
        tags=[tag],
        url_name=name,
        openapi_extra=extra,
    )(door)
