from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import PARAMETERS

from sangyu.adoption import actions as adoption
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.actions import OtherAdopted
from sangyu.adoption.models import Adoption
from sangyu.adoption.queries import NothingAdopted
from sangyu.adoption.rules import OutOfBand
from sangyu.kit.ids import new_id
from sangyu.policy import BadPack, UnknownPack, load

DAY = timedelta(days=1)
PACK = "lanzhou-chengguan"


def adopt(cast, valid_from, *, programme_id=None, pack_id=PACK, share_pm=200):
    return adoption.adopt(
        programme_id=programme_id or cast.programme.pk,
        pack_id=pack_id,
        parameters={**PARAMETERS, "share_pm": share_pm},
        document="城民发〔2026〕9号",
        valid_from=valid_from,
        by_id=cast.head.pk,
        at=cast.at,
    )


def share_pm(cast, on):
    return adoption_read.in_force(cast.programme.pk, on).parameters["share_pm"]


def test_a_later_adoption_ends_the_one_before_on_its_first_day(cast):
    adopt(cast, date(2026, 12, 1), share_pm=300)
    assert share_pm(cast, date(2026, 11, 30)) == 200
    assert share_pm(cast, date(2026, 12, 1)) == 300
    assert share_pm(cast, date(2030, 1, 1)) == 300


def test_an_adoption_put_in_between_holds_until_the_next_one(cast):
    adopt(cast, date(2026, 12, 1), share_pm=300)
    adopt(cast, date(2026, 6, 1), share_pm=250)
    on = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [share_pm(cast, day) for day in on] == [200, 250, 250, 300]
    assert [found.parameters["share_pm"] for found in adoption_read.in_force_on(cast.programme.pk, on).values()] == [
        200,
        250,
        250,
        300,
    ]


def test_adopting_the_same_again_changes_nothing(cast):
    first = Adoption.objects.get()
    assert adopt(cast, first.valid_from) == first
    assert list(Adoption.objects.values_list("valid_from", "valid_until")) == [(first.valid_from, None)]


def test_other_figures_from_the_same_day_are_refused(cast):
    with pytest.raises(OtherAdopted, match=r"2026-01-01起已启用“兰州市城关区虚拟养老院”.*另选生效日期"):
        adopt(cast, date(2026, 1, 1), share_pm=999)
    assert share_pm(cast, date(2026, 11, 9)) == 200


def test_a_pack_that_nobody_wrote_is_refused(cast):
    with pytest.raises(UnknownPack, match="没有规则包 atlantis"):
        adopt(cast, date(2027, 1, 1), pack_id="atlantis")


def test_a_figure_outside_the_band_of_its_own_text_is_not_adopted(cast):
    steps = [{"from_m2": 0, "award_fen": 50_000_00}, {"from_m2": 300, "award_fen": 300_000_00}]
    wish = {"programme_id": new_id(), "pack_id": "fuzhou-gulou", "document": "鼓民〔2027〕1号"}
    wish |= {"valid_from": date(2027, 1, 1), "by_id": cast.head.pk, "at": cast.at}
    with pytest.raises(OutOfBand, match=r"第2档）：奖励300000元，不在5万元至20万元之内.*5万—20万元不等.*第4行"):
        adoption.adopt(parameters={"area_table": steps}, **wish)
    assert not Adoption.objects.filter(programme_id=wish["programme_id"]).exists()
    steps[1]["award_fen"] = 200_000_00
    assert adoption.adopt(parameters={"area_table": steps}, **wish).parameters == {"area_table": steps}


@pytest.mark.proves("HL-60")
def test_the_register_has_number_date_and_level_and_a_rule_that_cites_none_is_not_put_in_force(
    cast, tmp_path, monkeypatch
):
    pack = load("xiamen-huli")
    [district] = [one for one in pack.documents.values() if one.level == "district"]
    assert (district.number, district.issued_on) == ("厦湖府〔2017〕2号", date(2017, 1, 6))
    assert all(one.number and one.level for one in pack.documents.values())
    assert {rule.source.number for rule in pack.rules.values()} == {district.number}
    folder = shutil.copytree(pack.folder, tmp_path / "xiamen-huli")
    text = (folder / "pack.toml").read_text(encoding="utf-8")
    (folder / "pack.toml").write_text(text.replace('document = "huli-2017-2"\n', "", 1), encoding="utf-8")
    monkeypatch.setenv("SANGYU_PACKS", str(tmp_path))
    wish = {"programme_id": new_id(), "pack_id": "xiamen-huli", "parameters": {}, "document": "厦湖府〔2027〕1号"}
    with pytest.raises(BadPack, match="规则没有出处：要写明文件"):
        adoption.adopt(**wish, valid_from=date(2027, 1, 1), by_id=cast.head.pk, at=cast.at)
    assert not Adoption.objects.filter(programme_id=wish["programme_id"]).exists()


def test_before_the_first_adoption_nothing_is_decided(cast):
    with pytest.raises(NothingAdopted, match="2025-12-31没有生效的政策包，请先由民政局启用"):
        adoption_read.in_force(cast.programme.pk, date(2025, 12, 31))
    with pytest.raises(NothingAdopted):
        adoption_read.in_force_on(cast.programme.pk, [date(2026, 1, 1), date(2025, 12, 31)])


def test_what_one_programme_adopts_is_not_in_force_for_another(cast):
    with pytest.raises(NothingAdopted):
        adoption_read.in_force(new_id(), date(2026, 11, 9))


def test_a_rule_is_decided_by_the_figures_of_the_day_of_the_service(cast):
    adopt(cast, date(2026, 12, 1), share_pm=300)
    facts = {"total": 100}
    november = adoption_read.decide(cast.programme.pk, "spot-check", facts, date(2026, 11, 30))
    december = adoption_read.decide(cast.programme.pk, "spot-check", facts, date(2026, 12, 1))
    assert (november.value, december.value) == (20, 30)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts=st.lists(st.integers(0, 40), min_size=1, max_size=6, unique=True))
def test_in_whatever_order_packs_are_adopted_each_day_has_the_latest_that_began(cast, starts):
    programme_id, first = new_id(), date(2026, 1, 1)
    for start in starts:
        adopt(cast, first + start * DAY, programme_id=programme_id, share_pm=start)
    for day in range(42):
        begun = [start for start in starts if start <= day]
        if begun:
            found = adoption_read.in_force_on(programme_id, [first + day * DAY])[first + day * DAY]
            assert found.parameters["share_pm"] == max(begun)
            assert adoption_read.in_force(programme_id, first + day * DAY) == found
