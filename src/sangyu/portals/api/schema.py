"""The contract of the interface: OpenAPI 3.1 with every problem, header and example, as it is committed.

`python -m sangyu.portals.api.schema` writes it anew, and the table of problems beside it.
"""

from __future__ import annotations

import copy
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sangyu.portals.api.problems import Kind

DOCS = Path(__file__).resolve().parents[4] / "docs" / "api"
JSON = "application/json"
PROBLEM = "application/problem+json"
_PAGE = re.compile(r"Page_(\w+?)(?:Told)?_(?=\")")
_TOLD = re.compile(r"\b([A-Z]\w*)Told\b")  # the interface tells of an order; to its caller that is an order
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
ID = "0192f0c1-5a00-7000-8000-000000000001"
# What a property is called says what an example of it looks like.
EXAMPLES: Mapping[str, Any] = {
    "after": "",
    "age": 82,
    "arrived": True,
    "because": ["重点优抚老人每月50元服务额度"],
    "caller_number": "13900000001",
    "code": "SH001",
    "community": "南门社区",
    "community_code": "620102001001",
    "content": "支付编号,结果,银行流水号,原因\nSY20261100001,成功,BK20261100001,\n",
    "day": "2026-11-10",
    "detail": "您看到的内容已经变化，这次没有办理。请重新读取，确认后再提交。",
    "door_code": "4711",
    "elder_fen": 1400,
    "end": "",
    "evidence": "到场查看，均符合要求",
    "failed": "",
    "fund": "DISTRICT-SUBSIDY",
    "grade": "A",
    "invoice_number": "04412026",
    "item_name": "室内保洁",
    "lat": 36.0611,
    "line_reference": "line-17",
    "lng": 103.8343,
    "minutes": 120,
    "month": "2026-11",
    "n": 1,
    "name": "室内保洁",
    "next": None,
    "note": "",
    "number": "2026111000017",
    "on": "2026-11-10",
    "phone": "13900000001",
    "phones": ["139****0001"],
    "price_fen": 6400,
    "public_fen": 5000,
    "reason": "老人住院",
    "refusal_reason": "",
    "satisfaction": 5,
    "score_tenths": 200,
    "sentence": "这次服务一共64元，政府补贴50元，您只需付14元。",
    "service_on": "2026-11-10",
    "shares_fen": {"elder": 1400, "government": 5000},
    "stage": "PLACED",
    "tasks_done": ["地面", "桌面"],
    "text": "李秀兰",
    "version": "3f1c2a9b5d7e8f90a1b2",
    "wanted_from": "2026-11-11T02:00:00Z",
    "wanted_until": "2026-11-11T04:00:00Z",
}
IN_PLACE: Mapping[str, Mapping[str, Any]] = {
    "Refusing": {"reason": "NO_WORKER"},
    "Objecting": {"text": "11月3日已提供服务，请核对签到记录"},
    "Disputing": {"text": "第3行金额与工单不符"},
    "Words": {"text": "已核对，金额无误"},
    "Explaining": {"text": "新开两个社区，单量增加"},
    "RunTold": {"failed": 0},
    "ElderTold": {"name": "李*兰", "document_number": "620102********0221"},
    "ElderRevealed": {"name": "李秀兰", "phones": ["13900000001"], "address": "南门社区南门巷8号2单元301"},
    "DoorRevealed": {"name": "李秀兰", "address": "南门社区南门巷8号2单元301"},
    "Search": {"phone": ""},
    "WorkerTold": {"name": "赵勤", "reason": ""},
    "CandidateTold": {"name": "康安居家服务有限公司", "figure": "", "score": 912},
    "Me": {"name": "接口·康安派单系统", "programme": "城关区虚拟养老院", "organisation": "康安居家服务有限公司"},
    "PushTold": {"reason": "", "kind": "order.moved", "state": "DELIVERED", "tries": 1, "last_status": 204,
                 "body": {"type": "order.moved", "timestamp": "2026-11-22T09:00:00+08:00",
                          "data": {"order": ID, "stage": "SENT"}}},
    "SubscriptionTold": {"name": "康安派单系统", "address": "https://kangan.example/events", "scheme": "HMAC",
                         "kinds": ["order.moved", "dispatch.sent"]},
    "SubscriptionMade": {"name": "康安派单系统", "address": "https://kangan.example/events", "scheme": "HMAC",
                         "kinds": ["order.moved", "dispatch.sent"], "secret": "whsec_…"},
    "Subscribing": {"name": "康安派单系统", "address": "https://kangan.example/events",
                    "kinds": ["order.moved", "dispatch.sent"], "organisation_id": None},
    "EventKindTold": {"kind": "order.moved", "data": ["order", "stage"], "meaning": "工单到了新的环节"},
    "VisitTold": {"because": "定位相符，并已扫门牌码"},
    "CallTold": {"caller_number": "139****0001"},
    "ProblemKind": {"code": "orders.SLOT_TAKEN", "status": 409, "zh": "老人这段时间已有预约",
                    "en": "The elder already expects somebody at that time."},
}  # fmt: skip
WITHOUT_A_TOKEN = ("Broken",)
OF_ANY = ("TokenMissing", "TokenInvalid", "ScopeMissing", "TooManyRequests", "Broken", "Busy")
OF_A_WRITE = ("KeyMissing", "KeyMalformed", "KeyReused")
OF_A_BODY = ("BodyUnreadable", "BodyTooLarge", "NotJson", "Invalid")
OF_A_STATE = ("IfMatchMissing", "StateChanged")


