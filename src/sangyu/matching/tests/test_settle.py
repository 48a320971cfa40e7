"""What differs is settled once: done, done elsewhere, or kept; and a death stops what looks at it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.neighbour import Neighbour

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.matching import actions as matching
from sangyu.matching import queries as matching_read
from sangyu.matching.models import DeathReport, Difference, Outcome
from sangyu.matching.rules import DayMissing, NotToBeActedOn, ReasonMissing, Settled
from sangyu.matching.tests.conftest import GRANDPA, LI, text
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import DiedBefore

DEATH = "姓名,身份证号,死亡日期"
DIBAO = "姓名,身份证号码,救助类别"
HUKOU = "姓名,身份证号码,出生日期,户籍地区划代码"


@pytest.fixture
def differing(cast, hand_in):
    """Compare a file and return what differs, by elder and kind."""

    def go(register, head, *rows):
        batch = hand_in(register, text(head, rows))
        matching.compare(batch_id=batch.pk, by=cast.head, at=cast.at, reason="已核对")
        return list(matching_read.differences(cast.head).filter(batch=batch).order_by("elder__name", "kind"))

    return go


def settle(cast, row, outcome="APPLIED", *, by=None, reason=""):
    return matching.settle(difference_id=row.pk, outcome=outcome, reason=reason, by=by or cast.clerk, at=cast.at)


def test_a_death_is_recorded_and_settled_once(cast, differing):
    (row,) = differing("death", DEATH, f"李秀兰,{LI},2026-10-03")
    first = settle(cast, row)
    assert settle(cast, row) == first
    cast.li.refresh_from_db()
    assert cast.li.died_on == date(2026, 10, 3)
    assert matching_read.open_about(cast.clerk, cast.li.pk) == []
    with pytest.raises(Settled, match="已由罗敏办过：已照办"):
        settle(cast, row, "KEPT", reason="同名的另一个人")
    assert AuditEntry.objects.filter(verb="matching.settle").count() == 1


def test_a_roster_s_word_becomes_a_recognition_and_its_end(cast, differing):
    registry.recognise(
        elder=cast.grandpa,
        code="dibao",
        evidence="低保证 0017号",
        valid_from=date(2025, 1, 1),
        by=cast.clerk,
        at=cast.at,
    )
    gained, lost = differing("dibao", DIBAO, f"李秀兰,{LI},特困")
    settle(cast, gained)
    settle(cast, lost)
    held = {row.code: row for row in registry_read.identities_on(cast.li.pk, date(2026, 10, 1))}
    assert held["extreme_poor"].evidence == "低保和特困名册2026-10"
    assert [row.code for row in registry_read.identities_on(cast.grandpa.pk, date(2026, 9, 30))] == ["dibao"]
    assert registry_read.identities_on(cast.grandpa.pk, date(2026, 10, 1)) == []


@pytest.mark.proves("JM-35")
@pytest.mark.parametrize(
    ("register", "head", "category", "code", "title"),
    [
        ("dibao", "救助类别,批准日期", "农村低保", "dibao", "低保和特困"),
        ("five_guarantee", "供养类别,起始日期", "散居五保", "five_guarantee_scattered", "五保和三无"),
        ("five_guarantee", "供养类别,起始日期", "集中供养五保", "five_guarantee_central", "五保和三无"),
        ("five_guarantee", "供养类别,起始日期", "三无", "three_no", "五保和三无"),
        ("disability", "残疾等级,发证日期", "二级", "severe_disability", "持证残疾人"),
    ],
)
def test_the_registers_of_the_poor_and_the_disabled_come_in_with_source_and_date(
    cast, differing, register, head, category, code, title
):
    (gained,) = differing(register, f"姓名,身份证号码,{head}", f"李秀兰,{LI},{category},2026-10-15")
    settle(cast, gained)
    (held,) = (row for row in registry_read.identities_on(cast.li.pk, date(2026, 10, 15)) if row.code == code)
    assert (held.code, held.source, held.evidence) == (code, "REGISTER", f"{title}名册2026-10")
    assert (held.valid_from, held.recorded_by) == (date(2026, 10, 15), cast.clerk)
    assert code not in {row.code for row in registry_read.identities_on(cast.li.pk, date(2026, 10, 14))}


def test_what_has_to_be_found_out_is_not_simply_done(cast, differing):
    (row,) = differing("death", DEATH, f"李秀英,{LI},2026-10-03")
    with pytest.raises(NotToBeActedOn, match="先核实"):
        settle(cast, row)
    with pytest.raises(NotToBeActedOn, match="不能一起办"):
        matching.settle_plain(difference_ids=[row.pk], by=cast.clerk, at=cast.at)
    with pytest.raises(ReasonMissing, match="核实的情况"):
        settle(cast, row, "KEPT")
    assert settle(cast, row, "KEPT", reason="同号是录入错误").kind == "KEPT"


def test_plain_ones_are_done_together_all_or_none(cast, differing):
    rows = differing("death", DEATH, f"李秀兰,{LI},2026-10-03", f"王德厚,{GRANDPA},1900-10-04")
    ids = [row.pk for row in rows]
    with pytest.raises(DiedBefore):
        matching.settle_plain(difference_ids=ids, by=cast.head, at=cast.at)
    assert not Outcome.objects.exists()
    cast.li.refresh_from_db()
    assert cast.li.died_on is None
    li = next(row.pk for row in rows if row.elder_id == cast.li.pk)
    assert len(matching.settle_plain(difference_ids=[li, li], by=cast.head, at=cast.at)) == 1


def test_others_neither_see_nor_settle(cast, differing):
    (row,) = differing("death", DEATH, f"李秀兰,{LI},2026-10-03")
    with pytest.raises(NotAllowed):
        settle(cast, row, by=cast.ma)
    with pytest.raises(NotFound):
        settle(cast, row, by=Neighbour(cast.at).clerk)
    assert not matching_read.differences(cast.ma)
    assert [one.open for one in matching_read.counts(Difference.objects.all())] == [1]


def test_one_call_of_the_family_records_the_death_once(cast):
    for _ in range(2):
        matching.report_death(
            elder_id=cast.li.pk,
            died_on=date(2026, 11, 8),
            told_by="李建国",
            relation="儿子",
            by=cast.ma,
            at=cast.at,
        )
    (report,) = matching_read.death_reports(cast.ma, cast.li.pk)
    assert (report.told_by, report.died_on, DeathReport.objects.count()) == ("李建国", date(2026, 11, 8), 1)
    assert registry_read.get_elder(cast.ma, cast.li.pk).died_on == date(2026, 11, 8)


@pytest.mark.parametrize("who", ["kangan_user", "wang", "auditor"])
def test_a_death_is_told_to_the_hotline_or_the_community(cast, who):
    with pytest.raises(NotAllowed):
        matching.report_death(
            elder_id=cast.li.pk,
            died_on=date(2026, 11, 8),
            told_by="李建国",
            relation="儿子",
            by=getattr(cast, who),
            at=cast.at,
        )


def test_a_birth_is_put_right_on_the_paper_that_was_seen(cast, differing):
    rows = differing("hukou", HUKOU, f"李秀兰,{LI},1946-03-05,620102001", f"王德厚,{GRANDPA},1956-08-20,620102001")
    (row,) = [one for one in rows if one.kind == "BIRTH"]
    assert (row.act, row.plain) == ("CORRECT_BIRTH", False)
    with pytest.raises(ReasonMissing, match="看过户口簿"):
        settle(cast, row)
    first = settle(cast, row, reason="户口簿第2页")
    assert settle(cast, row) == first, "a repeat has no second effect"
    cast.li.refresh_from_db()
    assert cast.li.birth_on == date(1946, 3, 5)
    told = AuditEntry.objects.get(verb="registry.correct_birth").facts
    assert told["evidence"] == "户籍人口名册2026-10；户口簿第2页"


def test_a_hukou_is_changed_from_its_day_on_and_before_it_stays_as_it_was(cast, differing):
    rows = differing("hukou", HUKOU, f"李秀兰,{LI},1944-03-05,620104", f"王德厚,{GRANDPA},1956-08-20,620102001")
    (row,) = [one for one in rows if one.kind == "HUKOU" and one.elder_id == cast.li.pk]
    assert row.act == "CHANGE_HUKOU"
    act = {"difference_id": row.pk, "outcome": "APPLIED", "by": cast.clerk, "at": cast.at, "reason": "看过迁移证"}
    with pytest.raises(DayMissing, match="哪天"):
        matching.settle(**act)
    matching.settle(**act, changed_on=date(2026, 10, 12), place="兰州市西固区")
    cast.li.refresh_from_db()
    assert (cast.li.hukou_in_area, cast.li.hukou_place, cast.li.lives_in_area) == (False, "兰州市西固区", True)
    facts = [registry_read.facts(cast.li, day)["hukou_in_area"] for day in (date(2026, 10, 11), date(2026, 10, 12))]
    assert facts == [True, False]
