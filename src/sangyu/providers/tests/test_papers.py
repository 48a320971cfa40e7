"""Papers end: a renewed one is a new row, the old one stays, and what runs out is told in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers import rules
from sangyu.providers.actions import Incomplete, Paper
from sangyu.providers.models import Certificate, Contract

TODAY = date(2026, 11, 9)


def lodge(cast, kind, valid_until, *, number="1", valid_from=date(2020, 1, 1), by=None):
    return providers.lodge_licence(
        enterprise=cast.kangan,
        paper=Paper(kind, number, valid_from, valid_until),
        by=by or cast.head,
        at=cast.at,
    )


def told(cast, viewer=None, **more):
    rows = providers_read.expiring(viewer or cast.head, TODAY, **more)
    return [(row.enterprise.short_name, row.worker and row.worker.name, row.kind, row.days_left) for row in rows]


def test_what_ran_out_or_soon_will_is_told_nearest_first(cast):
    Contract.objects.filter(enterprise__in=[cast.kangan, cast.letter]).update(valid_until=date(2028, 1, 1))
    lodge(cast, "食品经营许可证", TODAY - timedelta(days=3))
    lodge(cast, "家政服务登记证", TODAY + timedelta(days=60))
    lodge(cast, "养老服务备案证", TODAY + timedelta(days=61))
    Contract.objects.filter(enterprise=cast.letter).update(valid_until=TODAY + timedelta(days=30))
    Certificate.objects.filter(worker=cast.zhao, kind="养老护理员证").update(valid_until=TODAY)
    expected = [
        ("康安", None, "食品经营许可证", -3),
        ("康安", "赵勤", "养老护理员证", 0),
        ("乐泰", None, "合同", 30),
        ("康安", None, "家政服务登记证", 60),
    ]
    assert told(cast) == expected
    assert told(cast, days=10) == expected[:2]
    assert told(cast, cast.letter_user) == [expected[2]]
    assert told(cast, cast.zhao_user) == [("康安", None, "食品经营许可证", -3), *expected[1:2], expected[3]]
    assert told(cast, cast.clerk) == []


def test_what_was_renewed_is_told_no_more_and_the_old_paper_stays(cast):
    old = lodge(cast, "家政服务登记证", TODAY + timedelta(days=5))
    renewed = lodge(cast, old.kind, date(2029, 1, 1), number="2", valid_from=old.valid_until)
    assert ("康安", None, "家政服务登记证", 5) not in told(cast)
    assert [row for row in providers_read.licences(cast.kangan_user, cast.kangan) if row.kind == old.kind] == [
        renewed,
        old,
    ]


def test_the_same_paper_twice_is_one_row(cast):
    assert lodge(cast, "家政服务登记证", date(2027, 1, 1)) == lodge(cast, "家政服务登记证", date(2027, 1, 1))
    paper = Paper("健康证", "JK-1", date(2026, 1, 1), date(2027, 1, 1))
    for _ in range(2):
        providers.renew_certificate(worker_id=cast.zhao.pk, paper=paper, by=cast.kangan_user, at=cast.at)
    assert Certificate.objects.filter(worker=cast.zhao, kind="健康证").count() == 1
    assert [row.kind for row in providers_read.certificates(cast.kangan_user, [cast.zhao])[cast.zhao.pk]] == [
        "健康证",
        "养老护理员证",
        "安全员证",
        "急救员证",
    ]


def test_a_paper_that_cannot_be_is_refused(cast):
    for wrong in ({"kind": " "}, {"number": ""}, {"valid_until": date(2020, 1, 1)}):
        with pytest.raises(Incomplete):
            lodge(cast, **{"kind": "食品经营许可证", "valid_until": date(2027, 1, 1), **wrong})


def test_another_enterprises_file_is_not_ones_own(cast):
    for nobody in (cast.kangan_user, cast.letter_user, cast.zhao_user, cast.wang):
        with pytest.raises(NotAllowed):
            lodge(cast, "食品经营许可证", date(2027, 1, 1), by=nobody)
    paper = Paper("健康证", "JK-1", date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(NotFound, match="离职"):
        providers.renew_certificate(worker_id=cast.zhao.pk, paper=paper, by=cast.letter_user, at=cast.at)
    assert providers_read.licences(cast.letter_user, cast.kangan) == []


def test_a_contract_tells_what_it_covers(cast):
    [terms] = providers_read.contracts(cast.wang, cast.kangan)
    assert (terms.areas, terms.items) == (("酒泉路街道", "张掖路街道"), ("室内保洁", "助浴"))
    assert providers_read.contract_on(cast.kangan, TODAY) == terms.contract
    assert providers_read.contract_on(cast.kangan, date(2027, 1, 1)) is None


REGISTER = {"SP-1": rules.Told("SP-1", date(2027, 3, 5)), "SP-2": rules.Told("sp-2", date(2026, 12, 31))}


@pytest.mark.proves("JM-34")
@pytest.mark.parametrize(
    ("number", "asked", "result"),
    [
        ("SP-1", "SP-1", "AGREES"),
        ("SP-2", "SP-2", "DIFFERS"),
        ("SP-1", "SP-2", "DIFFERS"),
        ("SP-3", "SP-3", "NOT_FOUND"),
    ],
)
def test_a_food_licence_is_kept_with_number_and_end_and_compared_with_the_authoritys_register(
    cast, number, asked, result
):
    kept = lodge(cast, "食品经营许可证", date(2027, 3, 6), number=number)
    assert (kept.number, kept.valid_until) == (number, date(2027, 3, 6))
    check = providers.check_licence(
        licence_id=kept.pk, told=REGISTER.get(asked), source="市场监管局公示系统", by=cast.head, at=cast.at
    )
    assert check.result == result
    assert providers_read.licence_checks(cast.kangan_user, cast.kangan) == {kept.pk: check}
    assert providers_read.licence_checks(cast.letter_user, cast.kangan) == {}


def test_a_later_answer_of_the_register_counts_and_only_who_admits_asks_it(cast):
    kept = lodge(cast, "食品经营许可证", date(2027, 3, 6), number="SP-1")
    for told in (None, REGISTER["SP-1"], REGISTER["SP-1"]):
        last = providers.check_licence(licence_id=kept.pk, told=told, source="公示系统", by=cast.head, at=cast.at)
    assert providers_read.licence_checks(cast.head, cast.kangan)[kept.pk].result == "AGREES"
    assert last.n == 2  # the same answer of the same day is written down once
    with pytest.raises(NotAllowed):
        providers.check_licence(licence_id=kept.pk, told=None, source="公示系统", by=cast.kangan_user, at=cast.at)


def test_the_list_costs_the_same_for_two_enterprises_and_for_five(cast, django_assert_max_num_queries):
    for n in range(3, 6):
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n, licence_until=TODAY + timedelta(days=1))
    with django_assert_max_num_queries(6):
        assert len([row for row in providers_read.expiring(cast.head, TODAY) if row.kind == "营业执照"]) == 3


kinds = st.sampled_from(["营业执照", "家政服务登记证", "食品经营许可证"])
days = st.dates(date(2026, 10, 1), date(2026, 12, 31))


@settings(deadline=None, max_examples=80)
@given(papers=st.lists(st.tuples(kinds, days, days)), on=days)
def test_every_kind_is_judged_by_its_own_longest_paper(papers, on):
    held = rules.held_until(papers, on=on)
    begun = [paper for paper in papers if paper[1] <= on]
    assert set(held) == {kind for kind, _, _ in begun}
    lapsed = rules.first_lapsed(held, on=on)
    assert (lapsed is None) == all(any(k == kind and until > on for k, _, until in begun) for kind in held)
    assert rules.held_until(reversed(papers), on=on) == held