def contract() -> dict[str, Any]:
    """Return the contract of the interface as it is now."""
    from sangyu.portals.api.api import api
    from sangyu.portals.api.shapes import Problem

    plain: dict[str, Any] = copy.deepcopy(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
    components = plain["components"] | {"examples": {}, "responses": {}}
    plain["components"] = components
    schemas = components["schemas"]
    schemas["Problem"] = Problem.model_json_schema()
    components["parameters"] = _headers()
    components["securitySchemes"] = {
        "ApiToken": {"type": "http", "scheme": "bearer", "description": "接口密钥，形如 sgy_xxxxxxxx_…"}
    }
    plain["servers"] = [{"url": "/"}]
    for path, methods in plain["paths"].items():
        for method, operation in methods.items():
            _complete(operation, path=path, method=method, components=components)
    for part in ("schemas", "examples"):
        components[part] = dict(sorted(components[part].items()))
    text = _PAGE.sub(r"\1Page", json.dumps(plain, ensure_ascii=False))
    plain = json.loads(_TOLD.sub(r"\1", text))
    _drop_unused(plain)
    for name, shape in plain["components"]["schemas"].items():
        if name.endswith("Page"):
            shape["description"] = "A page of a list, and the address of the next one."
    plain["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    return plain


def _drop_unused(plain: dict[str, Any]) -> None:
    """Leave out the shapes of parameters, which stand where they are used."""
    schemas = plain["components"]["schemas"]
    while unused := set(schemas) - set(_REFERENCE.findall(json.dumps(plain, ensure_ascii=False))):
        for name in unused:
            del schemas[name]


def rendered(plain: Mapping[str, Any]) -> str:
    """Return a contract as the text that is committed."""
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def problem_table() -> str:
    """Return the table of problems for the docs, in both languages."""
    from sangyu.portals.api.problems import kinds

    lines = [
        "# 错误码 Problem codes",
        "",
        "每个错误都是 `application/problem+json`（RFC 9457）；程序按 `code` 判断，`detail` 是给人看的一句话。",
        "Every error is a problem document; programs go by `code`, `detail` is a sentence for people.",
        "",
        "| code | status | 标题 | title |",
        "|---|---|---|---|",
        *(f"| `{kind.code}` | {kind.status} | {kind.zh} | {kind.en} |" for kind in kinds().values()),
    ]
    return "\n".join(lines) + "\n"


def _headers() -> dict[str, Any]:
    return {
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "您为这一个请求生成的编号，例如 UUID。重发用同一编号，读到同一回答；内容不同则拒绝。",
            "schema": {"type": "string", "pattern": "^[!-~]{8,80}$", "minLength": 8, "maxLength": 80},
            "example": "6f1d2c1e-3b0a-4a6e-9d53-0a4f0b6e7c11",
        },
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "您看到的状态：读取时得到的 ETag，原样放回。",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
            "example": '"3f1c2a9b5d7e8f90a1b2"',
        },
    }


