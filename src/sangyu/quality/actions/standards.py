"""The register of standards: an entry, and its editions, one after the other."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.quality import queries as quality_read
from sangyu.quality import rules
from sangyu.quality.actions.queue import queue_for_programme
from sangyu.quality.models import Standard, StandardArticle, StandardEdition, StandardKind


@transaction.atomic
def register_standard(*, code: str, title: str, kind: str, by: User, at: datetime) -> Standard:
    """Enter a standard or a standard project into the register; a repeat returns the entry.

    Raises: NotAllowed; BadStandard, for a code that stands for something else.
    """
    ensure_role(by, Role.QUALITY, Role.BUREAU)
    code, title = code.strip(), title.strip()
    if not (code and title) or kind not in StandardKind.values:
        raise rules.BadStandard("请填写编号和名称，并选择是服务标准还是标准化项目。")
    row, made = Standard.objects.get_or_create(
        programme_id=by.programme_id,
        code=code,
        defaults={
            "id": derived_id("standard", by.programme_id, code),
            "title": title,
            "kind": kind,
            "by": by,
            "at": at,
        },
    )
    if (row.title, row.kind) != (title, kind):
        raise rules.BadStandard(f"编号{code}已登记为“{row.title}”。新的一版请在那一条里发布，别的标准请换编号。")
    if made:
        access.record(
            by=by,
            at=at,
            verb="quality.register_standard",
            object_kind="standard",
            object_id=row.pk,
            facts={"code": code, "kind": kind},
        )
    return row


@transaction.atomic
def publish_edition(
    *, standard_id: UUID, valid_from: date, document: str, text: str, by: User, at: datetime
) -> StandardEdition:
    """Publish the next edition of a standard, to be measured by from a day on; the editions before it stay.

    Shape: `text` has an article a line, see `rules.read_articles`; a repeat of the last edition returns it.
    Raises: NotAllowed; NotFound; BadStandard.
    """
    ensure_role(by, Role.QUALITY, Role.BUREAU)
    queue_for_programme(by)  # two editions at once are two, in order
    standard = quality_read.get_standard(by, standard_id).standard
    document = document.strip()
    if not document:
        raise rules.BadStandard("请写明发布这一版的文件名称或文号。")
    codes = [item.code for item in quality_read.definitions(by.programme_id, Month.of(valid_from))]
    articles = rules.read_articles(text, codes=codes)
    last = quality_read.get_standard(by, standard_id).editions[:1]
    if last and (last[0].edition.valid_from, last[0].edition.document) == (valid_from, document):
        if [(one.item_code, one.text) for one in last[0].articles] != articles:
            raise rules.BadStandard("同一文件、同一天的这一版已经发布，内容却不同。改动请作为新的一版，另起日期。")
        return last[0].edition
    if last and valid_from <= last[0].edition.valid_from:
        raise rules.BadStandard(f"第{last[0].edition.n}版从{last[0].edition.valid_from}起，新的一版要晚于这一天。")
    edition = StandardEdition.objects.create(
        standard=standard,
        n=last[0].edition.n + 1 if last else 1,
        valid_from=valid_from,
        document=document,
        by=by,
        at=at,
    )
    StandardArticle.objects.bulk_create(
        StandardArticle(edition=edition, number=number, text=said, item_code=code)
        for number, (code, said) in enumerate(articles, start=1)
    )
    access.record(
        by=by,
        at=at,
        verb="quality.publish_edition",
        object_kind="standard",
        object_id=standard.pk,
        facts={"n": edition.n, "valid_from": valid_from, "document": document, "articles": len(articles)},
    )
    return edition
