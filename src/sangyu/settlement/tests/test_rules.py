"""Parts that add up, a root that changes with every line, and files that a bank can read."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.settlement import rules
from sangyu.settlement.rules import BadReturnFile, CannotBeWritten, Delivery, MoreThanHeld, Transfer

grosses = st.dictionaries(st.uuids(), st.integers(0, 50_000_00), max_size=12)
leaves = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=40)


@pytest.mark.parametrize(
    ("grade", "confirmed", "denied", "died_before", "word"),
    [
        ("A", False, False, False, ""),
        ("B", False, False, False, ""),
        ("C", False, False, False, "上门证明不足，尚未经回访确认"),
        ("D", False, False, False, "上门证明不足，尚未经回访确认"),
        ("C", True, False, False, ""),
        ("D", True, False, False, ""),
        ("A", False, True, False, "回访时老人表示没有人上门"),
        ("A", True, False, True, "服务日期在老人去世之后"),
        ("D", False, True, True, "服务日期在老人去世之后"),
    ],
)
def test_a_delivery_is_paid_or_waits_for_a_reason(grade, confirmed, denied, died_before, word):
    assert rules.withheld(Delivery(grade, confirmed, denied, died_before)) == word


@settings(deadline=None, max_examples=100)
@given(gross=grosses, share_pm=st.integers(0, 1000))
@pytest.mark.proves("LZ-19")
def test_the_net_falls_on_the_lines_to_the_fen(gross, share_pm):
    total = sum(gross.values())
    net_fen = total * share_pm // 1000
    spread = rules.spread(gross_fen=gross, net_fen=net_fen)
    assert list(spread) == list(gross)
    assert sum(spread.values()) == net_fen
    for charge, part in spread.items():
        assert 0 <= part <= gross[charge]
        assert abs(part * total - gross[charge] * net_fen) < max(1, total)  # less than one fen from the exact part


def test_no_more_is_paid_than_was_held():
    with pytest.raises(
        MoreThanHeld, match=r"^按考核规则计算的金额超过了各工单占用的预算，不能出单。.*结算方式和系数。$"
    ):
        rules.spread(gross_fen={UUID(int=1): 100}, net_fen=101)


def naive_root(leaves: list[str]) -> str:
    """Build the tree of RFC 6962 from below, level by level: a lone last node moves up as it is."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    level = [bytes.fromhex(leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0].hex()


@settings(deadline=None, max_examples=80)
@given(leaves=leaves)
def test_the_root_is_the_one_an_outsider_computes(leaves):
    assert rules.root(leaves) == naive_root(leaves)


@settings(deadline=None, max_examples=80)
@given(leaves=leaves.filter(bool), data=st.data())
def test_any_changed_missing_or_moved_line_changes_the_root(leaves, data):
    n = data.draw(st.integers(0, len(leaves) - 1))
    root = rules.root(leaves)
    flipped = f"{int(leaves[n], 16) ^ 1:064x}"
    assert rules.root([*leaves[:n], flipped, *leaves[n + 1 :]]) != root
    assert rules.root([*leaves[:n], *leaves[n + 1 :]]) != root
    assert rules.root([*leaves, leaves[n]]) != root
    if any(left != right for left, right in pairwise(leaves)):
        assert rules.root([*leaves[1:], leaves[0]]) != root


def test_every_figure_of_a_line_is_sealed():
    line = {"charge_id": UUID(int=1), "service_on": date(2026, 11, 10), "gross_fen": 5000, "net_fen": 4750}
    seals = {
        rules.leaf(**{**line, **change})
        for change in (
            {},
            {"charge_id": UUID(int=2)},
            {"service_on": date(2026, 11, 11)},
            {"gross_fen": 5001},
            {"net_fen": 4749},
        )
    }
    assert len(seals) == 5


