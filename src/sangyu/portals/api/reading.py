"""How a body is read before its fields are looked at: JSON that says so, not too long, and nothing but one object."""

from __future__ import annotations

import json
from typing import Any, NoReturn, cast

from django.http import HttpRequest
from django.http.request import RawPostDataException
from ninja.parser import Parser
from ninja.types import DictStrAny

from sangyu.portals.api.problems import BodyTooLarge, BodyUnreadable, NotJson

BODY_BYTES_MAX = 65_536


class BodyReader(Parser):
    """Read bodies strictly."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the object in the body.

        Raises: NotJson, BodyTooLarge, BodyUnreadable.
        """
        if (request.content_type or "").lower() != "application/json":
            raise NotJson("请求正文应为 JSON，并带请求头 Content-Type: application/json。")
        if int(request.headers.get("Content-Length") or 0) > BODY_BYTES_MAX or len(request.body) > BODY_BYTES_MAX:
            raise BodyTooLarge(f"请求正文不超过{BODY_BYTES_MAX}字节。")
        try:
            said = json.loads(request.body.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError, RawPostDataException) as error:
            raise BodyUnreadable("请求正文不是有效的 JSON（UTF-8）。请检查后重发。") from error
        if not isinstance(said, dict):
            raise BodyUnreadable("请求正文应是一个 JSON 对象。")
        return cast(DictStrAny, said)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


SAID: dict[str, str] = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有这个字段",
    "string_too_short": "太短或没有填",
    "string_too_long": "太长",
    "string_pattern_mismatch": "格式不对",
    "uuid_parsing": "应为 UUID",
    "literal_error": "不在可选的值之内",
    "enum": "不在可选的值之内",
    "timezone_aware": "应为带时区的 ISO 8601 时间，例如 2026-11-22T09:00:00+08:00",
}


def fault(error: dict[str, Any]) -> dict[str, str]:
    """Tell of one wrong field: where it is, a code, and what is wrong in Chinese where it is a common fault."""
    said = SAID.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
    return {**pointer(error["loc"]), "code": error["type"], "detail": said}


def pointer(place: tuple[Any, ...]) -> dict[str, str]:
    """Name the place of a fault: a pointer into the body, or the parameter of the address."""
    source, *rest = place
    if source == "body":
        return {"pointer": "#/" + "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in rest[1:])}
    return {"parameter": ".".join(str(step) for step in rest) or str(source)}
