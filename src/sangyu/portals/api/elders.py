"""Elders: found by a body and never by an address, masked in every answer, and shown whole only for a reason."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import NotAllowed
from sangyu.access.rules import ReasonMissing, TooManyLookUps
from sangyu.dispatch import queries as dispatch_read
from sangyu.kit.age import age_on
from sangyu.kit.errors import NotFound
from sangyu.kit.names import mask_name, mask_phone
from sangyu.orders.models import Order
from sangyu.portals.api.days import today
from sangyu.portals.api.knock import viewer_of
from sangyu.portals.api.operations import reads, writes
from sangyu.portals.api.problems import Invalid, problem
from sangyu.portals.api.shapes import Said, Told, written
from sangyu.portals.clock import now
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Contact, Elder

router = Router()
TAG = "老人 elders"
FOUND_MAX = 20
Fields = Annotated[
    str, Field(default="", max_length=200, pattern=r"^([a-z_]+(,[a-z_]+)*)?$", description="只要这些字段，逗号分隔")
]


class ElderTold(Told):
    """An elder as every caller sees one: name, document and numbers masked (遮盖)."""

    SPARSE: ClassVar[bool] = True

    id: UUID
    registration_number: str | None = None
    name: str | None = Field(default=None, description="遮盖的姓名")
    age: int | None = None
    community_code: str | None = None
    community: str | None = None
    document_number: str | None = Field(default=None, description="遮盖的证件号")
    phones: list[str] | None = Field(default=None, description="遮盖的电话，本人的在前")
    alive: bool | None = None


class EldersFound(Told):
    """The elders who match, at most twenty."""

    items: list[ElderTold]


class Search(Said):
    """What somebody knows of an elder: a name, pinyin initials, the tail of a number; or a whole telephone number."""

    text: written(60) = Field(default="", description="姓名、拼音首字母、手机或证件尾号，空格分开")  # type: ignore[valid-type]
    phone: written(20, pattern=r"^[0-9+\- ]*$") = Field(default="", description="完整电话号码")  # type: ignore[valid-type]


class Wanted(BaseModel):
    """Which fields of an elder are asked for."""

    fields: Fields


class Look(Said):
    """Why somebody looks at what is masked everywhere else."""

    reason: written(200, shortest=4, description="查看原因，记入审计簿")  # type: ignore[valid-type]


class ElderRevealed(Told):
    """An elder in full. Not kept by this interface, and not to be kept by the caller."""

    id: UUID
    name: str
    document_number: str
    phones: list[str]
    address: str


class DoorRevealed(Told):
    """Where to go for an order, and whom to ring."""

    order_id: UUID
    elder_id: UUID
    name: str
    phone: str
    address: str
    habits: str
    warnings: str
    note: str


def told(viewer: User, rows: list[Elder], on: date) -> list[ElderTold]:
    """Show elders, masked; two queries however many there are."""
    numbers = registry_read.contacts_of_all([row.pk for row in rows])
    return [
        ElderTold(
            id=row.pk,
            registration_number=row.registration_number,
            name=mask_name(row.name),
            age=age_on(row.birth_on, on),
            community_code=row.community_id,
            community=row.community.name,
            phones=_masked(numbers[row.pk]),
            alive=row.died_on is None,
        )
        for row in rows
    ]


@writes(router, "/elders/searches", scope="elders:read", name="searchElders", answer=EldersFound, tag=TAG, keep=False)
def search_elders(request: HttpRequest, body: Search) -> EldersFound:
    """Find elders by name, initials, or number.

    A search is a POST, so that no name and no number stands in an address or in its logs.
    """
    viewer = viewer_of(request)
    rows = (
        registry_read.find_by_phone(viewer, body.phone)[:FOUND_MAX]
        if body.phone.strip()
        else registry_read.search(viewer, body.text, limit=FOUND_MAX)
    )
    return EldersFound(items=told(viewer, rows, today()))


@reads(router, "/elders/{uuid:elder_id}", scope="elders:read", name="getElder", answer=ElderTold, tag=TAG,
       refuses=(NotFound,))  # fmt: skip
def get_elder(request: HttpRequest, elder_id: UUID, wanted: Query[Wanted]) -> ElderTold:
    """Read one elder, masked; `fields` leaves out what the caller does not need."""
    viewer = viewer_of(request)
    elder = registry_read.get_elder(viewer, elder_id)
    whole = told(viewer, [elder], today())[0].model_dump()
    card = registry_read.card(viewer, elder, today())
    whole["document_number"] = card.document_number  # masked already
    asked = {"id", *wanted.fields.split(",")} if wanted.fields else set(whole)
    if unknown := asked - set(whole):
        raise Invalid(f"没有这些字段：{'、'.join(sorted(unknown))}。可选：{'、'.join(whole)}。")
    return ElderTold(**{name: value for name, value in whole.items() if name in asked})


@writes(router, "/elders/{uuid:elder_id}/reveals", scope="elders:reveal", name="revealElder", answer=ElderRevealed,
        tag=TAG, keep=False, refuses=(NotAllowed, NotFound, ReasonMissing, TooManyLookUps))  # fmt: skip
def reveal_elder(request: HttpRequest, elder_id: UUID, body: Look) -> ElderRevealed | HttpResponse:
    """Look at an elder in full, for a reason that is written into the audit book.

    Every look is counted, a repeated one too; one too many is refused, written down and shown to the bureau.
    """
    viewer, at = viewer_of(request), now()
    elder = registry_read.get_elder(viewer, elder_id)
    try:
        number = registry.look_up_document(elder_id=elder_id, reason=body.reason, by=viewer, at=at)
    except TooManyLookUps as refusal:
        return problem(refusal)  # answered and not raised, since the refused look stays in the books
    return ElderRevealed(
        id=elder.pk,
        name=elder.name,
        document_number=number,
        phones=[row.phone for row in registry_read.contacts(viewer, elder)],
        address=f"{elder.community.name}{elder.address}",
    )


@writes(router, "/orders/{uuid:order_id}/door", scope="elders:reveal", name="revealDoor", answer=DoorRevealed, tag=TAG,
        keep=False, refuses=(NotFound,))  # fmt: skip
def reveal_door(request: HttpRequest, order_id: UUID) -> DoorRevealed:
    """Look at where to go for an order of one's own, and whom to ring; written into the audit book.

    For the enterprise that has the order in hand, and for the worker who goes.
    """
    viewer, at = viewer_of(request), now()
    order = _own_order(viewer, order_id)
    access.record(by=viewer, at=at, verb="api.reveal_door", object_kind="order", object_id=order.pk)
    return DoorRevealed(
        order_id=order.pk,
        elder_id=order.elder_id,
        name=order.elder.name,
        phone=registry_read.own_numbers([order.elder_id]).get(order.elder_id, ""),
        address=f"{order.community.name}{order.elder.address}",
        habits=order.elder.habits,
        warnings=order.elder.warnings,
        note=order.note,
    )


def _own_order(viewer: User, order_id: UUID) -> Order:
    if Role.WORKER in viewer.roles:
        return dispatch_read.get_own_assignment(viewer, order_id).dispatch.order
    found = dispatch_read.dispatches(viewer).filter(order_id=order_id).order_by("-n").first()
    if found is None:
        raise NotFound("没有找到这张工单。")
    return found.order


def _masked(numbers: list[Contact]) -> list[str]:
    return [mask_phone(row.phone) for row in numbers]
