"""Reads of adoption: the pack and figures in force on a day, decisions made by them, drafts and the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from sangyu import policy
from sangyu.adoption.models import Adoption, Draft, DraftDecision, PackVersion
from sangyu.adoption.rules import DRAFT_READERS, Viewer
from sangyu.adoption.workbook import texts_beside
from sangyu.kit.errors import NotFound, Refusal
from sangyu.policy.replay import Replayed, replay
from sangyu.policy.versions import SHORT, lay_out, version_files


class NothingAdopted(Refusal):
    """No pack is in force for the programme on that day."""


def in_force(programme_id: UUID, on: date) -> Adoption:
    """Return the adoption that holds on a day.

    Raises: NothingAdopted.
    """
    found = (
        Adoption.objects.filter(programme_id=programme_id, valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .first()
    )
    if found is None:
        raise NothingAdopted(f"{on}没有生效的政策包，请先由民政局启用政策包。")
    return found


def in_force_on(programme_id: UUID, days: Iterable[date]) -> dict[date, Adoption]:
    """Return the adoption that holds on each of some days; one query.

    Raises: NothingAdopted, for the first day without one.
    """
    rows = list(Adoption.objects.filter(programme_id=programme_id))
    found = {}
    for on in sorted(days):
        held = [row for row in rows if row.valid_from <= on and (row.valid_until is None or on < row.valid_until)]
        if not held:
            raise NothingAdopted(f"{on}没有生效的政策包，请先由民政局启用政策包。")
        found[on] = held[0]
    return found


def in_force_during(programme_id: UUID, since: date, until: date | None) -> list[Adoption]:
    """Return the adoptions that hold on some day of `since <= day < until`, the earliest first; none before any."""
    rows = Adoption.objects.filter(programme_id=programme_id).filter(Q(valid_until=None) | Q(valid_until__gt=since))
    if until is not None:
        rows = rows.filter(valid_from__lt=until)
    return list(rows.order_by("valid_from"))


def pack_version(pack_id: str, digest: str | None) -> policy.Pack:
    """Return a pack by the digest that an adoption or a stored decision names; without one, today's.

    Raises: UnknownPack, if no such version was ever adopted here.
    """
    if not digest:
        return policy.load(pack_id)
    try:
        return policy.load(pack_id, digest=digest)
    except policy.UnknownPack:
        kept = PackVersion.objects.filter(pack_id=pack_id, digest__startswith=digest[:SHORT]).first()
        if kept is None or not kept.digest.startswith(digest):
            raise
        lay_out(kept.pack_id, kept.digest, kept.files)
        return policy.load(pack_id, digest=digest)


def pack_of(adopted: Adoption) -> policy.Pack:
    """Return the pack of an adoption, with the tables that were adopted, whatever lies in `packs/` today."""
    return pack_version(adopted.pack_id, adopted.digest)


def decided_again(stored: Mapping[str, Any]) -> Replayed:
    """Take a stored decision again by the pack version, facts and figures that it names."""
    return replay(stored, pack_version)


def decide(programme_id: UUID, rule: str, facts: Mapping[str, Any], on: date) -> policy.Decision:
    """Decide one rule by the pack and parameters in force on the day of the service.

    Raises: NothingAdopted.
    """
    adopted = in_force(programme_id, on)
    return policy.decide(pack_of(adopted), rule, {**facts, "on": on.isoformat()}, on, adopted.parameters)


def decide_if_ruled(programme_id: UUID, rule: str, facts: Mapping[str, Any], on: date) -> policy.Decision | None:
    """Decide by a rule that not every city has; None where the policy of the day has none, and before any policy."""
    for adopted in in_force_during(programme_id, on, on + timedelta(days=1)):
        pack = pack_of(adopted)
        if rule in pack.rules:
            return policy.decide(pack, rule, {**facts, "on": on.isoformat()}, on, adopted.parameters)
    return None


def clause_of(programme_id: UUID, rule: str, on: date) -> str:
    """Quote the words of the document on which a rule of that day's policy rests.

    Raises: NothingAdopted.
    """
    return pack_of(in_force(programme_id, on)).rules[rule].source.locator


# -- drafts and the history ----------------------------------------------------------------------------------------


def newest(programme_id: UUID) -> Adoption:
    """Return the adoption that begins last, perhaps on a day to come: what a change starts from.

    Raises: NothingAdopted.
    """
    found = Adoption.objects.filter(programme_id=programme_id).order_by("-valid_from").first()
    if found is None:
        raise NothingAdopted("本项目还没有启用过政策包，没有可改的规则。请先由管理服务器的人建立项目。")
    return found


def drafts(viewer: Viewer) -> QuerySet[Draft]:
    """The drafts of the viewer's programme with what became of them, newest first; none for who may not read them."""
    rows = Draft.objects.filter(programme_id=viewer.programme_id).select_related("decision", "base")
    rows = rows.order_by("-proposed_at", "-id")
    return rows if viewer.roles & DRAFT_READERS else rows.none()