def test_a_leaf_is_what_an_outsider_hashes():
    charge = UUID("018f2d3e-0000-7000-8000-000000000001")
    written = b"\x00018f2d3e-0000-7000-8000-000000000001|2026-11-10|5000|4750"
    leaf = rules.leaf(charge_id=charge, service_on=date(2026, 11, 10), gross_fen=5000, net_fen=4750)
    assert leaf == hashlib.sha256(written).hexdigest()
    taken = b"\x00correction|018f2d3e-0000-7000-8000-000000000001|-4750"
    assert rules.difference_leaf(correction_id=charge, amount_fen=4750) == hashlib.sha256(taken).hexdigest()


def sign_now(roles, signed=()):
    return rules.step_of(roles=roles, signed={code: f"签{code}" for code in signed})


def test_the_signatures_come_in_their_order():
    assert [rules.due_step(signed) for signed in ((), ("REVIEW",), ("REVIEW", "DEPUTY"))] == list(rules.CHAIN)
    assert rules.due_step(("REVIEW", "DEPUTY", "HEAD")) is None
    assert sign_now(["APPROVER"]).label == "审核"
    assert sign_now(["DEPUTY", "HEAD"], ["REVIEW"]).label == "分管领导"
    assert sign_now(["HEAD"], ["REVIEW", "DEPUTY"]).label == "局长"


def test_whoever_comes_too_early_reads_who_comes_first():
    with pytest.raises(rules.OutOfTurn) as early:
        sign_now(["HEAD"], ["REVIEW"])
    assert str(early.value) == "现在应由“分管领导”签字，之后才轮到“局长”。请先请“分管领导”签字。"
    with pytest.raises(rules.OutOfTurn, match="轮到您"):
        sign_now(["FINANCE"])


def test_whoever_has_signed_reads_who_comes_next():
    with pytest.raises(rules.AlreadyApproved) as again:
        sign_now(["APPROVER"], ["REVIEW"])
    assert str(again.value) == "“审核”一步已由签REVIEW签字，现在等“分管领导”签字。"
    # A second role of theirs that has not had its turn yet is not signed by the first.
    with pytest.raises(rules.OutOfTurn, match="“审核”"):
        sign_now(["APPROVER", "HEAD"], ["REVIEW"])
    with pytest.raises(rules.AlreadyApproved) as over:
        sign_now(["HEAD"], ["REVIEW", "DEPUTY", "HEAD"])
    assert str(over.value) == "本月结算已经审批，各步都已签字，不能再签。"


@pytest.mark.parametrize(
    ("now_fen", "before_fen", "swing_pm", "explained"),
    [
        (120_00, 100_00, 200, False),
        (120_01, 100_00, 200, True),
        (80_00, 100_00, -200, False),
        (79_99, 100_00, -200, True),
        (100_05, 100_00, 1, False),
        (5, 0, None, False),
        (0, 1, -1000, True),
    ],
)
def test_a_fifth_more_or_less_than_last_month_needs_words(now_fen, before_fen, swing_pm, explained):
    assert rules.swing_pm(now_fen=now_fen, before_fen=before_fen) == swing_pm
    assert rules.must_be_explained(now_fen=now_fen, before_fen=before_fen) is explained


def test_corrections_are_taken_oldest_first_and_from_their_own_fund():
    old, new, other = UUID(int=1), UUID(int=2), UUID(int=3)
    owed = [rules.Owed(old, "CITY", 70), rules.Owed(new, "CITY", 70), rules.Owed(other, "LOTTERY", 5)]
    assert rules.take_back(net_fen={"CITY": 100}, owed=owed) == {old: 70, new: 30}
    assert rules.take_back(net_fen={"CITY": 70, "LOTTERY": 9}, owed=owed) == {old: 70, other: 5}
    assert rules.take_back(net_fen={"CITY": 71}, owed=owed) == {old: 70, new: 1}
    assert rules.take_back(net_fen={}, owed=owed) == {}


def test_the_request_to_the_treasury_carries_the_budget_item_of_every_row():
    sent = [transfer(), Transfer("SY20261100002", "乐泰", "62", "银行", 5, "补贴", "2080209 老年福利")]
    content = rules.treasury_request(
        sent, applicant="城关区民政局", number=rules.request_number("2026-11", 3), encoding="gb18030"
    )
    control, header, *body = rows(content)
    total = ["笔数", "2", "合计（元）", "47.55"]
    assert control == [*total, "申请单位", "城关区民政局", "申请编号", "ZF20261103"]
    assert header == [*rules.HEADER, "预算项目", "支付方式"]
    assert [row[0] for row in body] == ["1", "2"]
    assert body[1] == ["2", "SY20261100002", "乐泰", "62", "银行", "0.05", "补贴", "2080209 老年福利", "财政直接支付"]


