from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from tests.cast import HOME, Cast
from tests.neighbour import Neighbour
from tests.race import race, won_and_refused

from sangyu.access.models import AuditEntry, Organisation
from sangyu.access.queries import NotAllowed
from sangyu.kit.credit_code import BadCreditCode, check_character
from sangyu.kit.errors import NotFound
from sangyu.kit.phone import BadPhone
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import AlreadyAdmitted, Incomplete, LicenceMissing, Paper
from sangyu.providers.models import Contract, ContractArea, ContractItem, Enterprise, Licence

TODAY = date(2026, 11, 9)


def code(serial=9):
    first_17 = f"91620102MA000000{serial}"
    return first_17 + check_character(first_17)


def licence(valid_from=date(2020, 1, 1), valid_until=date(2028, 1, 1)):
    return Paper("营业执照", "YY-9", valid_from, valid_until)


def admit(cast, *, by=None, **other):
    given = {
        "name": "和顺养老服务有限公司",
        "short_name": "和顺",
        "credit_code": code(),
        "place": HOME,
        "capacity_per_day": 10,
        "phone": "0931-8100009",
        "bank_name": "兰州示例银行",
        "bank_account": "6200000000000000009",
        "licences": [licence()],
        "contract_number": "城养合〔2026〕9号",
        "contract_from": date(2026, 1, 1),
        "contract_until": date(2027, 1, 1),
        "area_codes": ["620102001"],
        "item_ids": [cast.cleaning.pk],
        **other,
    }
    return providers.admit(by=by or cast.head, at=cast.at, on=TODAY, **given)


def test_an_enterprise_comes_in_with_its_papers_and_its_contract(cast):
    enterprise = admit(cast)
    assert (enterprise.name, enterprise.state, enterprise.phone) == ("和顺养老服务有限公司", "ADMITTED", "09318100009")
    assert enterprise.account_name == enterprise.name
    assert Licence.objects.get(enterprise=enterprise).number == "YY-9"
    contract = Contract.objects.get(enterprise=enterprise)
    assert ContractArea.objects.get(contract=contract).area_id == "620102001"
    assert ContractItem.objects.get(contract=contract).item == cast.cleaning
    assert AuditEntry.objects.get(object_id=enterprise.pk, verb="providers.admit").by == cast.head


def test_the_same_code_again_is_refused_and_leaves_nothing(cast):
    admit(cast)
    before = (Enterprise.objects.count(), Organisation.objects.count())
    with pytest.raises(AlreadyAdmitted, match="已经加盟，请直接打开该企业"):
        admit(cast, name="和顺养老服务二公司")
    assert (Enterprise.objects.count(), Organisation.objects.count()) == before


def test_the_same_name_under_another_code_is_refused(cast):
    with pytest.raises(AlreadyAdmitted, match="已有名为“康安居家服务有限公司”的加盟企业"):
        admit(cast, name="康安居家服务有限公司")


@pytest.mark.parametrize(
    "licences",
    [[], [licence(valid_until=TODAY)], [licence(valid_from=date(2026, 11, 10))]],
    ids=["none", "expired today", "not yet valid"],
)
def test_without_a_licence_that_holds_today_nobody_comes_in(cast, licences):
    with pytest.raises(LicenceMissing, match=r"没有在2026-11-09有效的营业执照.*补交有效证照"):
        admit(cast, licences=licences)


def test_one_of_several_licences_is_enough(cast):
    assert admit(cast, licences=[licence(valid_until=TODAY), licence()]).state == "ADMITTED"


def test_a_wrong_credit_code_is_refused(cast):
    with pytest.raises(BadCreditCode, match="校验位不符"):
        admit(cast, credit_code=code()[:-1] + ("0" if code()[-1] != "0" else "1"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": " "}, "企业名称"),
        ({"capacity_per_day": 0}, "每日接单数"),
        ({"bank_account": ""}, "收款账号"),
        ({"contract_until": date(2026, 1, 1)}, "合同终止日期2026-01-01不晚于起始日期"),
    ],
)
def test_what_cannot_be_is_refused(cast, wrong, why):
    with pytest.raises(Incomplete, match=why):
        admit(cast, **wrong)


def test_a_wrong_telephone_is_refused(cast):
    with pytest.raises(BadPhone):
        admit(cast, phone="8100009")


def test_items_and_areas_of_others_cannot_be_contracted(cast):
    neighbour = Neighbour(cast.at)
    with pytest.raises(NotFound, match="目录以外的服务项目"):
        admit(cast, item_ids=[cast.cleaning.pk, neighbour.item.pk])
    for area in ("620104001", "999"):
        with pytest.raises(NotFound, match="本区以外的街道"):
            admit(cast, area_codes=["620102001", area])


def test_others_may_not_admit(cast):
    for by in (cast.ma, cast.qian, cast.clerk, cast.kangan_user):
        with pytest.raises(NotAllowed, match="可办理的岗位"):
            admit(cast, by=by)


def test_an_enterprise_sees_itself_and_no_other(cast):
    neighbour = Neighbour(cast.at)
    assert list(providers_read.enterprises(cast.kangan_user)) == [cast.kangan]
    assert providers_read.own_enterprise(cast.kangan_user) == cast.kangan
    assert set(providers_read.enterprises(cast.ma)) == {cast.kangan, cast.letter}
    assert not providers_read.enterprises(cast.clerk).exists()
    for viewer, enterprise in [(cast.kangan_user, cast.letter), (neighbour.head, cast.kangan)]:
        with pytest.raises(NotFound, match="没有找到这家企业"):
            providers_read.get_enterprise(viewer, enterprise.pk)
    with pytest.raises(NotFound, match="不属于任何加盟企业"):
        providers_read.own_enterprise(cast.ma)


@pytest.mark.django_db(transaction=True)
def test_two_desks_admitting_one_enterprise_at_once_make_one():
    cast = Cast()
    won, refused = won_and_refused(race(*[partial(admit, cast)] * 2))
    assert len(won) == 1
    assert [type(refusal) for refusal in refused] == [AlreadyAdmitted]
    assert Enterprise.objects.filter(credit_code=code()).count() == 1
