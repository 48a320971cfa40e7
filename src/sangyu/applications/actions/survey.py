"""Find who is entitled and has not applied (免申即享): look at everybody, hand the list out, note who is not willing.

Nothing is granted here. Whoever is found applies by `apply` like everybody else, with everything filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from sangyu.access import actions as access
from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.applications import queries as applications_read
from sangyu.applications.actions.common import civil, words
from sangyu.applications.models import Application, Survey, Unclaimed, Waiver
from sangyu.applications.queries.entitled import Surveyed, communities_of, entitled, settled
from sangyu.applications.rules import DoesNotFit
from sangyu.intake.rules.columns import Column, Kind, Template
from sangyu.intake.rules.sheets_out import Row, write_rows
from sangyu.kit.ids import derived_id
from sangyu.registry import queries as registry_read

WRITTEN_AT_ONCE = 5_000
HANDED_OUT_MAX = 60_000
REASON_MIN = 4
CHUNK = 1_000
KEPT = ("community_code", "sort_key", "missing", "because")
SHEET = Template(
    "unclaimed",
    1,
    "应享未享",
    "符合条件还没有申请的老人；改了也不能再交。",
    (
        Column("name", "姓名"),
        Column("sex", "性别"),
        Column("birth_on", "出生日期", Kind.DAY),
        Column("community", "社区"),
        Column("address", "住址"),
        Column("phone", "电话", Kind.PHONE),
        Column("title", "可以申请"),
        Column("because", "为什么"),
        Column("missing", "还缺什么"),
    ),
)


def survey(*, programme_id: UUID, by: User, at: datetime) -> int:
    """Look at everybody of a programme and keep who may have what without having applied; return how many lines.

    The same day again finds the same. Everybody is asked in memory first; what is written is only what differs.
    Raises: NotAllowed, NothingAdopted.
    """
    ensure_role(by, Role.BUREAU, Role.CLOCK)
    on = civil(at)
    surveyed, where = entitled(programme_id, on), communities_of(programme_id)
    pack = adoption_read.pack_of(adoption_read.in_force(programme_id, on))
    with transaction.atomic():
        Survey.objects.filter(programme_id=programme_id).exclude(kind__in=[one.kind.code for one in surveyed]).delete()
        Unclaimed.objects.filter(programme_id=programme_id).exclude(
            kind__in=[one.kind.code for one in surveyed]
        ).delete()
        for one in surveyed:
            source = pack.rules[one.kind.rule].source
            Survey.objects.update_or_create(
                programme_id=programme_id,
                kind=one.kind.code,
                defaults={
                    "title": one.kind.title,
                    "document": source.document[:120],
                    "locator": source.locator[:200],
                    "unset": one.unset,
                    "day": on,
                    "at": at,
                },
            )
            _write(programme_id, one, where, on)
        # Whoever applied while everybody was looked at is taken off; nobody applies between this and the end.
        Programme.objects.select_for_update(no_key=True).get(pk=programme_id)
        rows = Unclaimed.objects.filter(programme_id=programme_id)
        applied = settled(Application.objects.filter(elder=OuterRef("elder"), kind=OuterRef("kind")))
        waived = Waiver.objects.filter(elder=OuterRef("elder"), kind=OuterRef("kind"))
        rows.filter(Exists(applied)).delete()
        rows.filter(Exists(waived)).delete()
        left = rows.count()
        access.record(
            by=by,
            at=at,
            verb="applications.survey",
            object_kind="programme",
            object_id=programme_id,
            facts={"day": on, "lines": left},
        )
    return left


def _write(programme_id: UUID, one: Surveyed, where: Mapping[UUID, tuple[str, str]], on: date) -> None:
    """Bring the kept lines of one kind to what was found: only what differs is written, many lines at a time."""
    kind = one.kind.code
    rows = Unclaimed.objects.filter(programme_id=programme_id, kind=kind)
    there = {row.elder_id: row for row in rows.iterator(chunk_size=20_000)}
    new, changed = [], []
    for found in one.found:
        if found.elder_id not in where:
            continue  # whoever asked to be forgotten is not listed
        code, key = where[found.elder_id]
        row = there.pop(found.elder_id, None)
        told = dict(zip(KEPT, (code, key, found.missing, found.because), strict=True))
        if row is None:
            # The day is in the id, so that who is found again once a grant has run out is a new line.
            line_id = derived_id("unclaimed", found.elder_id, kind, on)
            whose = {"programme_id": programme_id, "kind": kind, "elder_id": found.elder_id, "since_on": on}
            new.append(Unclaimed(id=line_id, **whose, **told))
        elif any(getattr(row, name) != value for name, value in told.items()):
            for name, value in told.items():
                setattr(row, name, value)
            changed.append(row)
    rows.filter(elder__in=list(there)).delete()
    Unclaimed.objects.bulk_create(new, batch_size=WRITTEN_AT_ONCE)
    Unclaimed.objects.bulk_update(changed, KEPT, batch_size=CHUNK)


@transaction.atomic
def waive(*, elder_id: UUID, kind: str, reason: str, by: User, at: datetime) -> Waiver:
    """Note that an elder was told of something and does not want it (不申请); a second time changes nothing.

    An application is taken all the same, whenever the elder thinks better of it.
    Raises: NotAllowed, NotFound, WordsMissing; DoesNotFit, for what the elder is not on the list for.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    elder = registry_read.get_elder(by, elder_id)
    there = Waiver.objects.filter(elder=elder, kind=kind).first()
    if there is not None:
        return there
    rows = Unclaimed.objects.filter(programme_id=by.programme_id, elder=elder, kind=kind)
    if not rows.exists():
        raise DoesNotFit(f"{elder.name}不在这一项的应享未享名单上，可能已经申请。请刷新名单。")
    # One that is just being surveyed must not come back behind this: the survey ends by the same lock.
    Programme.objects.select_for_update(no_key=True).get(pk=by.programme_id)
    waiver, made = Waiver.objects.get_or_create(
        id=derived_id("application-waiver", elder.pk, kind),
        defaults={"elder": elder, "kind": kind, "reason": words(reason, "老人为什么不要"), "by": by, "at": at},
    )
    if made:
        rows.delete()
        access.record(
            by=by,
            at=at,
            verb="applications.waive",
            object_kind="elder",
            object_id=elder.pk,
            facts={"kind": kind, "reason": waiver.reason},
        )
    return waiver


