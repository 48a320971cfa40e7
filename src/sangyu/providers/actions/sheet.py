"""The catalogue from a sheet: new items, their prices and groups, and which older items they take the place of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from sangyu.access import actions as access
from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.files import actions as files
from sangyu.files.models import Purpose
from sangyu.kit.ids import derived_id
from sangyu.providers import queries as providers_read
from sangyu.providers import rules, sheet
from sangyu.providers.actions.catalogue import ensure_within_cap, set_price
from sangyu.providers.models import (
    GroupedItem,
    ItemGroup,
    Price,
    ServiceItem,
    StandardDocument,
)

# What an item is: under its code it never means something else. A standard text and groups may still be added to it.
FIXED = {
    "name": "名称",
    "item_class": "类别",
    "unit": "单位",
    "minutes": "分钟",
    "offer": "补贴方式",
    "standard": "服务标准",
    "skill": "技能",
    "certificate": "证书",
    "only_kind": "承接机构",
}


@dataclass(frozen=True)
class Imported:
    """What a sheet changed: how many items were new, got another price, or were retired for a successor."""

    listed: int
    priced: int
    retired: int


@transaction.atomic
def import_catalogue(*, text: str, valid_from: date, by: User, at: datetime) -> Imported:
    """List the items of a sheet at its prices from a day on, all of them or none; the same sheet again changes nothing.

    An item that is there already keeps what it is and may get another price, a standard text and groups. An older item
    that a line replaces is ordered no more from that day on and points at its successor; its orders keep it.
    Raises: NotAllowed; SheetFaulty, with the lines; PriceAboveCap.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    lines = sheet.read(text, classes=providers_read.CLASSES, kinds=providers_read.KINDS)
    # Two sheets at once would not see each other's groups and successors.
    Programme.objects.select_for_update(no_key=True).get(pk=by.programme_id)
    items = {item.code: item for item in ServiceItem.objects.filter(programme_id=by.programme_id)}
    documents = dict(StandardDocument.objects.filter(programme_id=by.programme_id).values_list("number", "id"))
    sheet.ensure_faultless([fault for line in lines for fault in _faults(line, lines, items, documents)])
    new = [line for line in lines if line.code not in items]
    items |= {item.code: item for item in _listed(new, documents, by)}
    priced = _price_new(new, items, valid_from, by)
    for line in lines:
        item = items[line.code]
        if line.document and item.document_id != documents[line.document]:
            item.document_id = documents[line.document]
            item.save(update_fields=["document"])
    _group(lines, items, by.programme_id)
    priced += _price_known([line for line in lines if line not in new], items, valid_from, by, at)
    retired = _retire(lines, items, valid_from)
    found = Imported(listed=len(new), priced=priced, retired=retired)
    if found != Imported(0, 0, 0):
        access.record(
            by=by,
            at=at,
            verb="providers.import_catalogue",
            object_kind="programme",
            object_id=by.programme_id,
            facts={**vars(found), "valid_from": valid_from},
        )
    return found


@transaction.atomic
def keep_standard(*, number: str, name: str, content: bytes, by: User, at: datetime) -> StandardDocument:
    """Keep the text of a service standard (a PDF or a picture) under its number, once.

    Raises: NotAllowed; Incomplete, without number or name, or with a number that another text has; and what
    `files.keep` refuses.
    """
    ensure_role(by, Role.BUREAU, Role.DISPATCHER)
    number, name = number.strip(), name.strip()
    if not number or not name:
        raise rules.Incomplete("标准的编号和名称都要填写，请补充。")
    file = files.keep(programme_id=by.programme_id, content=content, purpose=Purpose.PAPER, by_id=by.pk, at=at)
    document, made = StandardDocument.objects.get_or_create(
        id=derived_id("standard", by.programme_id, number),
        defaults={"programme_id": by.programme_id, "number": number, "name": name, "file": file, "by": by, "at": at},
    )
    if document.file_id != file.pk:
        raise rules.Incomplete(f"标准“{number}”已有文本。修订后的标准请用带年份的新编号登记。")
    if made:
        access.record(
            by=by,
            at=at,
            verb="providers.keep_standard",
            object_kind="standard",
            object_id=document.pk,
            facts={"number": number},
        )
    return document


