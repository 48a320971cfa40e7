"""Found a programme with its first person of the bureau, change its pack, and help a bureau that is locked out.

Everybody else is invited by the bureau. Founding and helping are for whoever keeps the server, before and behind whom
nobody of the bureau stands: the audit book has them in the name of the programme's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sangyu.access.actions.book import record
from sangyu.access.actions.drafts import SIGNERS
from sangyu.access.actions.found import found_organisation, found_programme, load_areas
from sangyu.access.actions.passwords import set_password, single_use_password
from sangyu.access.actions.sign_in import end_sessions_of
from sangyu.access.actions.users import BEIJING, Invited, invite_user
from sangyu.access.models import Area, AreaKind, OrganisationKind, Programme, Role, RoleAssignment, Unlocking, User
from sangyu.access.queries.users import clock, programme_called
from sangyu.access.queries.viewer import ensure_role
from sangyu.adoption import actions as adoption
from sangyu.adoption.actions import SamePerson
from sangyu.adoption.models import Adoption
from sangyu.kit.errors import NotFound, Refusal


class ProgrammeThere(Refusal):
    """A programme of this code, or with this hotline, is there already."""

    code = "PROGRAMME_THERE"


class SecondMissing(Refusal):
    """A change of the policy needs a second person, and there is one who could be it."""

    code = "SECOND_MISSING"


class NoSuchArea(Refusal):
    """A programme is for a district or a city that the register of areas knows."""

    code = "NO_SUCH_AREA"


@dataclass(frozen=True)
class Wish:
    """What a programme is to be.

    Shape: `slug` is its code in addresses and commands; `office` is the bureau's full name, made of the area's name
    where it is empty; `areas` as `load_areas` takes them; `parameters` are the bureau's own figures for the pack.
    """

    slug: str
    name: str
    area_code: str
    hotline_number: str
    areas: Iterable[Mapping[str, Any]]
    pack_id: str
    parameters: Mapping[str, Any]
    document: str
    valid_from: date
    username: str
    display_name: str
    office: str = ""


@dataclass(frozen=True)
class Founded:
    """A programme that begins: the pack in force, and the first person of the bureau with a single-use password."""

    programme: Programme
    adoption: Adoption
    first: Invited


@transaction.atomic
def create_programme(wish: Wish, *, at: datetime) -> Founded:
    """Found a programme with its bureau, its operator, a pack in force and somebody who can invite the others.

    All of it or nothing; founding a second time is refused.
    Raises: ProgrammeThere, NoSuchArea, UsernameTaken, NameMissing; UnknownPack, BadPack, UnknownParameter,
    BadParameter.
    """
    there = Programme.objects.filter(slug=wish.slug).first()
    if there is not None:
        raise ProgrammeThere(
            f"运营主体“{there.name}”（{there.slug}）已经建立，没有再建一次。另建一个请用 --slug 另取代号。"
        )
    other = programme_called(wish.hotline_number)
    if other is not None:
        raise ProgrammeThere(f"热线 {wish.hotline_number} 已由“{other.name}”（{other.slug}）使用，请另给一个号码。")
    load_areas(rows=wish.areas)
    area = Area.objects.filter(pk=wish.area_code, kind__in=(AreaKind.DISTRICT, AreaKind.CITY)).first()
    if area is None:
        raise NoSuchArea(f"区划名录里没有区县或城市 {wish.area_code}，请核对代码。")
    programme = found_programme(slug=wish.slug, name=wish.name, area_code=area.pk, hotline_number=wish.hotline_number)
    bureau = found_organisation(
        programme=programme,
        kind=OrganisationKind.BUREAU,
        name=wish.office or f"{area.name}民政局",
        area_code=area.pk,
    )
    operator = found_organisation(
        programme=programme, kind=OrganisationKind.OPERATOR, name=wish.name, area_code=area.pk
    )
    on = at.astimezone(BEIJING).date()
    # Of two who found the same programme at once, the second stops here: the clock's name is taken.
    rounds = invite_user(
        organisation=operator,
        username=f"clock.{wish.slug}",
        display_name="系统定时",
        roles=[Role.CLOCK],
        password=None,
        on=on,
    )
    first = invite_user(
        organisation=bureau,
        username=wish.username.strip(),
        display_name=wish.display_name.strip(),
        roles=[Role.BUREAU],
        password=None,
        on=on,
    )
    password = single_use_password()
    set_password(user=first, password=password, by=rounds, at=at)
    adopted = _adopt(programme, rounds, wish.pack_id, wish.parameters, wish.document, wish.valid_from, at)
    facts = {"slug": wish.slug, "area": area.pk, "roles": [str(Role.BUREAU)]}
    record(by=rounds, at=at, verb="access.create_programme", object_kind="user", object_id=first.pk, facts=facts)
    return Founded(programme, adopted, Invited(first, password))


@transaction.atomic
def adopt_pack(
    *,
    pack_id: str,
    parameters: Mapping[str, Any],
    document: str,
    valid_from: date,
    by: User,
    second: User | None,
    at: datetime,
) -> Adoption:
    """Put a pack, or other figures of the same pack, in force in one's programme from a day on; two people answer.

    `second` is who reviews it, as on the policy desk; None only while nobody of the programme could: a bureau that
    begins. The audit book has both names, or that there was nobody else.
    Raises: NotAllowed, SecondMissing, SamePerson; UnknownPack, BadPack, UnknownParameter, BadParameter, OutOfBand,
    OtherAdopted.
    """
    ensure_role(by, Role.BUREAU)
    if second is None:
        others = signers(by.programme).exclude(pk=by.pk).order_by("username")
        if others:
            names = "、".join(f"{one.display_name}（{one.username}）" for one in others)
            raise SecondMissing(
                f"换政策要两个人：一人办理，另一人复核。“{by.programme.name}”里能复核的有 {names}，"
                f"请用 --second 写明是谁。"
            )
    else:
        if second.pk == by.pk:
            raise SamePerson("办理人和复核人须是两个人，请写另一位有复核权的同事。")
        if second.programme_id != by.programme_id:
            raise SecondMissing(f"“{second.username}”不是“{by.programme.name}”的人，不能在这里复核。")
        ensure_role(second, *SIGNERS)
    return _adopt(by.programme, by, pack_id, parameters, document, valid_from, at, second=second)


def signers(programme: Programme) -> QuerySet[User]:
    """The people of a programme who may review a change of its policy today."""
    held = RoleAssignment.objects.filter(role__in=SIGNERS, ended_on=None).values("user")
    return User.objects.filter(programme=programme, is_active=True, pk__in=held)


@transaction.atomic
def help_bureau_in(*, programme: Programme, username: str, reason: str, at: datetime) -> Invited:
    """Give somebody of the bureau a password for one sign-in, when no colleague of theirs can; their sessions end.

    The second factor stays. For whoever keeps the server.
    Raises: NotFound.
    """
    held = RoleAssignment.objects.filter(role=Role.BUREAU, ended_on=None).values("user")
    user = (
        User.objects.select_for_update(no_key=True, of=("self",))
        .filter(username=username, programme=programme, is_active=True, pk__in=held)
        .first()
    )
    if user is None:
        raise NotFound(
            f"“{programme.name}”的民政局没有用户名为“{username}”的在用用户。其他人的密码由民政局在网页上重设。"
        )
    rounds, password = clock(programme), single_use_password()
    set_password(user=user, password=password, by=rounds, at=at)
    Unlocking.objects.create(user=user, by=rounds, at=at)
    facts = {"reason": reason, "sessions_ended": end_sessions_of(user_id=user.pk)}
    record(by=rounds, at=at, verb="access.renew_password", object_kind="user", object_id=user.pk, facts=facts)
    return Invited(user, password)


def _adopt(
    programme: Programme,
    by: User,
    pack_id: str,
    parameters: Mapping[str, Any],
    document: str,
    valid_from: date,
    at: datetime,
    *,
    second: User | None = None,
) -> Adoption:
    adopted = adoption.adopt(
        programme_id=programme.pk,
        pack_id=pack_id,
        parameters=parameters,
        document=document,
        valid_from=valid_from,
        by_id=by.pk,
        at=at,
    )
    facts: dict[str, Any] = {"pack": pack_id, "document": document, "valid_from": valid_from}
    facts |= {"parameters": dict(parameters), "digest": adopted.digest}
    facts["second"] = second.username if second else None  # None: nobody else could
    record(by=by, at=at, verb="access.adopt_pack", object_kind="adoption", object_id=adopted.pk, facts=facts)
    return adopted
