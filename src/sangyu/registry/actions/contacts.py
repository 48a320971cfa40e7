"""Whom to ring, in which order, and whom in an emergency."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.kit import phone
from sangyu.kit.errors import NotFound, Refusal
from sangyu.registry.actions.elders import lock
from sangyu.registry.actions.persons import settle
from sangyu.registry.models import Contact
from sangyu.registry.queries import same_as

OWN = "本人"


class LastContact(Refusal):
    """The only number of an elder is not taken away."""

    code = "LAST_CONTACT"


class ContactIncomplete(Refusal):
    """A contact without a name or without what they are to the elder."""

    code = "CONTACT_INCOMPLETE"


@transaction.atomic
def add_contact(*, elder_id: UUID, name: str, relation: str, number: str, by: User, at: datetime) -> Contact:
    """Add a number behind the ones that are there; the same number in the same relation is there once.

    Raises: NotFound; ContactIncomplete; BadPhone.
    """
    elder = lock(elder_id, by)
    name, relation = " ".join(name.split()), relation.strip()
    if not name or not relation or len(name) > 60 or len(relation) > 20:
        raise ContactIncomplete("请填写联系人的姓名和与老人的关系（如女儿、邻居）。")
    telephone = phone.parse(number)
    rows = list(Contact.objects.filter(elder=elder).order_by("order", "id"))
    there = next((row for row in rows if (row.phone, row.relation) == (telephone, relation)), None)
    if there is not None:
        return there
    made = Contact.objects.create(
        programme_id=elder.programme_id,
        elder=elder,
        name=name,
        relation=relation,
        phone=telephone,
        order=rows[-1].order + 1 if rows else 0,
    )
    if relation == OWN:
        settle(elder.pk)
    _note(by, at, "registry.add_contact", made)
    return made


@transaction.atomic
def move_contact(*, contact_id: UUID, up: bool, by: User, at: datetime) -> None:
    """Let a contact be rung one place earlier or later; the first stays first and the last stays last.

    Raises: NotFound.
    """
    contact = _locked(contact_id, by)
    rows = list(Contact.objects.filter(elder__in=same_as(contact.elder_id)).order_by("order", "id"))
    place = next(n for n, row in enumerate(rows) if row.pk == contact.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for n, row in enumerate(rows):
        row.order = n
    Contact.objects.bulk_update(rows, ["order"])
    _note(by, at, "registry.move_contact", contact)


@transaction.atomic
def name_emergency_contact(*, contact_id: UUID, by: User, at: datetime) -> Contact:
    """Let this contact be the one to ring in an emergency, in place of whoever was it before.

    Raises: NotFound.
    """
    contact = _locked(contact_id, by)
    if contact.is_emergency:
        return contact
    Contact.objects.filter(elder__in=same_as(contact.elder_id), is_emergency=True).update(is_emergency=False)
    contact.is_emergency = True
    contact.save(update_fields=["is_emergency"])
    _note(by, at, "registry.name_emergency_contact", contact)
    return contact


@transaction.atomic
def remove_contact(*, contact_id: UUID, by: User, at: datetime) -> None:
    """Take a number away, by which the elder is then found no more; the last one stays.

    Raises: NotFound, also for one that is gone already; LastContact.
    """
    contact = _locked(contact_id, by)
    if not Contact.objects.filter(elder_id=contact.elder_id).exclude(pk=contact.pk).exists():
        raise LastContact("这是老人唯一的电话，不能移除。请先登记另一个号码。")
    _note(by, at, "registry.remove_contact", contact)
    contact.delete()
    if contact.relation == OWN:
        settle(contact.elder_id)


def _locked(contact_id: UUID, by: User) -> Contact:
    elder_id = Contact.objects.filter(pk=contact_id).values_list("elder_id", flat=True).first()
    if elder_id is not None:
        lock(elder_id, by)
    contact = Contact.objects.filter(pk=contact_id).first()  # as it is now that nobody else changes it
    if contact is None:
        raise NotFound("没有找到这个联系人，可能已经移除。请刷新后再看。")
    return contact


def _note(by: User, at: datetime, verb: str, contact: Contact) -> None:
    access.record(
        by=by,
        at=at,
        verb=verb,
        object_kind="elder",
        object_id=contact.elder_id,
        facts={"relation": contact.relation, "tail": contact.phone[-4:]},
    )
