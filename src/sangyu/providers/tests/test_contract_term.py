"""Where the policy says for how long a contract is signed, a longer one needs a reason, or is refused."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast

from sangyu.access.models import AuditEntry
from sangyu.adoption import actions as adoption
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.models import Contract, YearGrade
from sangyu.providers.rules import ContractTooLong, NotRenewed, months_taken

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


def graded(cast: Cast, grade: YearGrade, document: str = "湖民函〔2026〕9号") -> None:
    providers.evaluate(enterprise=cast.kangan, year=2026, grade=grade, document=document, by=cast.head, at=cast.at)


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


@pytest.mark.proves("HL-16")
def test_a_contract_of_more_than_a_year_needs_a_reason_which_stays_on_the_books(cast: Cast) -> None:
    adopt(cast)
    graded(cast, YearGrade.EXCELLENT)
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


@pytest.mark.proves("HL-16")
def test_only_an_excellent_year_renews_a_contract_and_the_last_grade_counts(cast: Cast) -> None:
    adopt(cast)
    with pytest.raises(NotRenewed, match=r"是续签.*还没有登记年度评价.*“优秀项目可以续签”"):
        sign(cast, date(2028, 1, 1))
    graded(cast, YearGrade.PASSED)
    with pytest.raises(NotRenewed, match=r"考核优秀的项目才可以续签，现为达标.*另选服务商"):
        sign(cast, date(2028, 1, 1))
    graded(cast, YearGrade.EXCELLENT, "湖民函〔2026〕12号复核")
    graded(cast, YearGrade.EXCELLENT, "湖民函〔2026〕12号复核")
    assert [row.grade for row in providers_read.evaluations(cast.head, cast.kangan)] == ["EXCELLENT", "PASSED"]
    assert sign(cast, date(2028, 1, 1)).valid_from == NEW_YEAR


def test_the_first_contract_of_an_enterprise_needs_no_grade(cast: Cast) -> None:
    adopt(cast)
    Contract.objects.filter(enterprise=cast.kangan).update(valid_from=date(2027, 6, 1), valid_until=date(2027, 7, 1))
    assert sign(cast, date(2028, 1, 1)).valid_from == NEW_YEAR


def test_a_policy_without_such_a_rule_leaves_the_term_free(cast: Cast) -> None:
    adopt(cast)
    assert sign(cast, date(2036, 1, 1), since=date(2026, 12, 31)).valid_until == date(2036, 1, 1)