def _faults(
    line: sheet.Line, lines: list[sheet.Line], items: dict[str, ServiceItem], documents: dict[str, UUID]
) -> list[str]:
    faults = []
    known = items.get(line.code)
    if known is not None:
        other = [label for name, label in FIXED.items() if getattr(known, name) != getattr(line, name)]
        if other:
            faults.append(f"编号“{line.code}”已用于“{known.name}”，{'、'.join(other)}不同；改动请用新编号并写“接替”")
    if line.document and line.document not in documents:
        faults.append(f"标准文本“{line.document}”还没有登记")
    for code in line.replaces:
        old = items.get(code)
        if old is None:
            faults.append(f"接替的“{code}”不在目录里")
        elif code == line.code or code in {other.code for other in lines}:
            faults.append(f"接替的“{code}”还在这张表里")
        elif old.successor_id and (known is None or old.successor_id != known.pk):
            faults.append(f"接替的“{code}”已由别的项目接替")
    return [f"第{line.number}行{fault}" for fault in faults]


def _listed(new: list[sheet.Line], documents: dict[str, UUID], by: User) -> list[ServiceItem]:
    return ServiceItem.objects.bulk_create(
        [
            ServiceItem(
                programme_id=by.programme_id,
                code=line.code,
                initials=line.initials,
                tasks=list(line.tasks),
                document_id=documents.get(line.document),
                **{name: getattr(line, name) for name in FIXED},
            )
            for line in new
        ]
    )


def _price_new(new: list[sheet.Line], items: dict[str, ServiceItem], valid_from: date, by: User) -> int:
    for line in new:
        ensure_within_cap(by.programme_id, name=line.name, price_fen=line.price_fen, since=valid_from, until=None)
    Price.objects.bulk_create(
        [Price(item=items[line.code], market_price_fen=line.price_fen, valid_from=valid_from) for line in new]
    )
    return len(new)


def _price_known(
    known: list[sheet.Line], items: dict[str, ServiceItem], valid_from: date, by: User, at: datetime
) -> int:
    own = [items[line.code] for line in known]
    stands: dict[UUID, int] = {}
    for price in Price.objects.filter(item__in=own, valid_from__lte=valid_from).order_by("valid_from"):
        stands[price.item_id] = price.market_price_fen
    changed = [line for line in known if stands.get(items[line.code].pk) != line.price_fen]
    for line in changed:
        set_price(item=items[line.code], market_price_fen=line.price_fen, valid_from=valid_from, by=by, at=at)
    return len(changed)


def _group(lines: list[sheet.Line], items: dict[str, ServiceItem], programme_id: UUID) -> None:
    """Put every item into the groups of its line; groups are made in the order in which they come."""
    groups = {(row.scheme, row.name): row for row in ItemGroup.objects.filter(programme_id=programme_id)}
    last = ItemGroup.objects.filter(programme_id=programme_id).aggregate(last=Max("n"))["last"] or 0
    for one in dict.fromkeys(group for line in lines for group in line.groups):
        there = groups.get((one.scheme, one.name))
        if there is None:
            last += 1
            groups[one.scheme, one.name] = ItemGroup.objects.create(
                programme_id=programme_id, scheme=one.scheme, branch=one.branch, name=one.name, n=last
            )
        elif there.branch != one.branch:
            sheet.ensure_faultless(
                [f"“{one.scheme}”的“{one.name}”已在“{there.branch}”之下，不能又在“{one.branch}”之下"]
            )
    stands: dict[UUID, dict[str, ItemGroup]] = defaultdict(dict)
    own = [items[line.code] for line in lines]
    for row in GroupedItem.objects.filter(item__in=own).select_related("group"):
        stands[row.item_id][row.group.scheme] = row.group
    faults, rows = [], []
    for line in lines:
        for one in line.groups:
            there = stands[items[line.code].pk].get(one.scheme)
            if there is None:
                rows.append(GroupedItem(item=items[line.code], group=groups[one.scheme, one.name]))
            elif there.name != one.name:
                faults.append(f"第{line.number}行“{line.name}”在“{one.scheme}”里已归“{there.name}”")
    sheet.ensure_faultless(faults)
    GroupedItem.objects.bulk_create(rows)


def _retire(lines: list[sheet.Line], items: dict[str, ServiceItem], valid_from: date) -> int:
    retired = 0
    for line in lines:
        for code in line.replaces:
            old = items[code]
            if old.successor_id is None:
                old.successor, old.retired_on = items[line.code], valid_from
                old.save(update_fields=["successor", "retired_on"])
                retired += 1
    return retired
