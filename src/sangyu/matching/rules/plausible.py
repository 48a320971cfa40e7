"""Look at a register as a whole before anybody acts on it: half a file, another month's, the same as last month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sangyu.kit.month import Month
from sangyu.matching.rules.register import Register

LEAST_PM, MOST_PM = 700, 1500  # of last month's lines
FAULTY_PM = 100


@dataclass(frozen=True)
class Seen:
    """A file in figures: lines that could be used and not, people found here, and the months of its days."""

    month: Month
    lines: int
    faults: int
    matched: int
    digest: str
    months: Mapping[str, int]


def doubts(register: Register, now: Seen, last: Seen | None, *, is_second: bool) -> list[str]:
    """Return in words what about a file is not as expected; empty if nothing is.

    `last` is the file that was compared last, `is_second` tells that this month has already had one.
    """
    return [*_alone(register, now), *(_beside(register, now, last) if last else ()), *_again(now, is_second)]


def _alone(register: Register, now: Seen) -> Iterator[str]:
    if now.lines == 0:
        yield "一行能用的也没有。"
    elif now.matched == 0:
        yield f"{now.lines}行里没有一位是已登记的老人，可能是别的地区的名册。"
    if now.faults * 1000 > (now.lines + now.faults) * FAULTY_PM:
        yield f"有{now.faults}行读不懂，超过十分之一。"
    said = str(now.month)
    dated = sum(now.months.values())
    inside = now.months.get(said, 0)
    if not register.is_roster and dated and inside * 2 < dated:
        most = max(now.months, key=lambda month: now.months[month])
        yield f"{dated}行里只有{inside}行的日期在{said}，最多的是{most}（{now.months[most]}行），可能是别的月份的文件。"
    later = sum(count for month, count in now.months.items() if month > said)
    if later:
        yield f"有{later}行的日期晚于{said}，可能是以后月份的文件。"


def _beside(register: Register, now: Seen, last: Seen) -> Iterator[str]:
    if now.digest == last.digest:
        yield f"内容与{last.month}的名册逐行相同，可能是上一份文件。"
    elif register.is_roster and last.lines:
        share_pm = now.lines * 1000 // last.lines
        sizes = f"这份{now.lines}行，{last.month}的有{last.lines}行"
        if share_pm < LEAST_PM:
            yield f"{sizes}，少了{(1000 - share_pm) // 10}%，可能只有半份。"
        elif share_pm > MOST_PM:
            yield f"{sizes}，多了{(share_pm - 1000) // 10}%，可能混进了别的名册。"
    missing = list(_between(last.month, now.month))
    if missing:
        yield f"中间缺{'、'.join(missing)}的名册。"


def _again(now: Seen, is_second: bool) -> Iterator[str]:
    if is_second:
        yield f"{now.month}已经比对过一份，这一份会代替它。"


def _between(last: Month, now: Month) -> Iterator[str]:
    month = last.next()
    while month < now:
        yield str(month)
        month = month.next()
