"""The demo's bank: it reads a payment file as a bank would and writes the return file; pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

RETURN_HEADER = ["支付编号", "结果", "银行流水号", "原因"]
NO_SUCH_ACCOUNT = "户名与账号不符"


def answer(content: bytes, *, encoding: str, failed: Collection[str] = ()) -> bytes:
    """Answer a payment file: every payment arrives, except those whose number is in `failed`.

    The same file gets the same answer byte for byte, bank references included.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(RETURN_HEADER)
    for row in list(csv.reader(io.StringIO(content.decode(encoding))))[2:]:
        number = row[1]
        if number in failed:
            writer.writerow([number, "失败", "", NO_SUCH_ACCOUNT])
        else:
            writer.writerow([number, "成功", f"BK{number[2:]}", ""])
    return out.getvalue().encode(encoding)
