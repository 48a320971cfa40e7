"""A small typed client made from the contract: one module, nothing but the standard library.

`python -m sangyu.portals.api.client` writes it anew from `docs/api/openapi.json` into `clients/python`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
CONTRACT = ROOT / "docs" / "api" / "openapi.json"
CLIENT = ROOT / "clients" / "python" / "sangyu_client" / "__init__.py"
FORMAT = [sys.executable, "-m", "ruff", "format", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "-"]
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

HEAD = '''"""A client of the Sangyu interface (/api/v1). Made from the contract: do not edit, make it anew."""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict, cast
from urllib.parse import urlencode

UNSET: Any = object()


class Problem(Exception):
    """What the interface refused: go by `code`, show `detail`, and see `errors` for the fields that were wrong."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        super().__init__(f"{said.get('code', status)}: {said.get('detail', '')}")
        self.status = status
        self.code: str = said.get("code", "")
        self.title: str = said.get("title", "")
        self.detail: str = said.get("detail", "")
        self.errors: list[dict[str, str]] = said.get("errors", [])


'''

CLASS = '''class Sangyu:
    """One caller of the interface. Every write gets a fresh idempotency key and keeps it while it is sent again."""

    def __init__(self, base_url: str, token: str, *, timeout_s: float = 30.0, tries: int = 4) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s
        self._tries = tries

    def pages(self, first: Any) -> Iterator[Any]:
        """Go through every item of a list, page after page, beginning with the page that was read."""
        page = first
        while True:
            yield from page["items"]
            if page.get("next") is None:
                return
            page = json.loads(self._send("GET", page["next"]))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        key: str | None = None,
        match: str | None = None,
    ) -> bytes:
        asked = {name: value for name, value in (query or {}).items() if value is not UNSET and value is not None}
        address = f"{path}?{urlencode(asked)}" if asked else path
        headers = {}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if match is not None:
            headers["If-Match"] = match if match == "*" or match.startswith('"') else f'"{match}"'
        content = None
        if body is not None:
            said = {name: value for name, value in body.items() if value is not UNSET}
            content = json.dumps(said, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        return self._send(method, address, content, headers)

    def _send(
        self, method: str, address: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        sent = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **(headers or {})}
        for left in reversed(range(self._tries)):
            request = urllib.request.Request(self.base_url + address, content, sent, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as refused:
                said = refused.read()
                if refused.code not in (429, 503) or left == 0:
                    raise Problem(refused.code, _object(said)) from None
                time.sleep(float(refused.headers.get("Retry-After") or 1))
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                # Whether it arrived is unknown; with its key it may be sent again and still happens once.
                if left == 0:
                    raise
                time.sleep(0.2 * (self._tries - left) * (1 + random.random()))
        raise AssertionError("at least one try is made")
'''

TAIL = """

def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
"""


def module(contract: Mapping[str, Any]) -> str:
    """Return the text of the client for a contract."""
    schemas = contract["components"]["schemas"]
    answers = _reached(contract)
    shapes = [_shape(name, schemas[name]) for name in sorted(answers) if name != "Problem"]
    verbs = [
        _verb(path, method, operation, contract)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
    ]
    text = HEAD + "\n\n".join(shapes) + "\n\n" + CLASS + "".join(verbs) + TAIL
    return subprocess.run(FORMAT, input=text, capture_output=True, text=True, check=True).stdout


def _reached(contract: Mapping[str, Any]) -> set[str]:
    """Name the shapes that answers, and the nested parts of bodies, are made of."""
    schemas = contract["components"]["schemas"]
    found: set[str] = set()

    def reach(part: Any) -> None:
        for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)):
            if name not in found:
                found.add(name)
                reach(schemas[name])

    for methods in contract["paths"].values():
        for operation in methods.values():
            reach(operation["parameters"])
            reach({code: answer for code, answer in operation["responses"].items() if code.startswith("2")})
            if "requestBody" in operation:
                body = operation["requestBody"]["content"]["application/json"]["schema"]
                reach(schemas[body["$ref"].rsplit("/", 1)[-1]])
    return found


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    if "properties" not in schema:
        return f"{name} = {_type(schema)}\n"
    lines = [f"class {name}(TypedDict):", f'    """{_first_line(schema.get("description", name))}"""', ""]
    needed = set(schema.get("required", []))
    for field, part in schema["properties"].items():
        kind = _type(part)
        lines.append(f"    {field}: {kind if field in needed or 'version' in field else f'NotRequired[{kind}]'}")
    return "\n".join(lines) + "\n"


def _verb(path: str, method: str, operation: Mapping[str, Any], contract: Mapping[str, Any]) -> str:
    name = _snake(operation["operationId"])
    answer = _answer(operation)
    given = ["self"]
    in_path = [row for row in operation["parameters"] if row.get("in") == "path"]
    in_query = [row for row in operation["parameters"] if row.get("in") == "query"]
    given += [f"{row['name']}: {_type(row['schema'])}" for row in in_path]
    changes = {"$ref": "#/components/parameters/IfMatch"} in operation["parameters"]
    body = _body(operation, contract)
    needed: list[str] = []
    free: list[str] = []
    for field, part, required in body:
        (needed if required else free).append(f"{field}: {_type(part)}" + ("" if required else " = UNSET"))
    named = [*(["match: str"] if changes else []), *needed, *free]
    named += [f"{row['name']}: {_type(row['schema'])} | None = None" for row in in_query]
    named += ["key: str | None = None"] if method == "post" else []
    if named:
        given += ["*", *named]
    sent = [f'"{method.upper()}"', f'{"f" if in_path else ""}"{path}"']
    if in_query:
        sent.append("query={" + ", ".join(f'"{row["name"]}": {row["name"]}' for row in in_query) + "}")
    if "requestBody" in operation:
        sent.append("body={" + ", ".join(f'"{field}": {field}' for field, _, _ in body) + "}")
    sent += ["key=key"] if method == "post" else []
    sent += ["match=match"] if changes else []
    call = f"self._ask({', '.join(sent)})"
    asked = call if answer == "bytes" else f"cast({answer}, json.loads({call}))"
    signature = f"    def {name}({', '.join(given)}) -> {answer}:"
    said = _first_line(operation["summary"])
    return f'\n{signature}\n        """{said}."""\n        return {asked}\n'


def _body(operation: Mapping[str, Any], contract: Mapping[str, Any]) -> list[tuple[str, Any, bool]]:
    if "requestBody" not in operation:
        return []
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = contract["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    needed = set(schema.get("required", []))
    return [(field, part, field in needed) for field, part in schema["properties"].items()]


def _answer(operation: Mapping[str, Any]) -> str:
    ((_, answer),) = [row for row in operation["responses"].items() if row[0].startswith("2")]
    ((media, content),) = answer["content"].items()
    return _type(content["schema"]) if media == "application/json" else "bytes"


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema['items'])}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {_type(inner) if isinstance(inner, dict) and inner else 'Any'}]"
    return "None" if kind == "null" else PLAIN.get(str(kind), "Any")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _first_line(text: str) -> str:
    return text.split("\n")[0].rstrip(".")


def main() -> int:
    """Write the client anew from the committed contract."""
    CLIENT.parent.mkdir(parents=True, exist_ok=True)
    CLIENT.write_text(module(json.loads(CONTRACT.read_text(encoding="utf-8"))), encoding="utf-8")
    print(CLIENT, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
