"""Where the policy says for how long a contract is signed, a longer one needs a reason, or is refused."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast

from sangyu.access.models import AuditEntry
from sangyu.adoption import actions as adoption
from sangyu.providers import actions as providers
from sangyu.providers.models import Contract
from sangyu.providers.rules import ContractTooLong, months_taken

NEW_YEAR = date(2027, 1, 1)


def adopt(cast: Cast, **parameters: str) -> None:
    adoption.adopt(
        programme_id=cast.programme.pk,
        pack_id="xiamen-huli",
        parameters=parameters,
        document="湖委办〔2017〕31号",
        valid_from=NEW_YEAR,
        by_id=cast.head.pk,
        at=cast.at,
    )


def sign(cast: Cast, until: date, *, since: date = NEW_YEAR, reason: str = "") -> Contract:
    return providers.sign_contract(
        enterprise=cast.kangan,
        number=f"湖养合〔{since:%Y%m%d}〕{until:%Y%m%d}",
        valid_from=since,
        valid_until=until,
        area_codes=["620102001"],
        item_ids=[cast.cleaning.pk],
        by=cast.head,
        at=cast.at,
        reason=reason,
    )


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2027, 1, 1), date(2028, 1, 1), 12),
        (date(2027, 1, 1), date(2028, 1, 2), 13),
        (date(2027, 3, 31), date(2027, 4, 30), 1),
        (date(2027, 3, 15), date(2027, 3, 16), 1),
    ],
)
def test_a_month_that_has_begun_is_a_whole_one(since: date, until: date, months: int) -> None:
    assert months_taken(since, until) == months


def test_a_contract_of_more_than_a_year_needs_a_reason_which_stays_on_the_books(cast: Cast) -> None:
    adopt(cast)
    assert sign(cast, date(2028, 1, 1)).valid_until == date(2028, 1, 1)
    with pytest.raises(ContractTooLong, match=r"合同13个月，超过一年.*“一般一年一签”.*请写明理由，或者缩短合同"):
        sign(cast, date(2028, 1, 2), reason="  ")
    assert not Contract.objects.filter(valid_until=date(2028, 1, 2)).exists()
    sign(cast, date(2028, 1, 2), reason="与服务站租期一致")
    assert AuditEntry.objects.filter(facts__reason="与服务站租期一致").count() == 1


def test_where_the_district_reads_it_strictly_no_reason_helps(cast: Cast) -> None:
    adopt(cast, long_contract="fail")
    with pytest.raises(ContractTooLong, match=r"合同24个月，超过一年.*请缩短合同"):
        sign(cast, date(2029, 1, 1), reason="与服务站租期一致")


def test_a_policy_without_such_a_rule_leaves_the_term_free(cast: Cast) -> None:
    adopt(cast)
    assert sign(cast, date(2036, 1, 1), since=date(2026, 12, 31)).valid_until == date(2036, 1, 1)