def _complete(operation: dict[str, Any], *, path: str, method: str, components: dict[str, Any]) -> None:
    from sangyu.portals.api import problems

    schemas = components["schemas"]
    named = operation.pop("x-refuses", ())
    changes = operation.pop("x-changes-state", False)
    media = operation.pop("x-media", JSON)
    scope = operation.pop("x-scope", None)
    if scope:
        operation["x-scope"] = scope
    own = [getattr(problems, name) for name in (OF_ANY if "security" in operation else WITHOUT_A_TOKEN)]
    if method == "post":
        own += [getattr(problems, name) for name in OF_A_WRITE]
        operation["parameters"].append({"$ref": "#/components/parameters/IdempotencyKey"})
    if changes:
        own += [getattr(problems, name) for name in OF_A_STATE]
        operation["parameters"].append({"$ref": "#/components/parameters/IfMatch"})
    if "requestBody" in operation:
        own += [getattr(problems, name) for name in OF_A_BODY]
        body = operation["requestBody"]["content"][JSON]
        body["example"] = example(body["schema"], schemas)
    elif any(parameter.get("in") == "query" for parameter in operation["parameters"]):
        own.append(problems.Invalid)
        if any(parameter.get("name") == "after" for parameter in operation["parameters"]):
            own.append(problems.CursorWrong)
    if "{" in path:
        own.append(problems.NoSuchPlace)
    for parameter in operation["parameters"]:
        if parameter.get("in") == "path":
            parameter["example"] = example(parameter["schema"], schemas, parameter["name"])
    operation["responses"] = {
        **_answers(operation["responses"], method=method, media=media, schemas=schemas),
        **_problems((problems.kind_of(refusal) for refusal in (*own, *named)), components),
    }


def _answers(given: dict[Any, Any], *, method: str, media: str, schemas: dict[str, Any]) -> dict[str, Any]:
    answers = {}
    for status, answer in given.items():
        content = answer["content"].pop(JSON)
        if media == JSON:
            content["example"] = example(content["schema"], schemas)
        answer["content"] = {media: content}
        headers: dict[str, Any] = {}
        reference = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
        if "version" in schemas.get(reference, {}).get("properties", {}):
            headers["ETag"] = {"schema": {"type": "string"}, "description": "此刻状态的版本"}
        if method == "post":
            headers["Idempotency-Replayed"] = {
                "schema": {"type": "string", "enum": ["true", "false"]},
                "description": "true：这是重发，回答与第一次相同",
            }
        if headers:
            answer["headers"] = headers
        answers[str(status)] = answer
    return answers


def _problems(kinds: Iterable[Kind], components: dict[str, Any]) -> dict[str, Any]:
    by_status: dict[int, dict[str, Kind]] = defaultdict(dict)
    for kind in kinds:
        by_status[kind.status][kind.code] = kind
        components["examples"][kind.code] = _as_answered(kind)
    responses = {}
    for status, found in sorted(by_status.items()):
        said = {
            "description": "；".join(kind.zh for _, kind in sorted(found.items())),
            "content": {
                PROBLEM: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in sorted(found)},
                }
            },
        }
        shared = _shared(status, said, components["responses"])
        responses[str(status)] = {"$ref": f"#/components/responses/{shared}"}
    return responses


def _shared(status: int, said: dict[str, Any], responses: dict[str, Any]) -> str:
    """Name the one place where answers of these codes are described, and put them there the first time."""
    known = [name for name in responses if name.split("-")[0] == str(status)]
    same = next((name for name in known if responses[name] == said), None)
    if same is None:
        same = f"{status}-{len(known) + 1}"
        responses[same] = said
    return same


def _as_answered(kind: Kind) -> dict[str, Any]:
    value = {"type": kind.uri, "title": kind.zh, "status": kind.status, "detail": f"{kind.zh}。", "code": kind.code}
    return {"summary": kind.zh, "value": value}


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "", within: str = "") -> Any:
    """Return a value that a schema accepts and that reads like a real one."""
    if "$ref" in schema:
        called = schema["$ref"].rsplit("/", 1)[-1]
        return example(schemas[called], schemas, name, called)
    if name in IN_PLACE.get(within, {}):
        return IN_PLACE[within][name]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema and name not in EXAMPLES:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, name, within)
    if schema.get("type") == "object" and "properties" in schema:
        title = within or schema.get("title", "")
        return {key: example(part, schemas, key, title) for key, part in schema["properties"].items()}
    if schema.get("type") == "array" and name not in EXAMPLES:
        return [example(schema["items"], schemas, name, within)]
    if schema.get("format") == "uuid":
        return ID
    if schema.get("format") == "date-time" and name not in EXAMPLES:
        return "2026-11-10T02:00:00Z"
    if name in EXAMPLES:
        return EXAMPLES[name]
    plain: dict[str, Any] = {
        "integer": schema.get("minimum", 0),
        "number": 0,
        "boolean": True,
        "object": {},
        "string": "…",
    }
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    return plain.get(schema.get("type", "string"))


def main() -> int:
    """Write the contract and the table of problems into the docs."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sangyu.config.settings"
    os.environ.setdefault("SANGYU_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    import django

    django.setup()
    plain = contract()
    (DOCS / "openapi.json").write_text(rendered(plain), encoding="utf-8")
    (DOCS / "problems.md").write_text(problem_table(), encoding="utf-8")
    print(f"{DOCS / 'openapi.json'}: {len(plain['paths'])} paths", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
