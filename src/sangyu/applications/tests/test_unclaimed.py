"""Who is entitled and has not applied: the list is what asking everybody one by one would give, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.standing import standing

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import UNDER_WAY, Application, Award, State, Unclaimed, Waiver
from sangyu.applications.rules import DoesNotFit, gives
from sangyu.applications.tests.town import GULOU, WUHAN, Town
from sangyu.benefits import actions as benefits
from sangyu.kit.errors import NotFound
from sangyu.policy.vocabulary import facts
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder

AGES = (59, 60, 79, 80, 89, 90)
LACKING = {"huli": "家庭上次喘息服务申请日", "wuhan": "有登记的需求", "gulou": ""}
HELD = ((), ("severe_disability",), ("dibao",), ("service_class:free",))


def people(town: Town) -> list[Elder]:
    """Of every age with everything that may be recognised, some of whom stated what the register does not hold."""
    made, n = [], 100
    for age in AGES:
        for held in HELD:
            n += 1
            born = date(town.at.year - age, 11, 8 + n % 4)  # the birthday was, is, or is to come
            one = town.elder(f"钱{age}之{n}", born, n, [f"139000{n:05}"])
            made.append(town.recognised(one, *held))
            if n % 11 != 8:
                say(town, one, "family_last_respite_on", "2024-03-01" if n % 2 else "2026-03-01")
            if n % 2:
                say(town, one, "income_month_fen", 90_000 if n % 4 == 1 else 200_000)
    return made


def say(town: Town, elder: Elder, name: str, value: object) -> None:
    benefits.state(
        elder_id=elder.pk,
        name=name,
        value=value,
        evidence="本人说明",
        valid_from=date(2026, 1, 1),
        by=town.clerk,
        at=town.at,
        key=f"{elder.pk}-{name}",
    )


def one_by_one(town: Town) -> set[tuple[object, str, str]]:
    """Ask of everybody alone what may be applied for; it shares nothing with the survey but the question."""
    on, found = town.at.date(), set()
    for elder in Elder.objects.filter(programme=town.programme, died_on=None, merged_into=None):
        if not (elder.hukou_in_area or elder.lives_in_area):
            continue
        for kind in applications_read.kinds_on(town.programme.pk, on).values():
            if town.plan.pack == "fuzhou-gulou" and kind.code == "allowance":
                continue  # given month by month to everybody, without an application
            own = Application.objects.filter(elder=elder, kind=kind.code)
            if own.filter(state__in=(*UNDER_WAY, State.WITHDRAWN)).exists():
                continue
            if any(row.state == State.REFUSED and row.step == "" and refused_by_hand(row) for row in own):
                continue
            if Waiver.objects.filter(elder=elder, kind=kind.code).exists():
                continue
            if kind.code != "respite" and Award.objects.filter(elder=elder, kind=kind.code).exists():
                continue
            foreseen = applications_read.foresee(town.clerk, elder.pk, kind.code, on)
            if kind.code == "service" and "service_class" in foreseen.decision.facts_used | held(town, elder):
                continue
            decision = foreseen.decision
            if decision.outcome == "needs_fact":
                label = foreseen.rule.words.get(decision.missing) or facts()[decision.missing].label
                found.add((elder.pk, kind.code, label))
            elif decision.decided and gives(decision):
                found.add((elder.pk, kind.code, ""))
    return found


def refused_by_hand(row: Application) -> bool:
    return any(step.step == "APPROVE" and step.outcome == "FAILED" for step in applications_read.steps(row))


def held(town: Town, elder: Elder) -> dict[str, object]:
    return applications_read.facts_about(elder, "", {}, town.at.date())


def listed(town: Town) -> set[tuple[object, str, str]]:
    """What the survey keeps."""
    rows = Unclaimed.objects.filter(programme=town.programme)
    return set(rows.values_list("elder_id", "kind", "missing"))


@standing
def wuhan() -> Town:
    with TemporaryDirectory() as folder:
        return Town(Path(folder), WUHAN)


@standing
def gulou() -> Town:
    with TemporaryDirectory() as folder:
        return Town(Path(folder), GULOU)


def survey(town: Town) -> int:
    return applications.survey(programme_id=town.programme.pk, by=town.clock, at=town.at)


@pytest.mark.parametrize("city", ["huli", "wuhan", "gulou"])
def test_the_list_is_what_asking_everybody_one_by_one_gives(city, request):
    town = request.getfixturevalue(city)
    everybody = people(town)
    kind = {"huli": "service", "wuhan": "elder-card", "gulou": "age-voucher"}[city]
    (applied, back, gone, away, unwilling, refused), rest = everybody[8:14], everybody[14:]
    town.applied(applied, kind=kind)
    made = town.applied(back, kind=kind, key="2")
    if made.state == State.OPEN:
        applications.withdraw(application_id=made.pk, reason="老人不愿意", by=town.clerk, at=town.at)
    registry.record_death(elder_id=gone.pk, died_on=date(2026, 11, 1), by=town.clerk, at=town.at)
    Elder.objects.filter(pk=away.pk).update(hukou_in_area=False, lives_in_area=False)
    if city == "huli":
        of = town.noticed(elder=refused, service_class="low_paid", key="3")
        applications.refuse(application_id=of.pk, reason="另有住房", by=town.second, at=town.at)
        town.applied(rest[-2], kind="respite", declared={"family_last_respite_on": None})
    survey(town)
    applications.waive(elder_id=unwilling.pk, kind=kind, reason="子女照顾得很好", by=town.clerk, at=town.at)
    expected = one_by_one(town)
    assert listed(town) == expected
    assert {missing for _, _, missing in expected} >= {"", LACKING[city]}

    before = set(Unclaimed.objects.values_list("pk", flat=True))
    assert survey(town) == len(expected)
    assert set(Unclaimed.objects.values_list("pk", flat=True)) == before
    town.at += timedelta(days=400)
    survey(town)
    assert listed(town) == one_by_one(town) != expected


def test_a_survey_asks_as_many_questions_of_many_people_as_of_few(wuhan):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            survey(wuhan)
        return len(asked)

    survey(wuhan)
    few = statements()
    people(wuhan)
    survey(wuhan)
    assert statements() == few


def test_one_click_applies_and_the_registers_grant_through_the_same_steps(wuhan):
    survey(wuhan)
    line = applications_read.unclaimed(wuhan.clerk, kind="allowance", lacking=False).get()
    assert (line.elder, line.because) == (wuhan.li, "本市户籍，82周岁，可以领取高龄津贴")
    made = wuhan.applied(line.elder, kind=line.kind, channel="OFFERED")
    assert made.state == State.DONE
    assert [row.step for row in applications_read.steps(made)] == ["ACCEPT", "MATCH"]
    assert not applications_read.unclaimed(wuhan.clerk, kind="allowance", lacking=False).exists()
    survey(wuhan)
    assert not applications_read.unclaimed(wuhan.clerk, kind="allowance", lacking=False).exists()


def test_counts_pages_and_the_area_are_the_viewers_own(huli):
    people(huli)
    survey(huli)
    (respite, service) = applications_read.tallies(huli.clerk)
    assert (respite.survey.kind, service.survey.kind) == ("respite", "service")
    rows = applications_read.unclaimed(huli.clerk, kind="service", lacking=False)
    assert service.entitled == rows.count() > 14
    seen, after = [], None
    while page := list(applications_read.behind(rows, after)[:7]):
        seen, after = seen + page, page[-1].pk
    assert seen == list(rows)
    assert respite.missing == {"家庭上次喘息服务申请日": 1}
    assert respite.lacking == 1
    assert [name for name, _, _ in service.communities.values()] == ["示例社区"]

    assert applications_read.tallies(huli.ma)[0].entitled == 0  # an agent of the hotline sees nobody's list
    with pytest.raises(NotFound):
        applications_read.get_unclaimed(huli.ma, seen[0].pk)
    with pytest.raises(NotAllowed):
        applications.survey(programme_id=huli.programme.pk, by=huli.clerk, at=huli.at)


def test_who_is_not_willing_is_not_asked_again_and_may_still_apply(huli):
    survey(huli)
    for _ in range(2):
        applications.waive(elder_id=huli.li.pk, kind="service", reason="女儿同住", by=huli.clerk, at=huli.at)
    survey(huli)
    assert not Unclaimed.objects.filter(elder=huli.li, kind="service").exists()
    assert AuditEntry.objects.filter(verb="applications.waive").count() == 1
    assert huli.applied().state == State.OPEN
    with pytest.raises(DoesNotFit, match="不在这一项的应享未享名单上"):
        applications.waive(elder_id=huli.grandpa.pk, kind="respite", reason="不需要", by=huli.clerk, at=huli.at)


def test_the_list_is_handed_out_with_a_reason_that_is_kept(huli, tmp_path):
    survey(huli)
    sheet = tmp_path / "list.xlsx"
    asked = {"kind": "service", "lacking": False, "area_code": "", "path": sheet, "by": huli.clerk, "at": huli.at}
    with pytest.raises(access.ReasonMissing):
        applications.hand_out(reason="看", **asked)
    assert applications.hand_out(reason="上门告知", **asked) == 2
    with ZipFile(sheet) as book:
        written = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "李秀兰" in written
    assert "上门告知" in written
    assert AuditEntry.objects.get(verb="applications.hand_out").facts["lines"] == 2
