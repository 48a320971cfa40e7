"""The demo's bank answers what it was sent, and the same file always alike."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.portals.finance import bank
from sangyu.settlement import rules

TRANSFERS = st.lists(st.integers(1, 10**9), max_size=6).map(
    lambda sums: [
        rules.Transfer(f"SY202611{n:05d}", f"企业{n}，有限公司", f"62{n:017d}", "示例银行", fen, "补贴")
        for n, fen in enumerate(sums, start=1)
    ]
)


@settings(deadline=None, max_examples=40)
@given(transfers=TRANSFERS, failing=st.sets(st.integers(1, 6)), encoding=st.sampled_from(["gb18030", "utf-8"]))
def test_every_payment_is_answered_once_and_as_asked(transfers, failing, encoding):
    content = rules.bank_file(transfers, encoding=encoding)
    failed = {f"SY202611{n:05d}" for n in failing}
    answered = bank.answer(content, encoding=encoding, failed=failed)
    read = rules.read_return(answered, encoding=encoding)
    assert [row.number for row in read] == [transfer.number for transfer in transfers]
    assert all(row.paid != (row.number in failed) for row in read)
    assert all(bool(row.bank_reference) == row.paid and bool(row.reason) != row.paid for row in read)
    assert answered == bank.answer(content, encoding=encoding, failed=failed)
