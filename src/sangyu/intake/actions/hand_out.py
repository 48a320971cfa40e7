"""Hand sheets out: whom the register knows, for a reason that is written down, and what is wrong in a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from sangyu.access import actions as access
from sangyu.access.models import Area, User
from sangyu.access.queries import ensure_role
from sangyu.intake import queries as intake_read
from sangyu.intake.actions.common import WRITERS, known_to
from sangyu.intake.models import Outcome, StagedRow, Standing
from sangyu.intake.rules import CONTACTS_ONLY, ELDERS, BadFile, Known, Template, shown, template_called
from sangyu.intake.rules.columns import IDENTITIES, KIN, PHONES
from sangyu.intake.rules.sheets_out import Row, write_rows, write_template
from sangyu.intake.staged import cells_of
from sangyu.kit.errors import NotFound
from sangyu.registry import numbers
from sangyu.registry import queries as registry_read
from sangyu.registry.actions.many import OWN
from sangyu.registry.models import Contact, Document, Elder, Identity

BEIJING = ZoneInfo("Asia/Shanghai")
CHUNK = 1_000
MOST = 60_000
REASON_MIN = 4
MASKED_NOTE = "内含证件号码和电话。只用于所写的用途，用完删除，不得转发。"


def empty_sheet(*, template: str, path: Path, by: User, at: datetime) -> None:
    """Write an empty template into a file, with the communities that the person may register in.

    Raises: NotAllowed; BadFile.
    """
    ensure_role(by, *WRITERS)
    of = template_called(template)
    write_template(path, of, _lists(of, known_to(by, at)))


def hand_out(*, template: str, area_code: str, reason: str, path: Path, by: User, at: datetime) -> int:
    """Write whom the register knows in an area into a sheet that can be handed in again; the audit book says for whom.

    Return how many lines there are. Elders who died or have no document are left out; `elders` holds two contacts and
    three recognitions of each, the two other templates hold all.
    Raises: NotAllowed; NotFound, for an area that is not the person's; ReasonMissing; BadFile, for too many.
    """
    ensure_role(by, *WRITERS)
    of = template_called(template)
    said = " ".join(reason.split())[:200]
    if len(said) < REASON_MIN:
        raise access.ReasonMissing(f"请写明用途（至少{REASON_MIN}个字），例如“年度入户核对”。用途会写进文件和审计册。")
    code = area_code or by.area_code
    if not code.startswith(by.area_code):
        raise NotFound("这个范围不归您负责，不能导出。请重新选择街道或社区。")
    rows = registry_read.elders(by).filter(died_on=None, merged_into=None, community__code__startswith=code)
    if (there := rows.order_by().count()) > MOST:
        raise BadFile(f"这个范围有{there}位老人，一次最多导出{MOST}位。请按街道分开导出。")
    known = known_to(by, at)
    today = at.astimezone(BEIJING).date()
    about = {
        "表": of.label,
        "导出人": f"{by.display_name}（{by.organisation.name}）",
        "时间": at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
        "范围": _name_of(code),
        "用途": said,
        "提醒": MASKED_NOTE,
    }
    lines = write_rows(path, of, _lists(of, known), _rows(of, rows, known, today), about=about)
    access.record(
        by=by,
        at=at,
        verb="intake.hand_out",
        object_kind="area",
        object_id=by.organisation_id,
        facts={"template": of.code, "area": code, "lines": lines, "reason": said},
    )
    return lines


def wrong_lines(*, batch_id: UUID, path: Path, by: User, at: datetime) -> int:
    """Write only the lines of a batch that are wrong into a sheet, each with what is wrong, to be mended and handed in.

    Return how many lines there are; the audit book says who took them along.
    Raises: NotAllowed; NotFound, also if none is wrong or they were forgotten.
    """
    ensure_role(by, *WRITERS)
    batch = intake_read.get_batch(by, batch_id)
    of = template_called(batch.template)
    wrong = StagedRow.objects.filter(Q(standing=Standing.WRONG) | Q(outcome=Outcome.REFUSED), batch=batch)
    if batch.emptied_at is not None or not wrong.exists():
        raise NotFound("这一批没有错的行，或内容已过期清除。请回到批次页面。")
    about = {"来自": batch.file_name, "提醒": MASKED_NOTE}
    rows = (_wrong(of, row) for row in wrong.order_by("line").iterator(chunk_size=CHUNK))
    lines = write_rows(path, of, _lists(of, known_to(by, at)), rows, why=True, about=about)
    access.record(
        by=by,
        at=at,
        verb="intake.hand_out",
        object_kind="batch",
        object_id=batch.pk,
        facts={"template": of.code, "lines": lines},
    )
    return lines


def _said_of(template: Template, row: StagedRow) -> list[tuple[str, str]]:
    """Return what is wrong with a line as pairs of a column's name and a sentence; '' names the line as a whole."""
    said = [(template.column(one["column"]).label, one["what"]) for one in row.faults]
    if row.double_of is not None:
        said.append(("", f"与第{row.double_of}行是同一个证件。请留下对的一行，删掉或改正另一行。"))
    if row.outcome == Outcome.REFUSED:
        said.append(("", row.said))
    return said


