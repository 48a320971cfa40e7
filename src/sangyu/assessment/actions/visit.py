"""At the elder's side: keep what was chosen so far, add evidence, sign."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access.actions.sign_in import locked_words, note_wrong_password
from sangyu.access.models import User
from sangyu.access.queries.sign_in import locked_name
from sangyu.assessment import queries as assessment_read
from sangyu.assessment import rules
from sangyu.assessment.actions.common import lock, note, own, words
from sangyu.assessment.models import Appointment, Assessment, Draft, Evidence, Part, Sheet, Stage
from sangyu.assessment.rules import EVIDENCE_MAX, Answers, ContentDamaged, NotItsTurn, Particulars, SignatureWrong
from sangyu.files import actions as files
from sangyu.files.models import Purpose
from sangyu.kit import phone as phones
from sangyu.kit.ids import derived_id
from sangyu.registry import queries as registry_read


@dataclass(frozen=True)
class Kept:
    """The draft as it is kept now, and whether it holds what was just sent."""

    draft: Draft
    taken: bool


@dataclass(frozen=True)
class Informant:
    """Who told about the elder's days."""

    name: str = ""
    relation: str = ""
    phone: str = ""

    def checked(self, assessment: Assessment) -> Informant:
        """Return it as it is signed, with the number that the register knows where none was given.

        Raises: WordsMissing; BadPhone.
        """
        name = words(self.name, "提供情况的人", 60)
        relation = words(self.relation, "与老人的关系", 20)
        if self.phone.strip():
            return Informant(name, relation, phones.parse(self.phone))
        known = registry_read.contacts_of(assessment.elder_id)
        return Informant(name, relation, next((row.phone for row in known if row.name == name), ""))


@transaction.atomic
def save_draft(
    *,
    appointment_id: UUID,
    answers: Answers,
    base: int,
    n: int,
    by: User,
    at: datetime,
    particulars: Mapping[str, Sequence[str]] | None = None,
) -> Kept:
    """Keep what an assessor has chosen so far, numbered `n`, on top of the draft numbered `base` that they saw.

    `particulars` is what was typed beside the items, by code. One that grew from another draft than the kept one
    changes nothing and is told as not taken: somebody went on elsewhere. The same again under the same number is taken.
    Raises: NotFound, AnswerOutside; NotItsTurn, once the sheet is signed or the assessment is over.
    """
    appointment = own(by, appointment_id)
    assessment = lock(appointment.assessment_id, by)
    _ensure_open(appointment, assessment)
    scale = assessment_read.scale_of(assessment)
    rules.ensure_answers(scale, answers)
    beside = rules.particulars_of(assessment_read.asked_on(assessment, appointment.part), particulars or {})
    draft, _ = Draft.objects.get_or_create(
        appointment=appointment,
        defaults={"id": derived_id("assessment-draft", appointment.pk), "answers": {}, "n": 0, "saved_at": at},
    )
    repeated = n == draft.n and dict(answers) == draft.answers and beside == draft.particulars
    grown = base == draft.n and n > base
    if grown:
        draft.answers, draft.particulars, draft.n, draft.saved_at = dict(answers), beside, n, at
        draft.save(update_fields=["answers", "particulars", "n", "saved_at"])
    return Kept(draft, taken=repeated or grown)


@transaction.atomic
def add_evidence(
    *,
    appointment_id: UUID,
    item: str,
    content: bytes,
    by: User,
    at: datetime,
    sha256: str = "",
    taken_at: datetime | None = None,
) -> Evidence:
    """Add a photo or a PDF beside one item of one's own sheet; the same bytes beside the same item are added once.

    A tablet that kept them without a line names them by `sha256` and says when they were taken; a repeat finds what
    was added, also once the sheet is signed.
    Raises: NotFound, AnswerOutside, NotItsTurn; ContentDamaged, for other bytes than were named; what `files.keep`
    refuses.
    """
    appointment = own(by, appointment_id)
    assessment = lock(appointment.assessment_id, by)
    named = hashlib.sha256(content).hexdigest()
    if sha256 and sha256 != named:
        raise ContentDamaged("照片在路上坏了，没有收下。请再交一次。")
    arrived = Evidence.objects.filter(appointment=appointment, item=item, sha256=named).first()
    if arrived is not None:
        return arrived
    _ensure_open(appointment, assessment)
    if item not in assessment_read.scale_of(assessment).item_of:
        raise rules.AnswerOutside(f"评估表里没有条目“{item}”。请重新打开评估表。")
    kept = files.keep(programme_id=assessment.programme_id, content=content, purpose=Purpose.PAPER, by_id=by.pk, at=at)
    evidence_id = derived_id("assessment-evidence", appointment.pk, item, kept.pk)
    found = Evidence.objects.filter(pk=evidence_id).first()
    if found is not None:
        return found
    if Evidence.objects.filter(appointment=appointment).count() >= EVIDENCE_MAX:
        raise NotItsTurn(f"一份评估表最多附{EVIDENCE_MAX}张照片或材料，已经满了。")
    evidence = Evidence.objects.create(
        id=evidence_id, appointment=appointment, item=item, file=kept, sha256=named, taken_at=taken_at, at=at
    )
    told = {"taken_at": taken_at.isoformat()} if taken_at else {}
    note(assessment, "add_evidence", by, at, {"item": item, "file": str(kept.pk), "sha256": named, **told})
    return evidence


