"""Two records become one person and two again: what one is owed and the other owes is set off, in the ledger too."""

from __future__ import annotations

from datetime import date

from sangyu.allowances import merging
from sangyu.allowances.verify import verify
from sangyu.kit.month import Month
from sangyu.ledger.verify import verify as ledger_verify
from sangyu.registry.models import DuplicateCase, Merge

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def sound(months) -> bool:
    programme_id = months.troupe.programme.pk
    return verify(programme_id) == [] and ledger_verify(programme_id) == []


def test_what_one_record_is_owed_is_set_off_against_what_the_other_owes(months):
    owing, owed = months.elder("重", date(1940, 3, 5), 1), months.elder("重名", date(1930, 3, 5), 2, account=False)
    months.answered(months.sent(NOVEMBER))
    months.works(owing, True, key="2")
    run = months.booked(DECEMBER)
    assert (months.balance(owing, run), months.balance(owed, run)) == (-100_00, 400_00)
    troupe = months.troupe
    case = DuplicateCase.objects.create(
        programme=troupe.programme, one=owing, other=owed, grounds=["PHONE"], score_pm=600, found_at=troupe.at
    )
    for by in (troupe.clerk, troupe.head):
        merging.rule_duplicate(
            case_id=case.pk, verdict="SAME", survivor_id=owing.pk, reason="与家属核对", by=by, at=months.at(DECEMBER)
        )
        assert sound(months)
    assert months.balance(owing, run) == 300_00
    for _ in range(2):
        merging.unmerge(merge_id=Merge.objects.get().pk, reason="两个人", by=troupe.head, at=months.at(DECEMBER))
        assert (months.balance(owing, run), months.balance(owed, run)) == (-100_00, 400_00)
        assert sound(months)
