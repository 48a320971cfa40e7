"""What is news, who hears it, when, and in which words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.portals.texting import rules
from sangyu.portals.texting.compose import templates
from sangyu.portals.texting.rules import BEIJING, ELDER, FAMILY, LENGTH_MAX, Facts, Number

TEN = datetime(2026, 11, 10, 10, 0, tzinfo=BEIJING)
STAGES = ["PLACED", "SENT", "ACCEPTED", "ASSIGNED", "IN_SERVICE", "SERVED", "CANCELLED"]


def facts(stage: str = "PLACED", enterprise: str = "", worker: str = "", at: datetime = TEN, **more) -> Facts:
    named = {"enterprise": enterprise, "worker": worker, "worker_id": worker, **more}
    return Facts(
        **{
            "stage": stage,
            "item": "室内保洁",
            "wanted_from": at,
            "wanted_until": at + timedelta(hours=2),
            "price_fen": 8000,
            "elder_fen": 1600,
            **named,
        }
    )


def heard(*course: Facts) -> list[str | None]:
    """Tell a household what happens to its order, step by step, and return what it hears."""
    told, codes = None, []
    for now in course:
        code = rules.news(told, now)
        codes.append(code)
        if code is not None:
            told = rules.told_of(code, now)
    return codes


def test_every_step_of_an_ordinary_order_is_news_once():
    steps = [
        facts("PLACED"),
        facts("SENT"),
        facts("ACCEPTED", "康安"),
        facts("ASSIGNED", "康安", "赵勤"),
        facts("ASSIGNED", "康安", "赵勤"),
        facts("IN_SERVICE", "康安", "赵勤"),
        facts("SERVED", "康安", "赵勤"),
    ]
    assert heard(*steps) == ["taken", None, "accepted", "assigned", None, "arrived", "served"]


def test_an_enterprise_that_gives_an_order_back_is_no_news_until_one_was_named():
    assert heard(facts(), facts("SENT"), facts("PLACED"), facts("SENT")) == ["taken", None, None, None]
    back = heard(facts("ACCEPTED", "康安"), facts("PLACED"), facts("SENT"), facts("ACCEPTED", "乐泰"))
    assert back == ["accepted", "rearranging", None, "accepted"]
    assert heard(facts("ASSIGNED", "康安", "赵勤"), facts("ACCEPTED", "乐泰")) == ["assigned", "accepted"]


def test_another_worker_or_another_time_is_news():
    assert heard(facts("ASSIGNED", "康安", "赵勤"), facts("ASSIGNED", "康安", "宋梅")) == ["assigned", "worker_changed"]
    later = TEN + timedelta(days=1)
    moved = [facts("ASSIGNED", "康安", "赵勤"), facts("ASSIGNED", "康安", "赵勤", later)]
    assert heard(*moved, moved[-1]) == ["assigned", "rescheduled", None]


def test_a_household_that_missed_the_steps_hears_where_things_stand():
    assert heard(facts("ASSIGNED", "康安", "赵勤")) == ["assigned"]
    assert heard(facts("CANCELLED"), facts("CANCELLED")) == ["cancelled", None]


COURSE = st.lists(
    st.builds(
        facts,
        st.sampled_from(STAGES),
        st.sampled_from(["", "康安", "乐泰"]),
        st.sampled_from(["", "赵勤", "宋梅"]),
        st.sampled_from([TEN, TEN + timedelta(days=1)]),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=150)
@given(COURSE)
def test_the_same_state_is_never_news_twice(course):
    doubled = [now for now in course for _ in range(2)]
    assert heard(*doubled)[1::2] == [None] * len(course)


@pytest.mark.parametrize(
    ("numbers", "chosen"),
    [
        ([("本人", "13900000001"), ("女儿", "13900000009")], {ELDER: "13900000001", FAMILY: "13900000009"}),
        ([("本人", "09318000001"), ("本人", "13900000001")], {ELDER: "13900000001"}),
        (
            [("本人", "09318000001"), ("儿子", "09318000002"), ("女儿", "13900000009")],
            {ELDER: "", FAMILY: "13900000009"},
        ),
        ([("本人", "13900000001"), ("老伴", "13900000001")], {ELDER: "13900000001"}),
        ([("本人", "09318000001")], {ELDER: ""}),
        ([], {ELDER: ""}),
    ],
    ids=["both", "second number", "family only", "one telephone", "landline", "none"],
)
def test_the_first_mobile_of_the_elder_and_of_the_family_are_chosen(numbers, chosen):
    assert rules.recipients(Number(*number) for number in numbers) == chosen


def test_without_any_mobile_somebody_rings_about_what_matters_at_the_door_only():
    assert rules.addressees("assigned", {ELDER: ""}, templates()) == {ELDER: ""}
    assert rules.addressees("assigned", {ELDER: "", FAMILY: "13900000009"}, templates()) == {FAMILY: "13900000009"}
    assert rules.addressees("taken", {ELDER: ""}, templates()) == {}
    assert rules.addressees("arrived", {ELDER: "13900000001"}, templates()) == {}, "the elder is at home"


@pytest.mark.parametrize(
    ("died_on", "hears"),
    [(None, True), (date(2026, 11, 11), True), (date(2026, 11, 10), False), (date(2020, 1, 1), False)],
)
def test_nobody_is_texted_about_the_dead(died_on, hears):
    assert rules.may_hear(died_on=died_on, on=date(2026, 11, 10)) is hears


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+08:00")


@pytest.mark.parametrize(
    ("code", "at", "wanted", "rings"),
    [
        ("taken", "09T20:59", "10T10:00", "09T20:59"),
        ("taken", "09T21:00", "10T10:00", "10T08:00"),
        ("taken", "10T07:59", "10T10:00", "10T08:00"),
        ("taken", "10T08:00", "10T10:00", "10T08:00"),
        ("cancelled", "10T06:00", "10T10:00", "10T06:00"),
        ("cancelled", "09T22:00", "10T10:00", "09T22:00"),
        ("cancelled", "10T06:00", "10T14:00", "10T08:00"),
        ("cancelled", "09T22:00", "11T10:00", "10T08:00"),
    ],
)
def test_the_night_is_quiet_except_for_a_visit_of_the_morning_that_will_not_come(code, at, wanted, rings):
    assert rules.not_before(code=code, at=clock(at), wanted_from=clock(wanted)) == clock(rings)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 7 * 24 * 60), st.sampled_from(["taken", "assigned", "served", "rescheduled"]))
def test_nothing_but_a_cancellation_rings_at_night(minutes, code):
    at = TEN + timedelta(minutes=minutes)
    rings = rules.not_before(code=code, at=at, wanted_from=at + timedelta(hours=3)).astimezone(BEIJING)
    assert rules.QUIET_UNTIL <= rings.time() < rules.QUIET_FROM
    assert timedelta() <= rings - at <= timedelta(hours=11)


def test_there_are_words_for_every_piece_of_news():
    codes = {"taken", "accepted", "assigned", "worker_changed", "rearranging", "rescheduled", "served", "cancelled"}
    assert set(templates()) == {(code, to) for code in codes for to in (ELDER, FAMILY)} | {("arrived", FAMILY)}


def say(code: str, to: str = ELDER, now: Facts | None = None, elder: str = "李秀兰", **more) -> str:
    who = {"programme": "城关区虚拟养老院", "hotline": "965885", **more}
    return rules.words(template=templates()[code, to], now=now or facts("ASSIGNED", "康安", "赵勤"), elder=elder, **who)


def test_a_text_says_who_comes_when_and_what_to_pay():
    assert say("assigned") == (
        "【城关区虚拟养老院】李老人家您好：11月10日周二10:00康安的赵勤师傅上门做室内保洁，自付16元。"
        "请看过工作证再开门。改期、取消请拨965885。"
    )
    assert "价格80元，自付16元" in say("taken")
    assert "应自付16元" in say("served")
    assert "不用付钱" in say("served", now=facts("SERVED", elder_fen=0))
    assert "16.05元" in say("served", now=facts("SERVED", elder_fen=1605))
    assert "改到11月10日周二10:00，由康安的赵勤师傅上门" in say("rescheduled")
    assert "派定人员后再告诉您" in say("rescheduled", now=facts())


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("李秀兰", "李"),
        ("欧阳秀兰", "欧阳"),
        ("欧阳", "欧"),
        ("阿依古丽·买买提", "阿依古丽"),
        ("𠮷田花", "𠮷"),
        ("Maria Schmidt", "Maria"),
        ("扎西", "扎"),
    ],
)
def test_an_elder_is_called_by_the_surname(name, called):
    assert rules.surname(name) == called


NAMES = st.text(st.characters(categories=["Lo", "Lu", "So"]), min_size=1, max_size=80)
FEN = st.integers(0, 99_999_99)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(templates())), NAMES, NAMES, NAMES, NAMES, NAMES, FEN, FEN)
def test_no_text_is_longer_than_two_parts_cost(which, item, firm, worker, elder, programme, price_fen, elder_fen):
    now = facts("SERVED", firm, worker, item=item, price_fen=price_fen, elder_fen=elder_fen)
    text = say(*which, now=now, elder=elder, programme=programme, hotline="0931-12345678-99")
    assert rules.units(text) <= LENGTH_MAX
    assert text.startswith("【")


@pytest.mark.parametrize(
    "row",
    [
        "taken,ELDER,no,{door_code}",
        "taken,ELDER,maybe,好",
        "taken,NEIGHBOUR,no,好",
        "taken,ELDER,no,a\ntaken,ELDER,no,b",
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(row):
    with pytest.raises(rules.BadTemplates, match="line"):
        rules.read_templates(f"code,to,ring,text\n{row}\n")
