"""After the decision: choose the items, sign the agreement, arrange the service, and ask afterwards how it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu.access.models import User
from sangyu.applications import queries as applications_read
from sangyu.applications.actions.common import add_step, civil, go_on, lock, note, turn_of, words
from sangyu.applications.models import Agreement, Application, Outcome, Party, Signature, Step, StepCode
from sangyu.applications.rules import DoesNotFit, NotItsTurn
from sangyu.benefits import actions as benefits
from sangyu.benefits.rules import Quote
from sangyu.files import actions as files
from sangyu.files.models import Purpose
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.policy.stages import AGREE, ARRANGE, CALL_BACK, CHOOSE
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem

ITEMS_MAX = 30


@dataclass(frozen=True)
class Offered:
    """An item of the menu for one elder: who pays how much of it on that day, or why it is not to be had."""

    item: ServiceItem
    quote: Quote | None
    because: str


def menu(application: Application, *, by: User, on: date) -> list[Offered]:
    """Return the menu (“基本+点单”) with the elder's own price of every item on a day; it writes nothing."""
    found = []
    for item in providers_read.items(by):
        try:
            quote = benefits.quote(elder=application.elder, item=item, on=on)
        except Refusal as refusal:
            found.append(Offered(item, None, str(refusal)))
        else:
            found.append(Offered(item, quote, "".join(quote.because[-1:])))
    return found


@transaction.atomic
def choose(*, application_id: UUID, item_ids: Sequence[UUID], said: str, by: User, at: datetime) -> Step:
    """Determine the items (确定项目) that the elder is to have, each with who pays how much of it today.

    Raises: NotAllowed, NotFound, NotItsTurn, WordsMissing; DoesNotFit, for nothing, too many, or an item that the
    policy does not offer to this elder. Choosing a second time is not its turn any more.
    """
    application = lock(application_id, by)
    turn_of(application, CHOOSE, by)
    ids = list(dict.fromkeys(item_ids))
    if not 0 < len(ids) <= ITEMS_MAX:
        raise DoesNotFit(f"请选1至{ITEMS_MAX}个项目。")
    on = civil(at)
    chosen = []
    for item in (providers_read.get_item(by, one) for one in ids):
        try:
            quote = benefits.quote(elder=application.elder, item=item, on=on)
        except Refusal as refusal:
            raise DoesNotFit(f"“{item.name}”不能选：{refusal}") from refusal
        chosen.append(
            {
                "item": str(item.pk),
                "code": item.code,
                "name": item.name,
                "price_fen": quote.price_fen,
                "elder_fen": quote.elder_fen,
                "because": "".join(quote.because[-1:]),
            }
        )
    step = add_step(
        application, CHOOSE, Outcome.PASSED, by=by, at=at, reason=words(said, "说明"), facts={"items": chosen}
    )
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def draw_up(*, application_id: UUID, content: bytes, by: User, at: datetime) -> Agreement:
    """Keep the agreement (协议) as it was drawn up, by its hash; the bytes that stand already change nothing.

    Raises: NotAllowed, NotFound, NotItsTurn, NotAKindWeKeep, Broken.
    """
    application = lock(application_id, by)
    turn_of(application, AGREE, by)
    file = files.keep(programme_id=application.programme_id, content=content, purpose=Purpose.PAPER, by_id=by.pk, at=at)
    before = applications_read.agreement_of(application)
    if before is not None and before.sha256 == file.sha256:
        return before
    n = (before.n if before else 0) + 1
    agreement = Agreement.objects.create(
        id=derived_id("application-agreement", application.pk, n),
        application=application,
        n=n,
        file=file,
        sha256=file.sha256,
        by=by,
        at=at,
    )
    note(application, "draw_up", by, at, {"sha256": file.sha256, "n": agreement.n})
    return agreement


@transaction.atomic
def sign(
    *, application_id: UUID, sha256: str, party: str, name: str, content: bytes, by: User, at: datetime
) -> Signature:
    """Keep one side's signature under the agreement of this hash, with the photographed sheet; each side signs once.

    With both signatures the step is done. Raises: NotAllowed, NotFound, WordsMissing, NotAKindWeKeep; NotItsTurn,
    without an agreement, or under one that another took the place of.
    """
    application = lock(application_id, by)
    agreement = applications_read.agreement_of(application)
    if agreement is None or agreement.sha256 != sha256:
        raise NotItsTurn("没有这份协议，或已重新起草。请打开最新的协议再签。")
    there = Signature.objects.filter(agreement=agreement, party=Party(party)).first()
    if there is not None:
        return there
    turn_of(application, AGREE, by)
    file = files.keep(programme_id=application.programme_id, content=content, purpose=Purpose.PAPER, by_id=by.pk, at=at)
    signature = Signature.objects.create(
        id=derived_id("application-signature", agreement.pk, party),
        agreement=agreement,
        party=Party(party),
        name=words(name, "签字人姓名", 60),
        file=file,
        by=by,
        at=at,
    )
    note(application, "sign", by, at, {"party": signature.party, "sha256": sha256})
    if Signature.objects.filter(agreement=agreement).count() == len(Party):
        add_step(application, AGREE, Outcome.PASSED, by=by, at=at, reason="双方已签字", facts={"sha256": sha256})
        go_on(application, by=by, at=at)
    return signature


@transaction.atomic
def arrange(*, application_id: UUID, first_on: date, said: str, by: User, at: datetime) -> Step:
    """Note from which day the service is given and by whom (安排服务); orders themselves are placed as always.

    Raises: NotAllowed, NotFound, NotItsTurn, WordsMissing; DoesNotFit, for a day before the application was granted.
    """
    application = lock(application_id, by)
    turn_of(application, ARRANGE, by)
    award = applications_read.award_of(application)
    if award is not None and first_on < award.valid_from:
        raise DoesNotFit(f"首次服务日期{first_on}早于核准日期{award.valid_from}，请核对。")
    step = add_step(
        application,
        ARRANGE,
        Outcome.PASSED,
        by=by,
        at=at,
        reason=words(said, "怎样安排"),
        facts={"first_on": first_on.isoformat()},
    )
    go_on(application, by=by, at=at)
    return step


@transaction.atomic
def call_back(*, application_id: UUID, satisfied: bool, said: str, by: User, at: datetime) -> Step:
    """Enter what the elder said afterwards (回访监督); with it the application is over.

    Raises: NotAllowed, NotFound, NotItsTurn, WordsMissing.
    """
    application = lock(application_id, by)
    last = Step.objects.filter(application=application).order_by("-n").first()
    if last is not None and last.step == StepCode.CALL_BACK and last.by_id == by.pk:
        return last
    turn_of(application, CALL_BACK, by)
    step = add_step(
        application,
        CALL_BACK,
        Outcome.PASSED,
        by=by,
        at=at,
        reason=words(said, "老人的话"),
        facts={"satisfied": satisfied},
    )
    go_on(application, by=by, at=at)
    return step
