"""How a standard is typed: an article a line, with the item of the sheet before it; pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from sangyu.quality.rules.refusals import BadStandard

ARTICLES_MAX = 300
TEXT_MAX = 400
_LINKED = re.compile(r"[\[【](?P<code>\w+)[\]】]\s*(?P<text>.*)")


def read_articles(text: str, *, codes: Collection[str]) -> list[tuple[str, str]]:
    """Read the articles of an edition, one a line; `[N2] 按约定时间上门` stands behind item N2 of the sheet.

    Shape: pairs of item code ("" where an article stands behind none) and text, in their order; empty lines count for
    nothing. Raises: BadStandard, naming the line.
    """
    found = []
    for n, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line:
            continue
        linked = _LINKED.fullmatch(line)
        code, said = (linked["code"], linked["text"].strip()) if linked else ("", line)
        if code and code not in codes:
            raise BadStandard(f"第{n}行的[{code}]不是考核项编号，现有：{'、'.join(codes)}。请改编号，或去掉方括号。")
        if not said or len(said) > TEXT_MAX:
            raise BadStandard(f"第{n}行没有内容，或者超过{TEXT_MAX}字。请改好这一行。")
        found.append((code, said))
    if not 0 < len(found) <= ARTICLES_MAX:
        raise BadStandard(f"一版标准要有1至{ARTICLES_MAX}条，一行一条。请重新填写。")
    return found
