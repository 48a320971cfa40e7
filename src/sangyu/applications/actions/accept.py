"""At the window: take an application, add papers and facts, hand in again what was returned, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from sangyu.access.models import Programme, Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.applications import queries as applications_read
from sangyu.applications.actions.common import add_step, civil, ensure_alive, go_on, lock, note, where_words, words
from sangyu.applications.models import UNDER_WAY, Application, Channel, Outcome, Paper, State, StepCode, Unclaimed
from sangyu.applications.rules import AlreadyApplied, KindUnknown, NotItsTurn
from sangyu.files import actions as files
from sangyu.files.models import Purpose
from sangyu.kit.ids import derived_id
from sangyu.policy.stages import ACCEPT
from sangyu.policy.vocabulary import facts as vocabulary
from sangyu.registry import queries as registry_read


@transaction.atomic
def apply(
    *,
    elder_id: UUID,
    kind: str,
    applicant: str,
    relation: str,
    by: User,
    at: datetime,
    key: str,
    channel: str = Channel.WINDOW,
    declared: Mapping[str, Any] | None = None,
) -> Application:
    """Take an application (接受申请) and let it go as far as it goes by itself; the same `key` takes it once.

    Shape: `declared` are facts that the register does not know, in the words of the tables. What can be compared with
    the registers is decided at once.
    Raises: NotAllowed, NotFound; KindUnknown, where the policy in force knows no such application; AlreadyApplied;
    StillOpen, while the bureau has not set a figure that the rule needs; WordsMissing; BadFact; NotItsTurn, for an
    elder who has died.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    elder = registry_read.get_elder(by, elder_id)
    # Numbers are given one after the other; whoever takes one keeps the programme until the number is written.
    Programme.objects.select_for_update(no_key=True).get(pk=by.programme_id)
    application_id = derived_id("application", by.programme_id, elder_id, kind, key)
    found = Application.objects.filter(pk=application_id).first()
    if found is not None:
        return found
    on = civil(at)
    adopted = adoption_read.in_force(by.programme_id, on)
    asked = applications_read.kinds_of(adopted).get(kind)
    if asked is None:
        raise KindUnknown("现行的政策包没有规定可以申请这一项，请从列表里选。")
    if elder.died_on is not None:
        raise NotItsTurn(f"{elder.name}已登记去世，不能再申请。如登记有误，请先更正。")
    own = Application.objects.filter(programme_id=by.programme_id, year=on.year)
    try:
        with transaction.atomic():
            application = Application.objects.create(
                id=application_id,
                programme_id=by.programme_id,
                year=on.year,
                n=(own.aggregate(last=Max("n"))["last"] or 0) + 1,
                elder=elder,
                community_id=elder.community_id,
                kind=kind,
                title=asked.title,
                adoption=adopted,
                applicant=words(applicant, "申请人姓名", 60),
                relation=words(relation, "与老人的关系", 20),
                channel=Channel(channel),
                declared=_read(declared or {}),
                by=by,
                at=at,
            )
    except IntegrityError as clash:
        there = Application.objects.filter(elder=elder, kind=kind, state__in=UNDER_WAY).first()
        if there is None:
            raise
        raise AlreadyApplied(
            f"{elder.name}的“{asked.title}”已在办理：{there.number}，{civil(there.at)}受理。请打开那份申请接着办。"
        ) from clash
    Unclaimed.objects.filter(elder=elder, kind=kind).delete()
    add_step(application, ACCEPT, Outcome.PASSED, by=by, at=at, facts={"channel": application.channel})
    go_on(application, by=by, at=at)
    return application


@transaction.atomic
def add_paper(*, application_id: UUID, title: str, content: bytes, by: User, at: datetime) -> Paper:
    """Keep a paper that was handed in or photographed; the same bytes are added once.

    Raises: NotAllowed, NotFound, WordsMissing, TooLarge, NotAKindWeKeep, Broken; NotItsTurn, once it is over.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    application = lock(application_id, by)
    _ensure_under_way(application)
    title = words(title, "材料名称", 40)
    file = files.keep(programme_id=application.programme_id, content=content, purpose=Purpose.PAPER, by_id=by.pk, at=at)
    paper, made = Paper.objects.get_or_create(
        id=derived_id("application-paper", application.pk, file.pk),
        defaults={"application": application, "title": title, "file": file, "by": by, "at": at},
    )
    if made:
        note(application, "add_paper", by, at, {"title": title, "sha256": file.sha256})
    return paper


@transaction.atomic
def resubmit(
    *, application_id: UUID, said: str, by: User, at: datetime, declared: Mapping[str, Any] | None = None
) -> Application:
    """Hand in again what was returned, with what was lacking; the rule is asked again.

    Raises: NotAllowed, NotFound, WordsMissing, BadFact, StillOpen; NotItsTurn, for an elder who has died, and where
    nothing was returned, so that handing in twice has no second effect.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    application = lock(application_id, by)
    if application.state != State.RETURNED:
        raise NotItsTurn(f"没有退回补正，不用再交：{where_words(application)}")
    ensure_alive(application)
    told = _read(declared or {})
    application.declared = {**application.declared, **told}
    application.save(update_fields=["declared"])
    step = next(row.step for row in reversed(applications_read.steps(application)) if row.outcome == Outcome.RETURNED)
    add_step(
        application,
        step,
        Outcome.RESUBMITTED,
        by=by,
        at=at,
        reason=words(said, "补正了什么"),
        facts={"declared": told},
    )
    go_on(application, by=by, at=at)
    return application


@transaction.atomic
def withdraw(*, application_id: UUID, reason: str, by: User, at: datetime) -> Application:
    """Take an application back because the elder wishes so, or has died; a second time changes nothing.

    Raises: NotAllowed, NotFound, WordsMissing; NotItsTurn, once it is granted to somebody who lives.
    """
    ensure_role(by, Role.COMMUNITY, Role.BUREAU)
    application = lock(application_id, by)
    if application.state == State.WITHDRAWN:
        return application
    _ensure_under_way(application)
    if application.elder.died_on is None and applications_read.award_of(application) is not None:
        raise NotItsTurn("已经核准的申请不能撤回。老人不再需要的，请办理停止服务。")
    code = application.step or StepCode.ACCEPT
    add_step(application, code, Outcome.WITHDRAWN, by=by, at=at, reason=words(reason, "撤回原因"))
    go_on(application, by=by, at=at)
    return application


def _ensure_under_way(application: Application) -> None:
    if application.state not in UNDER_WAY:
        raise NotItsTurn(where_words(application))


def _read(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Read facts as the tables know them; what is no fact is left out.

    Raises: BadFact.
    """
    known = vocabulary()
    for name, value in declared.items():
        if name in known and value is not None:
            known[name].read(value)
    return {name: value for name, value in declared.items() if name in known}
