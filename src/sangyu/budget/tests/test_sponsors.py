"""What sponsors promise, what comes in, and that their funds hold no more than that."""

from __future__ import annotations

from datetime import date

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed
from sangyu.budget import actions as budget
from sangyu.budget import queries as budget_read
from sangyu.kit.errors import NotFound

HEADER = "爱心企业,用于年份,金额（元）,到账日期,凭证号\n"


def given(cast, year=2026):
    return {
        one.sponsor.name: (one.pledged_fen, one.received_fen, one.used_fen, one.left_fen, one.owed_fen)
        for one in budget_read.givings(cast.head, year)
    }


@pytest.fixture
def weijia(cast):
    """A foundation that has promised 60,000 yuan for 2026."""
    sponsor = budget.register_sponsor(
        name="惟佳慈善基金会", credit_code="53440705MJ00000000"[:18], by=cast.head, at=cast.at
    )
    contract = {"year": 2026, "amount_fen": 60_000_00, "document": "冠名协议2026-1", "key": "1"}
    for _ in range(2):
        budget.pledge(sponsor_id=sponsor.pk, by=cast.head, at=cast.at, **contract)
    return sponsor


def donate(cast, sponsor, yuan, voucher="HD-1", by=None, **more):
    return budget.donate(
        **{
            "sponsor_id": sponsor.pk,
            "year": 2026,
            "amount_fen": yuan * 100,
            "received_on": date(2026, 3, 1),
            "voucher": voucher,
            "by": by or cast.head,
            "at": cast.at,
            **more,
        }
    )


def test_a_promise_is_no_money_and_a_slip_fills_the_fund_once(cast, weijia):
    assert given(cast) == {"惟佳慈善基金会": (60_000_00, 0, 0, 0, 60_000_00)}
    first = donate(cast, weijia, 50_000)
    assert donate(cast, weijia, 50_000) == first
    assert given(cast) == {"惟佳慈善基金会": (60_000_00, 50_000_00, 0, 50_000_00, 10_000_00)}
    assert given(cast, 2027)["惟佳慈善基金会"] == (0, 0, 0, 0, 0)
    with pytest.raises(budget.DonationRefused, match=r"HD-1已经入账50,000\.00元"):
        donate(cast, weijia, 40_000)


def test_nobody_decides_that_there_is_more_than_came_in(cast, weijia):
    fund = budget_read.sponsor_fund(weijia.pk)
    own = {"programme": cast.programme, "fund": fund, "year": 2026, "amount_fen": 1, "by": cast.head, "at": cast.at}
    with pytest.raises(budget.NotPublicMoney, match="到账凭证"):
        budget.appropriate(document="城财〔2026〕1号", key="1", **own)
    with pytest.raises(budget.NotPublicMoney):
        budget.override(reason="急用", key="1", **own)
    assert fund not in budget_read.public_funds(budget_read.fund_titles(cast.head, cast.at.date()))


@pytest.mark.parametrize(
    ("more", "why"),
    [({"voucher": " "}, "回单或收据的编号"), ({"amount_fen": 0}, "大于0元")],
    ids=["no slip", "no money"],
)
def test_what_is_no_donation_is_refused(cast, weijia, more, why):
    with pytest.raises((budget.DonationRefused, budget.NotMoney), match=why):
        donate(cast, weijia, 1, **more)


def test_sponsors_are_the_operator_s_own(cast, weijia):
    stranger = neighbour(cast, Role.BUREAU)
    with pytest.raises(NotFound):
        donate(cast, weijia, 1, by=stranger)
    assert budget_read.givings(stranger, 2026) == []
    with pytest.raises(NotAllowed):
        donate(cast, weijia, 1, by=cast.ma)
    with pytest.raises(budget.DonationRefused, match="不是18位"):
        budget.register_sponsor(name="万家皮具", credit_code="123", by=cast.head, at=cast.at)


def test_a_file_of_donations_is_taken_over_whole_and_may_come_again(cast, weijia):
    content = (
        HEADER + '惟佳慈善基金会,2026,"30,000.00",2026-03-01,HD-1\n惟佳慈善基金会,2026,0.5,2026-04-01,HD-2\n'
    ).encode()
    take = {"by": cast.head, "at": cast.at}
    assert budget.import_donations(content=b"\xef\xbb\xbf" + content, **take) == budget.Imported(2, 0)
    assert budget.import_donations(content=content, **take) == budget.Imported(0, 2)
    assert given(cast)["惟佳慈善基金会"][1] == 30_000_50
    for line, why in (
        ("无名公司,2026,1.00,2026-03-01,HD-4", "第3行“爱心企业”：没有登记“无名公司”"),
        ("惟佳慈善基金会,2026,1.005,2026-03-01,HD-4", "第3行“金额（元）”：1.005"),
        ("惟佳慈善基金会,2026,1.00,三月,HD-4", "第3行有看不懂的"),
    ):
        wrong = f"{HEADER}惟佳慈善基金会,2026,9.00,2026-05-01,HD-3\n{line}\n"
        with pytest.raises(budget.DonationRefused, match=why):
            budget.import_donations(content=wrong.encode(), **take)
    for wrong in (HEADER.encode(), b"a,b\n1,2\n", "爱心".encode("gbk")):
        with pytest.raises(budget.DonationRefused):
            budget.import_donations(content=wrong, **take)
    assert given(cast)["惟佳慈善基金会"][1] == 30_000_50
