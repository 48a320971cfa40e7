"""An enterprise is paid into another account on its paper, and where it was paid before stays readable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.neighbour import Neighbour

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Role
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.kit.ids import new_id
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers import rules
from sangyu.providers.actions import AccountUnchanged, Incomplete
from sangyu.providers.models import AccountChange, Enterprise

NEW = "6200000000000009999"


def change(cast: Cast, **more: Any) -> AccountChange:
    told = {
        "enterprise_id": cast.kangan.pk,
        "account_name": "康安居家服务有限公司",
        "bank_name": "兰州示例银行东岗支行",
        "bank_account": NEW,
        "document": "康安函〔2026〕7号",
        "by": cast.qian,
        "at": cast.at,
        **more,
    }
    return providers.change_account(**told)


def account(cast: Cast) -> tuple[str, str, str]:
    firm = Enterprise.objects.get(pk=cast.kangan.pk)
    return firm.account_name, firm.bank_name, firm.bank_account


def test_the_new_account_stands_and_the_old_one_is_remembered(cast: Cast) -> None:
    before = account(cast)
    row = change(cast, bank_account=" 6200 0000 0000 0009 999 ")
    assert account(cast) == ("康安居家服务有限公司", "兰州示例银行东岗支行", NEW)
    assert (row.account_name_before, row.bank_name_before, row.bank_account_before) == before
    assert (row.by, row.at, row.document) == (cast.qian, cast.at, "康安函〔2026〕7号")
    audited = AuditEntry.objects.get(verb="providers.change_account").facts
    assert (audited["bank_account_before"], audited["bank_account"]) == (before[2], NEW)


def test_the_same_account_again_changes_nothing(cast: Cast) -> None:
    assert change(cast) == change(cast, at=cast.at + timedelta(hours=1))
    assert AccountChange.objects.count() == AuditEntry.objects.filter(verb="providers.change_account").count() == 1


def test_changes_are_numbered_and_read_last_first(cast: Cast) -> None:
    first, old = change(cast), account(cast)
    second = change(cast, bank_account="6200000000000008888")
    assert (first.n, second.n) == (1, 2)
    assert second.bank_account_before == old[2] == NEW
    found = providers_read.account_changes(cast.feng, [cast.kangan.pk, cast.letter.pk])
    assert found == {cast.kangan.pk: [second, first], cast.letter.pk: []}
    assert providers_read.account_changes(cast.letter_user, [cast.kangan.pk]) == {cast.kangan.pk: []}


def test_the_account_of_the_admission_is_no_change(cast: Cast) -> None:
    name, bank, number = account(cast)
    with pytest.raises(AccountUnchanged, match="登记的就是这个账户"):
        change(cast, account_name=name, bank_name=bank, bank_account=number)
    assert not AccountChange.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"account_name": " "}, "户名、开户行和账号都要填写"),
        ({"bank_name": ""}, "户名、开户行和账号都要填写"),
        ({"bank_account": ""}, "户名、开户行和账号都要填写"),
        ({"bank_account": "1234567"}, "账号“1234567”不对"),
        ({"bank_account": "6200O00000000001"}, "对照企业来函"),
        ({"document": " "}, "依据文件要填写"),
    ],
)
def test_what_no_bank_could_pay_is_refused_and_nothing_moves(cast: Cast, wrong: dict[str, str], says: str) -> None:
    before = account(cast)
    with pytest.raises(Incomplete, match=says):
        change(cast, **wrong)
    assert account(cast) == before


def test_only_the_finance_office_of_the_programme_changes_it(cast: Cast) -> None:
    for by in (cast.feng, cast.head, cast.kangan_user, cast.auditor):
        with pytest.raises(NotAllowed, match="财务"):
            change(cast, by=by)
    next_door = access.invite_user(
        organisation=Neighbour(cast.at).agent.organisation,
        username="xigu-finance",
        display_name="西固财务",
        roles=[Role.FINANCE],
        password=None,
        on=cast.at.date(),
    )
    with pytest.raises(NotFound, match="没有找到这家企业"):
        change(cast, by=next_door)
    with pytest.raises(NotFound, match="没有找到这家企业"):
        change(cast, enterprise_id=new_id())


def test_nobody_rewrites_where_money_went(cast: Cast) -> None:
    row = change(cast)
    for forge in (lambda: AccountChange.objects.update(bank_account_before=NEW), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            forge()


@settings(deadline=None, max_examples=80)
@given(digits=st.text("0123456789", min_size=8, max_size=30), cuts=st.sets(st.integers(1, 29), max_size=4))
def test_a_number_is_read_whatever_spaces_it_is_written_with(digits: str, cuts: set[int]) -> None:
    written = "".join(f" {digit}" if n in cuts else digit for n, digit in enumerate(digits))
    assert rules.account(account_name="甲", bank_name="乙", bank_account=written)["bank_account"] == digits