def _wrong(template: Template, row: StagedRow) -> Row:
    why = "；".join(f"{label}：{what}" if label else what for label, what in _said_of(template, row))
    return Row(
        {key: shown(cell) for key, cell in cells_of(row).items()},
        frozenset(one["column"] for one in row.faults),
        f"原第{row.line}行。{why}",
    )


def _lists(template: Template, known: Known) -> Mapping[str, list[str]]:
    wanted = dict.fromkeys(column.choices for column in template.columns if column.choices)
    return {name: list(known.listed(name).values()) for name in wanted}


def _name_of(code: str) -> str:
    area = Area.objects.filter(code=code).first()
    return area.name if area else code


def _rows(template: Template, elders: QuerySet[Elder], known: Known, today: date) -> Iterator[Row]:
    """Give the lines of all elders by registration number, three statements for a chunk of them."""
    after = ""
    while chunk := list(elders.filter(registration_number__gt=after).order_by("registration_number")[:CHUNK]):
        after = chunk[-1].registration_number
        ids = [elder.pk for elder in chunk]
        papers: dict[UUID, Document] = {}
        for paper in Document.objects.filter(elder_id__in=ids).order_by("-id"):
            held = papers.get(paper.elder_id)
            if held is None or _rank(paper, known) <= _rank(held, known):
                papers[paper.elder_id] = paper
        contacts = registry_read.contacts_of_all(ids)
        identities: dict[UUID, list[Identity]] = {pk: [] for pk in ids}
        for identity in Identity.objects.filter(elder_id__in=ids).order_by("valid_from", "code"):
            identities[identity.elder_id].append(identity)
        for elder in chunk:
            if elder.pk in papers:
                yield from _lines(
                    template, elder, papers[elder.pk], contacts[elder.pk], identities[elder.pk], known, today
                )


def _rank(paper: Document, known: Known) -> int:
    return list(known.document_kinds).index(paper.kind)


def _lines(
    template: Template,
    elder: Elder,
    paper: Document,
    contacts: list[Contact],
    identities: list[Identity],
    known: Known,
    today: date,
) -> Iterator[Row]:
    who: dict[str, str | date] = {
        "name": elder.name,
        "document_kind": known.document_kinds[paper.kind],
        "document_number": numbers.number_of(paper),
    }
    if template.code == ELDERS.code:
        held = [one for one in identities if one.valid_until is None or one.valid_until > today]
        yield Row(
            {
                **who,
                "sex": known.sexes.get(elder.sex, ""),
                "birth_on": elder.birth_on,
                "community": known.communities.get(elder.community.code, elder.community.code),
                "address": elder.address,
                "hukou_in_area": "是" if elder.hukou_in_area else "否",
                **_phones(contacts),
                **_family(contacts),
                **{
                    key: value
                    for n, one in enumerate(held[:IDENTITIES], start=1)
                    for key, value in _identity(n, one, known).items()
                },
                "habits": elder.habits,
                "warnings": elder.warnings,
            }
        )
    elif template.code == CONTACTS_ONLY.code:
        for one in contacts:
            yield Row({**who, "kin_1_name": one.name, "kin_1_relation": one.relation, "kin_1_phone": one.phone})
    else:
        for identity in identities:
            yield Row({**who, **_identity(1, identity, known)})


def _phones(contacts: list[Contact]) -> dict[str, str]:
    own = [one.phone for one in contacts if one.relation == OWN][:PHONES]
    return {f"phone_{n}": phone for n, phone in enumerate(own, start=1)}


def _family(contacts: list[Contact]) -> dict[str, str]:
    found: dict[str, str] = {}
    for n, one in enumerate([one for one in contacts if one.relation != OWN][:KIN], start=1):
        found |= {f"kin_{n}_name": one.name, f"kin_{n}_relation": one.relation, f"kin_{n}_phone": one.phone}
    return found


def _identity(n: int, one: Identity, known: Known) -> dict[str, str | date]:
    found: dict[str, str | date] = {
        f"identity_{n}": known.identities[one.code],
        f"identity_{n}_source": known.identity_sources[one.source],
        f"identity_{n}_evidence": one.evidence,
        f"identity_{n}_from": one.valid_from,
    }
    return found | ({f"identity_{n}_until": one.valid_until} if one.valid_until else {})
