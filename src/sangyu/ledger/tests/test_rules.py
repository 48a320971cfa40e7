"""What an account, a journal and a hold must satisfy, without a database."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.ledger import rules
from sangyu.ledger.rules import AccountKey, BadJournal, HoldDraft, JournalDraft, Leg, ReasonMissing, Reference

PROGRAMME, SOMEBODY, CAUSE = UUID(int=1), UUID(int=2), Reference("ORDER", UUID(int=3))
MONEY = AccountKey(PROGRAMME, "CITY", "APPROPRIATION", "2026")
OWED = AccountKey(PROGRAMME, "CITY", "PROVIDER_PAYABLE", "2026-11", UUID(int=4))
AT = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
amounts = st.integers(1, rules.LARGEST_FEN - 1)


def journal(**change):
    draft = {
        "id": UUID(int=5),
        "programme_id": PROGRAMME,
        "kind": "HOLD_POSTED",
        "legs": (Leg(MONEY, -500), Leg(OWED, 500)),
        "cause": CAUSE,
        "service_on": date(2026, 11, 10),
        "at": AT,
        "by_id": SOMEBODY,
    }
    return JournalDraft(**draft | change)


def hold(**change):
    draft = {"id": UUID(int=5), "account": MONEY, "amount_fen": 500, "cause": CAUSE, "at": AT, "by_id": SOMEBODY}
    return HoldDraft(**draft | change)


def test_every_part_of_its_name_makes_another_account():
    others = [
        MONEY,
        replace(MONEY, programme_id=UUID(int=9)),
        replace(MONEY, fund="LOTTERY"),
        replace(MONEY, kind="TREASURY"),
        replace(MONEY, period="2027"),
        replace(MONEY, party_id=UUID(int=9)),
    ]
    assert len({account.id for account in others}) == len(others)
    assert replace(MONEY).id == MONEY.id


@pytest.mark.parametrize("period", ["", "2026", "2026-01", "2026-09", "2026-10", "2026-12"])
def test_an_account_belongs_to_a_year_a_month_or_no_time(period):
    assert replace(MONEY, period=period).period == period


@pytest.mark.parametrize("period", ["26", "2026-00", "2026-13", "2026-1", "2026-111", "二〇二六", " 2026"])
def test_another_period_is_refused(period):
    with pytest.raises(BadJournal, match=f"账户期间“{period}”有误，应为年度（2026）、月份（2026-11）或空。$"):
        replace(MONEY, period=period)


@pytest.mark.parametrize("code", ["A", "9", "CITY_2-B", "A" * 40])
def test_a_code_is_short_and_plain(code):
    assert replace(MONEY, fund=code, kind=code).fund == code


@pytest.mark.parametrize("code", ["", "city", "_A", "-A", "A B", "A" * 41, "城"])
@pytest.mark.parametrize("field", ["fund", "kind"])
def test_another_code_is_refused(field, code):
    with pytest.raises(BadJournal, match=r"^账簿代码“.*”有误：只能用大写字母、数字、下划线和短横，不超过40位。$"):
        replace(MONEY, **{field: code})


def test_a_kind_that_nobody_described_may_not_fall_below_zero():
    assert rules.kind_of("NEW_KIND") == rules.AccountKind("NEW_KIND", 0)
    assert rules.kind_of("TREASURY").floor_fen is None


def test_not_enough_says_how_much_is_missing():
    refusal = rules.NotEnough(MONEY, available_fen=1_50, needed_fen=4_00)
    assert str(refusal) == (
        "补贴资金指标余额不足：可用 1.50 元，本次需要 4.00 元，还差 2.50 元。请调减金额，或申请追加预算指标后再办。"
    )
    assert (refusal.account, refusal.available_fen, refusal.needed_fen) == (MONEY, 1_50, 4_00)


@settings(deadline=None, max_examples=60)
@given(parts=st.lists(amounts, min_size=1, max_size=6))
def test_whatever_leaves_one_side_arrives_on_the_other(parts):
    legs = [Leg(replace(OWED, party_id=UUID(int=n)), part) for n, part in enumerate(parts, start=10)]
    if sum(parts) < rules.LARGEST_FEN:
        assert len(journal(legs=(Leg(MONEY, -sum(parts)), *legs)).legs) == len(parts) + 1
    with pytest.raises(BadJournal):
        journal(legs=(Leg(MONEY, -sum(parts) - 1), *legs))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"legs": (Leg(MONEY, -500),)}, "一笔转账至少要有两个账户：一出一进。请补全账户。"),
        ({"legs": ()}, "一笔转账至少要有两个账户：一出一进。请补全账户。"),
        ({"legs": (Leg(MONEY, -500), Leg(OWED, 499))}, "一笔转账的进出必须相等，现相差 -0.01 元。请核对各账户金额。"),
        ({"legs": (Leg(MONEY, -500), Leg(OWED, 500), Leg(MONEY, 0))}, "金额 0.00 元不能入账"),
        (
            {"legs": (Leg(MONEY, -500), Leg(replace(OWED, programme_id=UUID(int=9)), 500))},
            "一笔转账的账户必须属于同一运营主体。请分开记账。",
        ),
        ({"kind": "paid"}, "账簿代码“paid”有误"),
        ({"cause": Reference("order", UUID(int=3))}, "账簿代码“order”有误"),
    ],
)
def test_a_journal_that_can_never_be_booked_is_refused_before_any_balance_is_asked(change, words):
    with pytest.raises(BadJournal) as refusal:
        journal(**change)
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize("amount_fen", [0, -1, rules.LARGEST_FEN])
def test_a_hold_is_a_sum_that_money_can_be(amount_fen):
    with pytest.raises(BadJournal, match=r"金额必须大于零，且小于 10,000,000,000,000.00 元。$"):
        hold(amount_fen=amount_fen)
    assert hold(amount_fen=1).amount_fen + hold(amount_fen=rules.LARGEST_FEN - 1).amount_fen == rules.LARGEST_FEN


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller():
    for late in ({"at": datetime(2026, 11, 30)}, {"expires_at": datetime(2026, 11, 30)}):  # noqa: DTZ001
        with pytest.raises(ValueError, match=r"^the ledger needs aware datetimes$"):
            hold(**late)
    with pytest.raises(ValueError, match="aware"):
        journal(at=datetime(2026, 11, 30))  # noqa: DTZ001
    with pytest.raises(BadJournal):
        hold(cause=Reference("order", UUID(int=3)))


def test_a_repeat_says_the_same_and_another_wish_does_not():
    assert journal(id=UUID(int=6), at=AT + timedelta(days=1)).body_hash == journal().body_hash
    assert journal(legs=(Leg(OWED, 500), Leg(MONEY, -500))).body_hash == journal().body_hash
    others = [
        journal(),
        journal(kind="TAKEN_BACK"),
        journal(legs=(Leg(MONEY, -501), Leg(OWED, 501))),
        journal(legs=(Leg(MONEY, 500), Leg(OWED, -500))),
        journal(cause=Reference("MEAL", CAUSE.id)),
        journal(cause=Reference("ORDER", UUID(int=9))),
        journal(service_on=date(2026, 11, 11)),
        journal(by_id=UUID(int=9)),
        journal(reason="考核"),
        journal(rule_version="2026-1"),
        journal(reverses=UUID(int=9)),
    ]
    assert len({draft.body_hash for draft in others}) == len(others)


def test_a_repeated_hold_says_the_same_and_another_wish_does_not():
    later = AT + timedelta(days=1)
    assert hold(id=UUID(int=6), at=later).body_hash == hold().body_hash
    others = [
        hold(),
        hold(account=replace(MONEY, fund="LOTTERY")),
        hold(account=AccountKey(UUID(int=9), "CITY", "APPROPRIATION", "2026")),
        hold(amount_fen=501),
        hold(cause=Reference("MEAL", CAUSE.id)),
        hold(cause=Reference("ORDER", UUID(int=9))),
        hold(by_id=UUID(int=9)),
        hold(expires_at=later),
        hold(expires_at=later + timedelta(seconds=1)),
    ]
    assert len({draft.body_hash for draft in others}) == len(others)
    beijing = later.astimezone(rules.BEIJING)
    assert hold(expires_at=beijing).body_hash == hold(expires_at=later).body_hash


def test_the_fingerprints_of_rows_already_written_stay_what_they_are():
    assert journal().body_hash == "2ced59e76d8c6b0cabed9b55be4a3b696d51d36e4511f8c46b9df9aa7bbbd8e6"
    assert (
        journal(reverses=UUID(int=9), reason="记错").body_hash
        == "9b64c7611438156c7e38f07df80b04bbb80c4a6ae5ef619347a6eef9fdbf20b1"
    )
    assert hold(expires_at=AT).body_hash == "33bbe608f1322624be8b9b557c34e3a643dced5272c9cb24ec88a748b391a09b"
    assert str(rules.posting_id(UUID(int=7))) == "ce9cd110-e7a5-50e6-95e4-a92031962ff1"
    assert str(OWED.id) == "b6f82760-b1be-5c28-9713-2e998bd18aa1"
    assert str(MONEY.id) == "d735841a-6f16-538a-af59-9dedebd80d1a"


def test_a_fingerprint_is_the_same_on_a_machine_in_another_zone(monkeypatch):
    here = hold(expires_at=AT).body_hash
    try:
        monkeypatch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        assert hold(expires_at=AT).body_hash == here
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_journal_counts_in_the_beijing_month_of_its_booking():
    assert rules.booking_month(AT) == "2026-11"
    assert rules.booking_month(AT + timedelta(minutes=1)) == "2026-12"


@settings(deadline=None, max_examples=60)
@given(amount_fen=amounts, data=st.data())
def test_what_is_posted_and_what_is_let_go_are_the_hold(amount_fen, data):
    posted_fen = data.draw(st.none() | st.integers(0, amount_fen))
    posted, voided = rules.split_hold(amount_fen, posted_fen=posted_fen, reason="考核核减")
    assert posted + voided == amount_fen
    assert posted == (amount_fen if posted_fen is None else posted_fen)


def test_no_more_than_the_hold_and_nothing_without_a_reason():
    for posted_fen in (-1, 501):
        with pytest.raises(BadJournal, match=r"应在 0 至预留金额 5\.00 元之间。请核对。$"):
            rules.split_hold(500, posted_fen=posted_fen, reason="考核核减")
    for reason in ("", "  "):
        with pytest.raises(ReasonMissing) as missing:
            rules.split_hold(500, posted_fen=499, reason=reason)
        assert str(missing.value) == "有 0.01 元预留将被核减，必须填写核减原因。"
        assert rules.split_hold(500, posted_fen=500, reason=reason) == (500, 0)
        with pytest.raises(ReasonMissing, match=r"^必须填写原因，以便日后核对。$"):
            rules.ensure_reason(reason)
    assert rules.split_hold(500, posted_fen=0, reason="没有人上门") == (0, 500)
