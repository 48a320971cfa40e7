"""What follows in the books of runs when two records turn out to be one person, and when they turn out not to be.

What one record is owed is set off against what the other owes, and the ledger follows at once; parted, each has its own
again. Credits follow by `benefits.merging`, which is called here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sangyu.access.models import User
from sangyu.allowances.actions.books import claimed, from_the_year
from sangyu.allowances.models import Approval, Scheme
from sangyu.allowances.queries.balances import balances, is_of_each
from sangyu.allowances.rules import moved
from sangyu.benefits import merging as credits_merging
from sangyu.kit.ids import derived_id
from sangyu.ledger.rules import Reference
from sangyu.registry import queries as registry_read
from sangyu.registry.models import DuplicateRuling, Merge, Unmerge


@transaction.atomic
def rule_duplicate(
    *, case_id: UUID, verdict: str, reason: str, by: User, at: datetime, survivor_id: UUID | None = None
) -> DuplicateRuling:
    """Say of two records that they are one person or two; credits, and what runs owe, follow where that merges them.

    Raises: what `registry.rule_duplicate` raises.
    """
    case = registry_read.get_duplicate_case(by, case_id).case
    with _followed((case.one_id, case.other_id), case_id, by, at):
        return credits_merging.rule_duplicate(
            case_id=case_id, verdict=verdict, survivor_id=survivor_id, reason=reason, by=by, at=at
        )


@transaction.atomic
def unmerge(*, merge_id: UUID, reason: str, by: User, at: datetime) -> Unmerge:
    """Part two records that were merged by mistake; each is owed, and owes, what is its own.

    Raises: what `registry.unmerge` raises; MoneyGone, if the year's money no longer reaches for what is owed again.
    """
    of = Merge.objects.filter(pk=merge_id).values_list("gone", "survivor").first() or ()
    with _followed(of, merge_id, by, at):
        return credits_merging.unmerge(merge_id=merge_id, reason=reason, by=by, at=at)


@contextmanager
def _followed(elder_ids: Iterable[UUID], cause_id: UUID, by: User, at: datetime) -> Iterator[None]:
    """Book how what is owed and what is to come back change by what is done inside; nothing if they do not."""
    schemes = list(Scheme.objects.select_for_update().filter(programme_id=by.programme_id).order_by("code"))
    schemes = [scheme for scheme in schemes if is_of_each(scheme)]
    records = {record for elder_id in elder_ids for record in registry_read.same_as(elder_id)}
    before = {scheme: balances(scheme, records) for scheme in schemes}
    yield
    for scheme in schemes:
        was, now = before[scheme], balances(scheme, records)
        change = moved(was, {party: now.get(party, 0) - was.get(party, 0) for party in was.keys() | now.keys()})
        if not (change.due_fen or change.claim_fen):
            continue
        run = Approval.objects.select_related("run").filter(scheme=scheme).order_by("-n")[0].run
        run.scheme = scheme
        cause = Reference("MERGE", cause_id)
        due_id, claim_id = (derived_id(f"allowance-{what}", scheme.pk, cause_id) for what in ("net", "net-claim"))
        from_the_year(run, change.due_fen, id=due_id, cause=cause, by=by, at=at)
        claimed(run, change.claim_fen, id=claim_id, cause=cause, by=by, at=at)
