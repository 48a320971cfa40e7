"""Every refusal as RFC 9457 problem details: a stable code for the program, a sentence for whoever reads its log."""

from __future__ import annotations

import csv
import inspect
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import get_language

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound, Refusal

TABLE = Path(__file__).with_name("problems.csv")
CONFLICT = 409


class ApiRefusal(Refusal):
    """Base of what the interface itself refuses, before any room is asked."""

    status: ClassVar[int] = 400


class TokenMissing(ApiRefusal):
    """The request carries no token."""

    status = 401


class TokenInvalid(ApiRefusal):
    """The token is unknown, over or revoked."""

    status = 401


class ScopeMissing(ApiRefusal):
    """The token is not meant for this operation."""

    status = 403


class NoSuchPlace(ApiRefusal):
    """There is nothing at this address."""

    status = 404


class MethodNotAllowed(ApiRefusal):
    """The address does not take this method."""

    status = 405


class StateChanged(ApiRefusal):
    """The resource is no longer what the caller saw."""

    status = 412


class BodyTooLarge(ApiRefusal):
    """The body is longer than any request needs to be."""

    status = 413


class NotJson(ApiRefusal):
    """The body is not said to be JSON."""

    status = 415


class BodyUnreadable(ApiRefusal):
    """The body is no JSON."""

    status = 400


class Invalid(ApiRefusal):
    """Fields of the request are missing, unknown or of the wrong kind."""

    status = 422


class CursorWrong(ApiRefusal):
    """The place to go on from was not given out here."""

    status = 422


class KeyMalformed(ApiRefusal):
    """The idempotency key is too long or holds odd characters."""

    status = 422


class KeyReused(ApiRefusal):
    """The idempotency key belongs to another request."""

    status = 422


class KeyMissing(ApiRefusal):
    """A write came without an idempotency key."""

    status = 428


class IfMatchMissing(ApiRefusal):
    """A change of something that exists came without the state it is meant for."""

    status = 428


class TooManyRequests(ApiRefusal):
    """The token knocks too often."""

    status = 429

    def __init__(self, sentence: str, *, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Busy(ApiRefusal):
    """The database could not serve the request just now; nothing was written."""

    status = 503


class Broken(ApiRefusal):
    """Something went wrong here; nothing was written."""

    status = 500


@dataclass(frozen=True)
class Kind:
    """One kind of problem: its stable code, its status, and its name in both languages."""

    code: str
    status: int
    zh: str
    en: str

    @property
    def uri(self) -> str:
        """The address that names the kind and tells what it means."""
        return f"/api/v1/problems/{self.code}"


def code_of(refusal: type[Refusal]) -> str:
    """Return the stable code of a class: its room, and its own code or else its name in capitals."""
    parts = refusal.__module__.split(".")
    room = parts[2] if parts[1] == "portals" else parts[1]
    own = refusal.__dict__.get("code")
    return f"{room}.{own or re.sub(r'(?<!^)(?=[A-Z])', '_', refusal.__name__).upper()}"


def status_of(refusal: type[Refusal]) -> int:
    """Return the HTTP status of a class that the table does not name: what it is by descent, else a conflict."""
    if issubclass(refusal, ApiRefusal):
        return refusal.status
    if issubclass(refusal, NotFound):
        return 404
    return 403 if issubclass(refusal, NotAllowed) else CONFLICT


@cache
def kinds() -> Mapping[str, Kind]:
    """Read the committed table of problems, by code."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["code"]: Kind(row["code"], int(row["status"]), row["zh"], row["en"]) for row in rows}


def kind_of(refusal: type[Refusal]) -> Kind:
    """Return the kind of a class; one that the table has forgotten speaks by its docstring."""
    code = code_of(refusal)
    said = (inspect.getdoc(refusal) or refusal.__name__).split("\n")[0]
    return kinds().get(code) or Kind(code, status_of(refusal), said, said)


def problem(refusal: Refusal, *, errors: Iterable[Mapping[str, str]] = ()) -> HttpResponse:
    """Answer a refusal: type, title, status, detail and code, and the places in the body that were wrong."""
    kind = kind_of(type(refusal))
    english = (get_language() or "").startswith("en")
    said: dict[str, Any] = {
        "type": kind.uri,
        "title": kind.en if english else kind.zh,
        "status": kind.status,
        "detail": str(refusal),
        "code": kind.code,
    }
    places = list(errors)
    if places:
        said["errors"] = places
    response = HttpResponse(
        json.dumps(said, ensure_ascii=False).encode(), status=kind.status, content_type="application/problem+json"
    )
    response["Content-Language"] = "en" if english else "zh-Hans"
    response["Cache-Control"] = "no-store"
    if kind.status == TokenMissing.status:
        response["WWW-Authenticate"] = 'Bearer realm="sangyu"'
    if isinstance(refusal, TooManyRequests):
        response["Retry-After"] = str(refusal.seconds)
    if isinstance(refusal, Busy):
        response["Retry-After"] = "1"
    return response
