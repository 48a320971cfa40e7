"""Every thing that may be applied for, in every city: from acceptance to what it brings, and refused with its sentence.

What is walked is the pack's own table: whichever step comes next is done by whoever the table names. A kind without a
line here fails, so that none is added that nobody has seen go through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Application, Award, State
from sangyu.applications.tests.town import GULOU, HULI, WUHAN, Town, city
from sangyu.policy.stages import SERVICE_CLASS
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read


@dataclass(frozen=True)
class Person:
    """Who applies: the age, what was recognised, and what is told at the window."""

    age: int
    held: tuple[str, ...] = ()
    declared: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One kind: to whom it is given with which words, and whom it is refused with which sentence."""

    kind: str
    given: Person
    because: str
    refused: Person
    sentence: str


HOURS = {"hours_matrix": {"dibao": {"mild": 10, "moderate": 30, "severe": 60}}, "hour_price_fen": 3000}
XINHUI = city("jiangmen-xinhui", "440705", "CANTEEN-BUDGET", offer="lunch")
CHENGGUAN = city("lanzhou-chengguan", "620102", "DISTRICT-SUBSIDY", offer="household")
QUJING = city("qujing", "530302", "CITY", offer="")
FUTIAN = city("shenzhen-futian", "440304", "DISTRICT-SUBSIDY", offer="lunch")
TAIYUAN = city("taiyuan", "140105", "PURCHASE-SUBSIDY", offer="household")
XIASHAN = city("weifang-xiashan", "370799", "DISTRICT", HOURS, offer="home_care")
RURAL = {"area_kind": "rural", "community_in_scope": True, "distance_m": 800}
NO_DEVICE = {"has_need": True, "count": 0}
HOME = {"mode": "home", "ability_level": "moderate"}

CITIES = [
    (
        GULOU,
        [
            Case("age-voucher", Person(82), "年满80周岁，全年服务券360元", Person(70), "没有80岁以上服务券"),
            Case(
                "needs-voucher",
                Person(70, ("dibao",)),
                "低保对象，每月服务券200元",
                Person(70, (), {"income_month_fen": 300_000}),
                "不是困难群体服务券的对象，没有月服务券",
            ),
            Case(
                "allowance",
                Person(92, (), {"has_work_unit": False}),
                "年满90周岁，无工作单位，每月高龄补贴200元",
                Person(92, (), {"has_work_unit": True}),
                "有工作单位，没有高龄补贴",
            ),
            Case(
                "bracelet",
                Person(70, ("dementia",)),
                "失智老人，配备定位手环",
                Person(70),
                "只给孤寡老人、失智老人配备",
            ),
        ],
    ),
    (
        HULI,
        [
            Case("service", Person(82), "户籍在湖里区，82周岁，是服务对象", Person(59), "不是服务对象"),
            Case(
                "respite",
                Person(85, ("severe_disability",), {"family_last_respite_on": None}),
                "本区户籍，85周岁，重度残疾，可以申请“喘息”服务",
                Person(70, ("severe_disability",), {"family_last_respite_on": None}),
                "不能申请“喘息”服务",
            ),
        ],
    ),
    (
        XINHUI,
        [
            Case(
                "free-meal",
                Person(75, ("dibao",), RURAL),
                "离长者食堂2公里以内、满70周岁的农村低保对象，免费用餐",
                Person(66, ("dibao",), RURAL),
                "农村低保对象满70周岁才免费",
            )
        ],
    ),
    (
        CHENGGUAN,
        [
            Case("phone", Person(70, ("needy",)), "困难老人，免费发放老年手机", Person(70), "没有认定为困难老人"),
            Case(
                "free-delivery",
                Person(70, ("severe_disability",)),
                "登记入院的重度残疾老人，免费送餐上门",
                Person(70),
                "不享受免费送餐上门",
            ),
        ],
    ),
    (
        QUJING,
        [Case("elder-table", Person(72), "满70周岁，可以在老年餐桌就餐", Person(65), "不能在老年餐桌就餐")],
    ),
    (
        FUTIAN,
        [
            Case(
                "call-device",
                Person(70, (), NO_DEVICE),
                "符合条件，免费安装1个服务呼叫设备",
                Person(70, (), {"has_need": True, "count": 1}),
                "已有1个免费的服务呼叫设备",
            )
        ],
    ),
    (
        TAIYUAN,
        [
            Case(
                "purchase",
                Person(70, ("lost_only_child",)),
                "70周岁的失独老年人，是政府购买服务的对象",
                Person(70),
                "不属于困难、“三无”、独居空巢、失独老年人",
            )
        ],
    ),
    (
        XIASHAN,
        [
            Case(
                "home-hours",
                Person(75, ("dibao",), HOME),
                "每月免费护理30小时",
                Person(75, ("dibao",), HOME | {"ability_level": "none"}),
                "没有认定为失能，没有免费时长",
            )
        ],
    ),
    (
        WUHAN,
        [
            Case("elder-card", Person(70), "70周岁，可以办理老年优待证", Person(60), "岁"),
            Case("allowance", Person(82), "82周岁，可以领取高龄津贴", Person(70), "还不能领取高龄津贴"),
            Case(
                "one-key",
                Person(70, (), {"has_need": True, "community_in_scope": True}),
                "可配发“一键通”",
                Person(70, (), {"has_need": False, "community_in_scope": True}),
                "没有登记需求",
            ),
            Case(
                "family-doctor", Person(70), "70周岁，列为家庭医生的签约对象", Person(60), "暂不列为家庭医生的签约对象"
            ),
        ],
    ),
]