def test_a_score_in_tenths_is_shown_as_points():
    assert [rules.points(tenths) for tenths in (0, 9, 874, 1000)] == ["0.0", "0.9", "87.4", "100.0"]


def transfer(name="康安居家服务有限公司", amount_fen=4750, n=1):
    return Transfer(f"SY202611{n:05d}", name, "6200000000000000001", "兰州示例银行", amount_fen, "2026-11补贴")


def rows(content, encoding="gb18030"):
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def test_the_file_opens_with_count_and_control_sum():
    content = rules.bank_file([transfer(), transfer("乐泰,家政“有限”公司", 5, 2)], encoding="gb18030")
    control, header, *body = rows(content)
    assert control == ["笔数", "2", "合计（元）", "47.55"]
    assert header == rules.HEADER
    assert [(row[0], row[5]) for row in body] == [("1", "47.50"), ("2", "0.05")]
    assert body[1][2] == "乐泰,家政“有限”公司"
    assert content.count(b"\r\n") == content.count(b"\n") == 4


@settings(deadline=None, max_examples=60)
@given(amounts=st.lists(st.integers(1, 10**12), max_size=20))
def test_the_control_sum_is_the_sum_of_the_rows(amounts):
    transfers = [transfer(amount_fen=fen, n=n) for n, fen in enumerate(amounts, start=1)]
    content = rules.bank_file(transfers, encoding="gb18030")
    assert rules.read_total_fen(content, encoding="gb18030") == sum(amounts)
    assert rows(content)[0][3] == f"{sum(amounts) // 100}.{sum(amounts) % 100:02d}"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_rare_names_come_back_as_they_were(encoding):
    name = "\U00020164㛃䶮服务部"
    assert rows(rules.bank_file([transfer(name)], encoding=encoding), encoding)[2][2] == name


def test_a_name_that_the_bank_s_encoding_cannot_write_is_named():
    with pytest.raises(CannotBeWritten, match=r"㛃.*GB18030"):
        rules.bank_file([transfer("㛃记服务部")], encoding="gb2312")


HEADER = "支付编号,结果,银行流水号,原因\r\n"


def read(text, encoding="gb18030"):
    return rules.read_return(text.encode(encoding), encoding="gb18030")


def test_the_bank_s_answers_are_read_and_empty_lines_passed_over():
    answers = read(HEADER + " SY1 ,成功, BK1 ,\r\n,,,\r\n\r\nSY2,失败,,户名不符\r\n")
    assert [(row.number, row.paid, row.bank_reference, row.reason) for row in answers] == [
        ("SY1", True, "BK1", ""),
        ("SY2", False, "", "户名不符"),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "^回单文件第1行应为：支付编号，结果，银行流水号，原因。请检查是否选错文件。$"),
        ("序号,支付编号\r\n", "是否选错文件"),
        (HEADER + "SY1,已受理,BK1,\r\n", "第2行无法识别"),
        (HEADER + "SY1,成功,BK1,\r\nSY2,成功\r\n", "第3行无法识别"),
        (HEADER + "SY1,成功," + "9" * 200_000 + ",\r\n", "^回单文件不是完整的CSV表格，请向银行重新下载。$"),
    ],
)
def test_a_file_that_is_no_answer_is_refused_with_its_line(text, word):
    with pytest.raises(BadReturnFile, match=word):
        read(text)


def test_a_reason_may_run_over_two_lines():
    assert read(HEADER + 'SY1,失败,,"户名不符\r\n请核对"\r\n')[0].reason == "户名不符\r\n请核对"


def test_a_file_in_another_encoding_is_refused():
    with pytest.raises(BadReturnFile, match="编码"):
        rules.read_return(b"\xff\xfe\xff\xff", encoding="gb18030")
