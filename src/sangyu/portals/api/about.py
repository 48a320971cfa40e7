"""What the interface says of itself: who one is here, which problems there are, and the contract."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from sangyu.portals.api.knock import bearer_of
from sangyu.portals.api.operations import open_to_all, reads
from sangyu.portals.api.problems import NoSuchPlace, kinds
from sangyu.portals.api.shapes import Told

router = Router()
TAG = "接口 about"


class Me(Told):
    """Whom the token stands for."""

    user_id: UUID
    name: str
    programme: str
    organisation_id: UUID
    organisation: str
    roles: list[str]
    scopes: list[str]
    token_prefix: str
    expires_at: datetime
    sandbox: bool


class ProblemKind(Told):
    """One kind of problem: its stable code, its status, its name."""

    code: str
    status: int
    zh: str
    en: str


class ProblemKinds(Told):
    """Every kind of problem, by code."""

    items: list[ProblemKind]


@reads(router, "/me", scope=None, name="getMe", answer=Me, tag=TAG)
def get_me(request: HttpRequest) -> Me:
    """Read whom the token stands for, and what it may be used for; good as a first request."""
    bearer = bearer_of(request)
    return Me(
        user_id=bearer.user.pk,
        name=bearer.user.display_name,
        programme=bearer.user.programme.name,
        organisation_id=bearer.user.organisation_id,
        organisation=bearer.user.organisation.name,
        roles=sorted(bearer.user.roles),
        scopes=sorted(bearer.scopes),
        token_prefix=bearer.token.prefix,
        expires_at=bearer.token.expires_at,
        sandbox=bearer.token.sandbox,
    )


@open_to_all(router, "/problems", name="listProblems", answer=ProblemKinds, tag=TAG)
def list_problems(request: HttpRequest) -> ProblemKinds:
    """List every kind of problem with its code and status; no token is needed."""
    return ProblemKinds(items=[ProblemKind(**vars(kind)) for kind in kinds().values()])


@open_to_all(router, "/problems/{str:code}", name="getProblem", answer=ProblemKind, tag=TAG, refuses=(NoSuchPlace,))
def get_problem(request: HttpRequest, code: str) -> ProblemKind:
    """Read what a kind of problem means; its `type` points here."""
    kind = kinds().get(code)
    if kind is None:
        raise NoSuchPlace("没有这个错误码，请核对。")
    return ProblemKind(**vars(kind))


@open_to_all(router, "/openapi.json", name="getContract", answer=dict, tag=TAG)
def get_contract(request: HttpRequest) -> HttpResponse:
    """Read the contract of this interface (OpenAPI 3.1), as it is committed."""
    return HttpResponse(_contract(settings.ROOT / "docs" / "api" / "openapi.json"), content_type="application/json")


@cache
def _contract(path: Path) -> bytes:
    return path.read_bytes()