def of(town: Town, serial: int, who: Person, kind: str) -> Application:
    """Take somebody's application."""
    born = date(town.at.year - who.age, 3, 5)
    elder = town.recognised(town.elder(f"钱{serial:03}", born, serial, [f"139000{serial:05}"]), *who.held)
    return town.applied(elder, kind=kind, declared=dict(who.declared))


def carried_to_the_end(town: Town, made: Application) -> Application:
    """Do whichever step is due, as the table of the city has them, until none is left."""
    for _ in applications_read.kind_of(made).steps:
        if made.state != State.OPEN:
            break
        if made.step == "CLASSIFY":
            applications.classify(
                application_id=made.pk, service_class="free", reason="低保户", by=town.clerk, at=town.at
            )
        elif made.step == "REVIEW":
            applications.review(
                application_id=made.pk,
                passed=True,
                minutes="两委〔2026〕12号",
                held_on=town.at.date(),
                attendees="罗敏、周正、何平",
                reason="同意",
                by=town.clerk,
                at=town.at,
            )
        elif made.step == "NOTICE":
            posting = applications.post(application_ids=[made.pk], by=town.clerk, at=town.at)
            town.at += timedelta(days=(posting.until_on - town.at.date()).days + 1)
            applications.end_notices(programme_id=town.programme.pk, by=town.clock, at=town.at)
        elif made.step == "APPROVE":
            applications.open_in_full(application_id=made.pk, by=town.second, at=town.at)
            applications.approve(application_id=made.pk, by=town.second, at=town.at)
        else:
            assert made.step == "CHOOSE", made.step
            return town.carried_out(made)
        made = town.again(made)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(("plan", "cases"), CITIES, ids=[plan.slug for plan, _ in CITIES])
def test_every_kind_of_the_city_comes_to_what_it_brings_or_is_refused_with_its_sentence(plan, cases, tmp_path):
    town = Town(tmp_path, plan)
    kinds = applications_read.kinds_on(town.programme.pk, town.at.date())
    assert {case.kind for case in cases} == set(kinds)
    for n, case in enumerate(cases):
        kind, refused = kinds[case.kind], of(town, 300 + n, case.refused, case.kind)
        if kind.effect == SERVICE_CLASS:
            refused = carried_to_the_end(town, refused)
        told = applications_read.reached(town.clerk, refused.pk).refused
        assert refused.state == State.REFUSED, (case.kind, refused.state)
        assert told is not None
        assert case.sentence in told.reason, case.kind

        made = carried_to_the_end(town, of(town, 400 + n, case.given, case.kind))
        assert made.state == State.DONE, (case.kind, made.state, made.step)
        award = Award.objects.get(application=made)
        assert case.because in award.decision["because"], case.kind
        held = applications_read.facts_about(made.elder, case.kind, {}, town.at.date())
        assert held.get(SERVICE_CLASS) == ("free" if kind.effect == SERVICE_CLASS else None)
        done = [row.step for row in applications_read.steps(made) if row.outcome == "PASSED"]
        assert done == [step.code.upper() for step in kind.steps], case.kind
        assert not Award.objects.filter(application=refused).exists()


@pytest.mark.proves("JM-08")
@pytest.mark.django_db
def test_a_free_meal_is_decided_with_its_ground_and_the_papers_it_stands_on(tmp_path):
    town = Town(tmp_path, XINHUI)
    elder = town.elder("钱有余", date(town.at.year - 75, 3, 5), 500, ["13900000500"])
    registry.recognise(
        elder=elder,
        code="dibao",
        evidence="低保证 0017号",
        valid_from=date(2026, 1, 1),
        by=town.clerk,
        at=town.at,
    )
    told = {"area_kind": "rural", "distance_m": 800}
    made = carried_to_the_end(town, town.applied(elder, kind="free-meal", declared=told))
    award = Award.objects.get(application=made)
    assert award.decision["ground"] == "rural_dibao_70"
    (matched,) = (row for row in applications_read.steps(made) if row.step == "MATCH")
    assert matched.facts["decision"] == award.decision
    evidence = {one["what"]: one["paper"] for one in matched.facts["evidence"]}
    used = award.decision["facts_used"]
    assert (used["distance_m"], used["identities"]) == (800, ["dibao"])
    assert evidence == {
        "低保": "低保证 0017号（2026-01-01起）",
        "出生日期": "居民身份证",
        "城乡": "受理时登记",
        "距离": "受理时登记",
    }
    # What ends afterwards changes nothing of what was decided.
    registry.end_recognition(
        identity_id=registry_read.identities_on(elder.pk, town.at.date())[0].pk,
        valid_until=town.at.date() + timedelta(days=1),
        reason="不再是低保",
        by=town.clerk,
        at=town.at,
    )
    assert [row.facts for row in applications_read.steps(made) if row.step == "MATCH"] == [matched.facts]
