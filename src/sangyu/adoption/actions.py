"""Verbs of adoption: put a pack in force; propose a change of it, and let a second person adopt or return it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption, Draft, DraftDecision, DraftState, PackVersion
from sangyu.adoption.rules import ensure_first_day, ensure_in_band, ensure_parameters
from sangyu.adoption.workbook import Asked, Examined, Fault, deciding, examine, from_workbook, texts_beside
from sangyu.kit.errors import NotFound, Refusal
from sangyu.kit.ids import derived_id
from sangyu.policy.versions import version_files

BEIJING = ZoneInfo("Asia/Shanghai")
_EXPLAINS = ("cases.jsonl", "NOTES.md")  # may change with the tables that they explain


class OtherAdopted(Refusal):
    """Another pack, or the same with other figures, is in force from that day on."""

    code = "OTHER_ADOPTED"


class NothingChanged(Refusal):
    """A draft says the same as the newest version."""

    code = "NOTHING_CHANGED"


class NoRuleTable(Refusal):
    """What was changed is neither a rule nor its explanation, and would not come into force with the draft."""

    code = "NO_RULE_TABLE"


class OtherProposed(Refusal):
    """The key of this draft was used for another one."""

    code = "OTHER_PROPOSED"


class SamePerson(Refusal):
    """Who proposes a change does not review it, and nobody else takes it back."""

    code = "SAME_PERSON"


class BaseChanged(Refusal):
    """What was typed was typed over a version that is no longer the newest; `was` is that one if it is known."""

    code = "BASE_CHANGED"

    def __init__(self, was: Adoption | None, newest: Adoption) -> None:
        self.was, self.newest = was, newest
        super().__init__(
            f"您打开这一页以后，已另启用了一版（{newest.document}，{newest.valid_from}起）。您填的是在旧版上改的，"
            f"照这样提出会把那次改动退回去。请重新打开本页，在最新一版上再填。"
        )


class DraftDecided(Refusal):
    """Something else became of the draft already."""

    code = "DRAFT_DECIDED"


class DraftStale(Refusal):
    """What the draft changes is no longer the newest version."""

    code = "DRAFT_STALE"


class DraftFaulty(Refusal):
    """An examination of the draft finds faults."""

    code = "DRAFT_FAULTY"


class ReasonMissing(Refusal):
    """Who returns a draft says why."""

    code = "REASON_MISSING"


@transaction.atomic
def adopt(
    *,
    programme_id: UUID,
    pack_id: str,
    parameters: Mapping[str, Any],
    document: str,
    valid_from: date,
    by_id: UUID,
    at: datetime,
    digest: str | None = None,
) -> Adoption:
    """Put a pack with its parameters in force from a day on; what held before ends that day.

    It holds until the next adopted pack begins, if there is one; the tables are kept as they are now, or those of a
    `digest` that is kept already. A repeat returns the adoption that stands.
    Raises: UnknownPack, BadPack; UnknownParameter, BadParameter, OutOfBand; OtherAdopted.
    """
    pack = adoption_read.pack_version(pack_id, digest)
    ensure_parameters(pack, parameters, on=valid_from)
    ensure_in_band(pack, parameters, on=valid_from)
    _keep(pack.id, pack.digest, version_files(pack.folder), texts_beside(pack.folder), at)
    others = list(Adoption.objects.select_for_update().filter(programme_id=programme_id).order_by("valid_from"))
    following = next((other.valid_from for other in others if other.valid_from > valid_from), None)
    adoption, made = Adoption.objects.get_or_create(
        id=derived_id("adoption", programme_id, valid_from),
        defaults={
            "programme_id": programme_id,
            "pack_id": pack_id,
            "digest": pack.digest,
            "parameters": dict(parameters),
            "document": document,
            "valid_from": valid_from,
            "valid_until": following,
            "adopted_by_id": by_id,
            "adopted_at": at,
        },
    )
    standing = (adoption.pack_id, adoption.digest or pack.digest, adoption.parameters)
    if standing != (pack_id, pack.digest, dict(parameters)):
        raise OtherAdopted(
            f"{valid_from}起已启用“{adoption_read.pack_of(adoption).title}”（{adoption.document}），"
            f"不能在同一天再启用“{pack.title}”、换规则表或改动参数。请另选生效日期。"
        )
    before = next((other for other in reversed(others) if other.valid_from < valid_from), None)
    if made and before is not None:
        before.valid_until = valid_from
        before.save(update_fields=["valid_until"])
    return adoption


@transaction.atomic
def propose(
    *,
    programme_id: UUID,
    document: str,
    reason: str,
    by_id: UUID,
    at: datetime,
    key: str,
    workbook: bytes | None = None,
    workbook_name: str = "",
    parameters: Mapping[str, Any] | None = None,
    wanted_from: date | None = None,
    base_id: UUID | None = None,
) -> tuple[Draft, bool]:
    """Propose a change of the newest version: an edited workbook of it, other figures, or both.

    Faults that an examination finds are kept with the draft: it can be read and not be adopted. A repeat with the same
    `key` returns the draft that stands. With `base_id` only if that adoption is still the newest: figures that were
    typed over another one would take back what was adopted meanwhile. Shape: draft, whether it is new.
    Raises: NothingAdopted, BaseChanged, NothingChanged, OtherProposed; BadWorkbook, OtherWorkbook, BadPack;
    UnknownParameter, BadParameter, OutOfBand.
    """
    base = adoption_read.newest(programme_id)
    if base_id is not None and base.pk != base_id:
        raise BaseChanged(Adoption.objects.filter(programme_id=programme_id, pk=base_id).first(), base)
    pack, files = adoption_read.pack_of(base), adoption_read.whole_files(base)
    meant = dict(base.parameters if parameters is None else parameters)
    on = wanted_from or at.astimezone(BEIJING).date()
    asked = Asked.of(pack, meant, on)
    if workbook is None:
        ensure_parameters(pack, meant, on=on)
        ensure_in_band(pack, meant, on=on)
        examined = examine(pack.id, files, asked)
    else:
        examined = from_workbook(workbook, workbook_name, pack, files, asked)
        _ensure_taken_over(examined, files)
        ensure_parameters(examined.pack, meant, on=on)
    if examined.deciding == deciding(files) and meant == dict(base.parameters):
        raise NothingChanged("规则表和参数都与最新一版相同，没有可以复核的改动。请核对上传的是不是改好的那一份。")
    _keep(pack.id, examined.pack.digest, examined.deciding, examined.explaining, at)
    draft, made = Draft.objects.get_or_create(
        id=derived_id("draft", programme_id, by_id, key),
        defaults={
            "programme_id": programme_id,
            "pack_id": pack.id,
            "digest": examined.pack.digest,
            "parameters": meant,
            "texts": examined.explaining,
            "faults": [fault.to_json() for fault in examined.faults],
            "base": base,
            "based_on": pack.digest,
            "document": document.strip(),
            "reason": reason.strip(),
            "wanted_from": wanted_from,
            "proposed_by_id": by_id,
            "proposed_at": at,
        },
    )
    if (draft.digest, draft.parameters) != (examined.pack.digest, meant):
        raise OtherProposed("这一次提交已经提出过另一份拟改稿，没有再提。请从拟改稿清单里查看，要另提请重新打开页面。")
    return draft, made


@transaction.atomic
def review(
    *,
    programme_id: UUID,
    draft_id: UUID,
    adopt: bool,
    note: str,
    by_id: UUID,
    at: datetime,
    valid_from: date | None = None,
) -> tuple[DraftDecision, bool]:
    """Adopt a draft from a day on, or return it with a reason; a second person does so, once.

    A repeat returns the decision that stands. Shape: decision, whether it is new.
    Raises: NotFound, SamePerson, DraftDecided, ReasonMissing; DraftStale, DraftFaulty, FirstDayPassed.
    """
    list(Adoption.objects.select_for_update().filter(programme_id=programme_id).order_by("pk"))
    draft = _draft(programme_id, draft_id)
    what = DraftState.ADOPTED if adopt else DraftState.RETURNED
    first_day = valid_from if adopt else None
    if draft.state != DraftState.PROPOSED:
        return _stands(draft, what, by_id, first_day), False
    if draft.proposed_by_id == by_id:
        raise SamePerson("拟改稿须由提出人以外的人复核，您自己提的请交给另一位有复核权的同事。")
    if not adopt:
        if not note.strip():
            raise ReasonMissing("退回请写明原因，好让提出人知道改哪里。")
        return _decide(draft, what, by_id, at, note), True
    if first_day is None:
        raise ReasonMissing("启用请写明从哪一天起执行。")
    _ensure_fit_to_adopt(draft, first_day, at)
    adopted = _adopt_draft(draft, first_day, by_id, at)
    return _decide(draft, what, by_id, at, note, adopted), True


@transaction.atomic
def withdraw(*, programme_id: UUID, draft_id: UUID, note: str, by_id: UUID, at: datetime) -> tuple[DraftDecision, bool]:
    """Take back one's own draft before it is reviewed; a repeat returns the decision that stands.

    Shape: decision, whether it is new.
    Raises: NotFound, SamePerson, DraftDecided.
    """
    list(Adoption.objects.select_for_update().filter(programme_id=programme_id).order_by("pk"))
    draft = _draft(programme_id, draft_id)
    if draft.state != DraftState.PROPOSED:
        return _stands(draft, DraftState.WITHDRAWN, by_id, None), False
    if draft.proposed_by_id != by_id:
        raise SamePerson("只有提出人能撤回拟改稿；不同意请复核退回，并写明原因。")
    return _decide(draft, DraftState.WITHDRAWN, by_id, at, note), True


def _draft(programme_id: UUID, draft_id: UUID) -> Draft:
    found = Draft.objects.select_related("decision", "base").filter(programme_id=programme_id, pk=draft_id).first()
    if found is None:
        raise NotFound("没有找到这份拟改稿。请从拟改稿清单里打开。")
    return found


def _stands(draft: Draft, what: str, by_id: UUID, first_day: date | None) -> DraftDecision:
    """Return the decision of a draft to whoever repeats it; anybody else is told what became of it."""
    decided = draft.decision
    if (decided.what, decided.by_id, decided.valid_from) != (what, by_id, first_day):
        raise DraftDecided(
            f"这份拟改稿在{decided.at.astimezone(BEIJING):%Y-%m-%d %H:%M}{DraftState(decided.what).label}，"
            f"不能再办。要改请另提一份。"
        )
    return decided


def _decide(
    draft: Draft, what: str, by_id: UUID, at: datetime, note: str, adopted: Adoption | None = None
) -> DraftDecision:
    return DraftDecision.objects.create(
        id=derived_id("draft decision", draft.pk),
        draft=draft,
        what=what,
        by_id=by_id,
        at=at,
        note=note.strip(),
        valid_from=adopted.valid_from if adopted else None,
        adoption=adopted,
    )


def _ensure_fit_to_adopt(draft: Draft, first_day: date, at: datetime) -> None:
    newest = adoption_read.newest(draft.programme_id)
    if newest.pk != draft.base_id:
        raise DraftStale(
            f"提出以后已另启用了一版（{newest.document}，{newest.valid_from}起），这份稿是在旧版上改的，"
            f"启用会把那次改动退回去。请下载最新一版重新改，再提一份；这一份请退回。"
        )
    ensure_first_day(first_day, today=at.astimezone(BEIJING).date(), after=newest.valid_from)
    files = {**adoption_read.files_of(draft.pack_id, draft.digest), **draft.texts}
    asked = Asked.of(adoption_read.pack_of(newest), draft.parameters, first_day)
    faults = examine(draft.pack_id, files, asked).faults
    if faults:
        first = Fault(**draft.faults[0]) if draft.faults else faults[0]  # as proposed it names the cell too
        raise DraftFaulty(f"检查发现{len(faults)}处问题，不能启用；第一处：{first}。请退回，由提出人改好再提。")


def _adopt_draft(draft: Draft, first_day: date, by_id: UUID, at: datetime) -> Adoption:
    return adopt(
        programme_id=draft.programme_id,
        pack_id=draft.pack_id,
        parameters=draft.parameters,
        document=draft.document,
        valid_from=first_day,
        by_id=by_id,
        at=at,
        digest=draft.digest,
    )


def _ensure_taken_over(examined: Examined, files: Mapping[str, str]) -> None:
    """Refuse a change of what is neither a table nor its explanation: it would not come into force with the draft."""
    others = {name for name in {**examined.explaining, **files} if name not in (*examined.deciding, *_EXPLAINS)}
    changed = sorted(name for name in others if examined.files.get(name) != files.get(name))
    if changed:
        sheets = "、".join(name.removesuffix(".csv") for name in changed)
        raise NoRuleTable(
            f"工作簿里改了“{sheets}”，它不是规则表，改动不会随规则启用。"
            f"请把这张表改回原样再上传；要改它请找管理服务器的人。"
        )


def _keep(pack_id: str, digest: str, files: Mapping[str, str], texts: Mapping[str, str], at: datetime) -> None:
    """Keep the files that decide under their digest, once, and what explains them."""
    if not PackVersion.objects.filter(pk=digest).exists():
        PackVersion.objects.get_or_create(
            digest=digest, defaults={"pack_id": pack_id, "files": dict(files), "texts": dict(texts), "kept_at": at}
        )