def waiting(viewer: Viewer, viewer_id: UUID) -> int:
    """Count the drafts that wait for a second person and were not proposed by the viewer."""
    return drafts(viewer).filter(decision=None).exclude(proposed_by_id=viewer_id).count()


def draft(viewer: Viewer, draft_id: UUID) -> Draft:
    """Return one draft of the viewer's programme.

    Raises: NotFound.
    """
    found = drafts(viewer).filter(pk=draft_id).first()
    if found is None:
        raise NotFound("没有找到这份拟改稿。请从拟改稿清单里打开。")
    return found


def draft_pack(viewer: Viewer, draft_id: UUID) -> policy.Pack:
    """Return the pack that a draft proposes; its figures stand in `draft.parameters`.

    Raises: NotFound.
    """
    found = draft(viewer, draft_id)
    return pack_version(found.pack_id, found.digest)


@dataclass(frozen=True)
class Adopted:
    """One adoption of the history; `decision` names the draft and the second person, None if it had no draft."""

    adoption: Adoption
    decision: DraftDecision | None


def adoptions(viewer: Viewer) -> list[Adopted]:
    """Return every adoption of the viewer's programme, the one that begins last first."""
    rows = Adoption.objects.filter(programme_id=viewer.programme_id).order_by("-valid_from")
    decided = DraftDecision.objects.filter(adoption__in=rows).select_related("draft")
    by_adoption = {one.adoption_id: one for one in decided}
    return [Adopted(row, by_adoption.get(row.pk)) for row in rows]


def files_of(pack_id: str, digest: str) -> dict[str, str]:
    """Return the files that decide of a version. Shape: name -> text.

    Raises: UnknownPack.
    """
    kept = PackVersion.objects.filter(pk=digest).first()
    return dict(kept.files) if kept else version_files(pack_version(pack_id, digest).folder)


def texts_of(programme_id: UUID, pack_id: str, digest: str) -> dict[str, str]:
    """Return the worked examples and notes of a version: of its last draft, else as kept, else of today's folder."""
    proposed = Draft.objects.filter(programme_id=programme_id, pack_id=pack_id, digest=digest)
    last = proposed.order_by("-proposed_at", "-id").first()
    if last is not None:
        return dict(last.texts)
    kept = PackVersion.objects.filter(pk=digest).first()
    return dict(kept.texts) if kept and kept.texts else texts_beside(policy.packs_folder() / pack_id)


def list_of(adopted: Adoption, name: str) -> str | None:
    """Return a list that was adopted with a pack (the appraisal sheet), as it was; None if it came with none.

    Versions from before lists were part of them keep theirs beside them.
    """
    path = pack_of(adopted).folder / name
    if path.is_file():
        return path.read_bytes().decode("utf-8-sig")
    beside = texts_of(adopted.programme_id, adopted.pack_id, adopted.digest).get(name)
    return beside if beside is None else beside.removeprefix("\ufeff")


def whole_files(adopted: Adoption) -> dict[str, str]:
    """Return all files of what was adopted, worked examples and notes included. Shape: name -> text."""
    digest = pack_of(adopted).digest
    return {
        **files_of(adopted.pack_id, digest),
        **texts_of(adopted.programme_id, adopted.pack_id, digest),
    }
