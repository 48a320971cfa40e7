"""From applicant to member: valid licences, a contract, and trained officers, or a sentence that says what lacks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import HOME
from tests.neighbour import Neighbour

from sangyu.access.queries import NotAllowed
from sangyu.kit.credit_code import check_character
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import (
    AlreadyAdmitted,
    ContractMissing,
    Incomplete,
    LicenceMissing,
    OfficersMissing,
    Paper,
    WrongStanding,
)
from sangyu.providers.models import Certificate, Enterprise, EnterpriseState, Standing
from sangyu.providers.rules import OwnWork

FIRST_17 = "91620102MA0000009"
CODE = FIRST_17 + check_character(FIRST_17)
TODAY = date(2026, 11, 9)
LICENCE = Paper("营业执照", "YY-9", date(2020, 1, 1), date(2028, 1, 1))
TRAINED = [
    Paper("安全员证", "AQ-9", date(2026, 1, 1), date(2027, 1, 1)),
    Paper("急救员证", "JJ-9", date(2026, 1, 1), date(2027, 1, 1)),
]


def apply(cast, **more):
    given = {
        "name": "和顺养老服务有限公司",
        "short_name": "和顺",
        "credit_code": CODE,
        "place": HOME,
        "capacity_per_day": 10,
        "phone": "09318100009",
        "bank_name": "兰州示例银行",
        "bank_account": "6200000000000000009",
        "licences": [LICENCE],
        "document": "申请表9号",
        "by": cast.other_agent,
        "at": cast.at,
        **more,
    }
    return providers.apply(**given)


def contract(cast, enterprise, **more):
    given = {
        "number": "城养合〔2026〕9号",
        "valid_from": date(2026, 11, 1),
        "valid_until": date(2027, 11, 1),
        "area_codes": ["620102001"],
        "item_ids": [cast.cleaning.pk],
        "by": cast.head,
        "at": cast.at,
        **more,
    }
    return providers.sign_contract(enterprise=enterprise, **given)


def officer(cast, enterprise, *, certificates=TRAINED, duties=("safety_officer", "first_aider")):
    return providers.take_on(
        enterprise=enterprise,
        by=cast.head,
        at=cast.at,
        name="安宁",
        sex="FEMALE",
        phone="13900000019",
        skills=["保洁"],
        place=HOME,
        certificates=certificates,
        duties=duties,
    )


def admit(cast, enterprise, **more):
    given = {"reason": "材料齐全", "document": "城民准〔2026〕9号", "by": cast.head, "at": cast.at, **more}
    return providers.admit_applicant(enterprise_id=enterprise.pk, **given)


def ready(cast):
    enterprise = apply(cast)
    contract(cast, enterprise)
    officer(cast, enterprise)
    return enterprise


@pytest.mark.proves("LZ-20")
def test_an_applicant_becomes_a_member_and_every_step_is_kept(cast):
    enterprise = ready(cast)
    assert enterprise.state == EnterpriseState.APPLICANT
    admit(cast, enterprise)
    enterprise.refresh_from_db()
    assert enterprise.state == EnterpriseState.ADMITTED
    rows = providers_read.standings(cast.head, enterprise)
    assert [(row.state, row.by, row.document) for row in rows] == [
        ("APPLICANT", cast.other_agent, "申请表9号"),
        ("ADMITTED", cast.head, "城民准〔2026〕9号"),
    ]


def test_applying_and_admitting_twice_have_no_second_effect(cast):
    enterprise = ready(cast)
    assert apply(cast) == enterprise
    assert admit(cast, enterprise) == admit(cast, enterprise, at=cast.at + timedelta(hours=1))
    assert Standing.objects.filter(enterprise=enterprise).count() == 2
    with pytest.raises(AlreadyAdmitted, match="请直接打开该企业"):
        apply(cast)


def test_every_kind_of_licence_must_hold_not_only_the_newest(cast):
    permit = Paper("家政服务登记证", "JZ-9", date(2020, 1, 1), TODAY)
    enterprise = apply(cast, licences=[LICENCE, permit])
    contract(cast, enterprise)
    officer(cast, enterprise)
    with pytest.raises(LicenceMissing, match="没有在2026-11-09有效的家政服务登记证"):
        admit(cast, enterprise)
    renewed = Paper(permit.kind, "JZ-10", TODAY, date(2031, 1, 1))
    providers.lodge_licence(enterprise=enterprise, paper=renewed, by=cast.head, at=cast.at)
    assert admit(cast, enterprise).state == EnterpriseState.ADMITTED


def test_without_a_contract_nobody_is_admitted(cast):
    enterprise = apply(cast)
    officer(cast, enterprise)
    contract(cast, enterprise, valid_from=date(2026, 12, 1))
    with pytest.raises(ContractMissing, match="先登记合同"):
        admit(cast, enterprise)


@pytest.mark.parametrize(
    ("certificates", "duties", "lacks"),
    [
        (TRAINED, (), "安全员、急救员"),
        (TRAINED[:1], ("safety_officer", "first_aider"), "急救员"),
        (TRAINED, ("first_aider",), "安全员"),
        ([Paper("安全员证", "AQ", date(2020, 1, 1), TODAY), TRAINED[1]], ("safety_officer", "first_aider"), "安全员"),
    ],
    ids=["nobody named", "named but not trained", "one duty empty", "training ran out today"],
)
@pytest.mark.proves("LZ-07")
def test_both_officers_must_be_named_and_trained(cast, certificates, duties, lacks):
    enterprise = apply(cast)
    contract(cast, enterprise)
    officer(cast, enterprise, certificates=certificates, duties=duties)
    with pytest.raises(OfficersMissing, match=f"没有持证的{lacks}，不能加盟.*登记岗位和有效证书"):
        admit(cast, enterprise)
    assert Enterprise.objects.get(pk=enterprise.pk).state == EnterpriseState.APPLICANT


@pytest.mark.proves("LZ-07")
def test_a_member_without_officers_is_an_exception_on_the_list(cast, django_assert_max_num_queries):
    assert providers_read.without_officers(cast.head, TODAY) == []
    Certificate.objects.update(valid_until=TODAY)
    with django_assert_max_num_queries(5):
        listed = dict(providers_read.without_officers(cast.head, TODAY))
    assert listed == {cast.kangan: ["安全员", "急救员"], cast.letter: ["安全员", "急救员"]}
    for n, paper in enumerate(TRAINED):
        providers.renew_certificate(worker_id=cast.zhao.pk, paper=paper, by=cast.kangan_user, at=cast.at)
        assert len(dict(providers_read.without_officers(cast.head, TODAY)).get(cast.kangan, [])) == 1 - n
    assert dict(providers_read.without_officers(cast.letter_user, TODAY)) == {cast.letter: ["安全员", "急救员"]}


def test_reason_and_document_are_asked_for(cast):
    enterprise = ready(cast)
    for wrong in ({"reason": " "}, {"document": ""}):
        with pytest.raises(Incomplete, match="原因和依据文件"):
            admit(cast, enterprise, **wrong)


def test_others_may_not(cast):
    enterprise = ready(cast)
    for by in (cast.wang, cast.ma, cast.kangan_user, cast.qian):
        with pytest.raises(NotAllowed, match="可办理的岗位"):
            admit(cast, enterprise, by=by)
        with pytest.raises(NotAllowed):
            apply(cast, by=by)
    with pytest.raises(NotFound):
        admit(cast, enterprise, by=Neighbour(cast.at).head)


def test_who_was_suspended_or_has_left_is_not_admitted_by_the_applicants_door(cast):
    providers.leave(enterprise_id=cast.letter.pk, reason="停业", document="函1号", by=cast.head, at=cast.at)
    with pytest.raises(WrongStanding, match="已退出"):
        admit(cast, cast.letter)


def test_whoever_entered_the_application_does_not_admit_it(cast):
    enterprise = ready(cast)
    with pytest.raises(OwnWork, match="另一位值班长或民政局"):
        admit(cast, enterprise, by=cast.other_agent)
    assert admit(cast, enterprise).by == cast.head