def sign(
    *,
    appointment_id: UUID,
    n: int,
    password: str,
    informant: str,
    informant_relation: str,
    by: User,
    at: datetime,
    informant_phone: str = "",
    address: str = "",
    sealed_at: datetime | None = None,
) -> Sheet:
    """Sign one's own whole sheet as the draft numbered `n` shows it; signing again changes nothing.

    `sealed_at` is when a tablet without a line says it closed the sheet; it is noted as such. The second signature
    tells whether the two sheets agree. A wrong password counts like one at the door. The informant's number is taken
    from the register where their name is among the contacts and none is given.
    Raises: NotFound, SignatureWrong, AnswersMissing, WordsMissing; NotItsTurn, for a draft that has moved on.
    """
    appointment = own(by, appointment_id)
    if appointment.part == Part.THIRD:
        raise NotItsTurn("裁定人只裁定两份表不同的条目，请在裁定页签字。")
    signed = Sheet.objects.filter(appointment=appointment).first()
    if signed is not None:
        return signed
    ensure_own_password(by, password, address, at)
    return _sign(appointment, n, Informant(informant, informant_relation, informant_phone), by, at, sealed_at)


@transaction.atomic
def _sign(
    appointment: Appointment, n: int, informant: Informant, by: User, at: datetime, sealed_at: datetime | None
) -> Sheet:
    assessment = lock(appointment.assessment_id, by)
    signed = Sheet.objects.filter(appointment=appointment).first()
    if signed is not None:
        return signed
    _ensure_open(appointment, assessment)
    scale = assessment_read.scale_of(assessment)
    draft = Draft.objects.filter(appointment=appointment).first()
    if draft is None or draft.n != n:
        raise NotItsTurn("评估表在别处又改过，请核对一遍再签字。")
    rules.score(scale, draft.answers)  # a sheet that has no level is not signed
    sheet = write_sheet(
        appointment, draft.answers, at, particulars=draft.particulars, informant=informant.checked(assessment)
    )
    sheets = assessment_read.signed_pair(assessment)
    if sheets is not None:
        differing = rules.differences(scale, sheets[0].answers, sheets[1].answers)
        assessment.stage = Stage.DIFFERING if differing else Stage.SIGNED
        assessment.save(update_fields=["stage"])
    told = {"sealed_at": sealed_at.isoformat()} if sealed_at else {}
    note(assessment, "sign", by, at, {"part": appointment.part, "digest": sheet.digest, **told})
    return sheet


def write_sheet(
    appointment: Appointment,
    answers: Answers,
    at: datetime,
    *,
    particulars: Particulars | None = None,
    informant: Informant | None = None,
) -> Sheet:
    """Write what somebody signed; its digest seals the answers and particulars together with the text of the scale."""
    content: list[object] = [appointment.assessment.edition_id, dict(answers)]
    if particulars:
        content.append(dict(particulars))
    sealed = json.dumps(content, sort_keys=True, separators=(",", ":"))
    told = informant or Informant()
    return Sheet.objects.create(
        id=derived_id("assessment-sheet", appointment.pk),
        appointment=appointment,
        answers=dict(answers),
        particulars=dict(particulars or {}),
        digest=hashlib.sha256(sealed.encode()).hexdigest(),
        informant=told.name,
        informant_relation=told.relation,
        informant_phone=told.phone,
        signed_at=at,
    )


def ensure_own_password(by: User, password: str, address: str, at: datetime) -> None:
    """Refuse a signature without the signer's own password; the attempt is kept although the verb is refused.

    Raises: SignatureWrong.
    """
    if not _is_own(by, password, address, at):
        raise SignatureWrong("密码不对，没有签字。请输入您登录用的密码；错得太多账号会锁定。")


@transaction.atomic
def _is_own(by: User, password: str, address: str, at: datetime) -> bool:
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if locked_name(user.username, at=at) is not None:
        raise SignatureWrong(locked_words())
    if user.check_password(password):
        return True
    note_wrong_password(user=user, address=address, at=at)
    return False


def _ensure_open(appointment: Appointment, assessment: Assessment) -> None:
    if Sheet.objects.filter(appointment=appointment).exists():
        raise NotItsTurn("这份评估表已经签字，不能再改。有差错请告诉民政局。")
    if appointment.part == Part.THIRD or assessment.stage != Stage.APPOINTED:
        raise NotItsTurn("这次评估已经不在填表阶段，请回到列表刷新。")