def hand_out(*, kind: str, lacking: bool, area_code: str, reason: str, path: Path, by: User, at: datetime) -> int:
    """Write who may have a thing without having applied into a sheet, for a reason; the audit book says for whom.

    Return how many lines there are.
    Raises: NotAllowed; ReasonMissing; DoesNotFit, for too many at a time.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    said = " ".join(reason.split())[:200]
    if len(said) < REASON_MIN:
        raise access.ReasonMissing(f"请写明用途（至少{REASON_MIN}个字），例如“上门告知”。用途会写进文件和审计册。")
    rows = applications_read.unclaimed(by, kind=kind, lacking=lacking, area_code=area_code)
    if (there := rows.order_by().count()) > HANDED_OUT_MAX:
        raise DoesNotFit(f"这个范围有{there}人，一次最多导出{HANDED_OUT_MAX}人。请按街道或社区分开导出。")
    about = {
        "表": SHEET.label,
        "导出人": f"{by.display_name}（{by.organisation.name}）",
        "时间": at.astimezone(applications_read.BEIJING).strftime("%Y-%m-%d %H:%M"),
        "用途": said,
        "提醒": "内含电话。只用于所写的用途，用完删除，不得转发。",
    }
    titles = dict(Survey.objects.filter(programme_id=by.programme_id).values_list("kind", "title"))
    lines = write_rows(path, SHEET, {}, _lines(list(rows), titles), about=about)
    access.record(
        by=by,
        at=at,
        verb="applications.hand_out",
        object_kind="area",
        object_id=by.organisation_id,
        facts={"kind": kind, "lacking": lacking, "area": area_code, "lines": lines, "reason": said},
    )
    return lines


def _lines(rows: list[Unclaimed], titles: dict[str, str]) -> Iterator[Row]:
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        phones = registry_read.contacts_of_all([row.elder_id for row in chunk])
        for row in chunk:
            elder = row.elder
            yield Row(
                {
                    "name": elder.name,
                    "sex": str(elder.get_sex_display()),
                    "birth_on": elder.birth_on,
                    "community": elder.community.name,
                    "address": elder.address,
                    "phone": next((one.phone for one in phones[row.elder_id]), ""),
                    "title": titles.get(row.kind, row.kind),
                    "because": row.because,
                    "missing": row.missing,
                }
            )
