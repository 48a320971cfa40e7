"""A paper as plain values, before it is known on what it will be printed; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
TEXT, NUMBER, MONEY, POINTS = "text", "number", "money", "points"

Cell = str | int | None


@dataclass(frozen=True)
class Column:
    """A column of a table: what it is called, what stands in it, and its share of the width.

    Units: MONEY cells are fen, POINTS cells tenths of a point.
    """

    title: str
    kind: str = TEXT
    width: int = 10


@dataclass(frozen=True)
class Table:
    """A ruled table; the foot is its last row, set in bold."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Place:
    """Where somebody signs: who has signed in the system and when, or nothing for a pen."""

    label: str
    name: str = ""
    at: str = ""
    opinion: str = ""


@dataclass(frozen=True)
class Paper:
    """Everything that stands on a paper, in its order from top to bottom.

    `pairs` are label and value; `seals` name whose seal goes where; `root` is the hash by which it is checked; `size`
    is a4 or a3, on which everything is set larger so that it reads from a wall.
    """

    title: str
    organisation: str
    number: str
    pairs: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    seals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    root: str = ""
    made_at: datetime | None = None
    wide: bool = False
    size: str = "a4"


def moment(at: datetime | None) -> str:
    """Write a moment as papers bear it, in Beijing time; nothing for none."""
    return f"{at.astimezone(BEIJING):%Y年%m月%d日 %H:%M}" if at else ""


def short_root(root: str) -> str:
    """Write the first sixteen digits of a root in fours, as somebody reads them aloud."""
    return " ".join(root[n : n + 4] for n in range(0, 16, 4))


def verification(root: str) -> str:
    """Say how a paper is checked against the books."""
    return (
        f"核验码 {short_root(root)}：由本月每一行明细逐层计算得出。在系统“一分钱”页打开任一行即重新计算并比对；"
        "或在服务器上运行 ./sangyu verify。"
    )
