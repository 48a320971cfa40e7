"""What is news to a household, who hears it, when, and in which words; pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(8, 0)
NOON = time(12, 0)
LENGTH_MAX = 140
ELDER, FAMILY = "ELDER", "FAMILY"
OWN = "本人"
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
WEEKDAYS = "一二三四五六日"
FIELDS = frozenset(
    {"elder", "when", "item", "price", "own", "pay", "enterprise", "worker", "who", "hotline", "level", "until"}
)
# Longer names are cut, so that a text never grows beyond LENGTH_MAX and never costs a third part.
SIGN_MAX, ITEM_MAX, ENTERPRISE_MAX, PERSON_MAX, SURNAME_MAX, HOTLINE_MAX = 20, 12, 10, 8, 6, 12
LEVEL_MAX = 20
_SURNAMES = (
    "欧阳太史上官端木司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠"
    "公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘令狐百里呼延东郭南门西门公西第五拓跋纳兰完颜耶律"
)
TWO_CHARACTER_SURNAMES = frozenset(_SURNAMES[n : n + 2] for n in range(0, len(_SURNAMES), 2))


class BadTemplates(ValueError):
    """The file of templates does not say what every piece of news needs."""


@dataclass(frozen=True)
class Template:
    """The words of one piece of news to one person; `ring` when they must be told even without a mobile."""

    ring: bool
    text: str


@dataclass(frozen=True)
class Facts:
    """What is true of an order now; `enterprise` and `worker` are empty until one is named and stands."""

    stage: str
    item: str
    wanted_from: datetime
    wanted_until: datetime
    price_fen: int
    elder_fen: int
    enterprise: str = ""
    worker: str = ""
    worker_id: str = ""


@dataclass(frozen=True)
class Number:
    """A number of a household as the register has it."""

    relation: str
    phone: str


def read_templates(text: str) -> dict[tuple[str, str], Template]:
    """Read the file of templates.

    Shape: (piece of news, addressee) -> template.
    Raises: BadTemplates, naming the line.
    """
    found: dict[tuple[str, str], Template] = {}
    for line, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        unknown = {name for _, name, _, _ in Formatter().parse(row["text"]) if name is not None} - FIELDS
        if unknown or row["to"] not in (ELDER, FAMILY) or row["ring"] not in ("yes", "no"):
            raise BadTemplates(f"line {line}: {unknown or row}")
        if (row["code"], row["to"]) in found:
            raise BadTemplates(f"line {line}: {row['code']} to {row['to']} is there twice")
        found[row["code"], row["to"]] = Template(row["ring"] == "yes", row["text"])
    return found


def told_of(code: str, now: Facts) -> dict[str, str]:
    """Return what a household knows once it has heard a piece of news, for the next comparison."""
    return {
        "code": code,
        "wanted_from": now.wanted_from.astimezone(BEIJING).isoformat(),
        "enterprise": now.enterprise,
        "worker": now.worker_id,
    }


def news(told: Mapping[str, str] | None, now: Facts) -> str | None:
    """Say what a household has to hear: the difference between what it last heard and what is true now.

    However many messages led here, there is one piece of news or none, so repeats and delays change nothing.
    """
    ends = {"CANCELLED": "cancelled", "SERVED": "served", "IN_SERVICE": "arrived"}.get(now.stage)
    if ends is not None:
        return None if told is not None and told["code"] == ends else ends
    if told is None:
        return "assigned" if now.worker else "accepted" if now.enterprise else "taken"
    if datetime.fromisoformat(told["wanted_from"]) != now.wanted_from:
        return "rescheduled"
    if now.worker:
        if told["worker"] == now.worker_id:
            return None
        return "worker_changed" if told["worker"] else "assigned"
    if now.enterprise:
        return "accepted" if told["worker"] or told["enterprise"] != now.enterprise else None
    return "rearranging" if told["worker"] or told["enterprise"] else None


def recipients(numbers: Iterable[Number]) -> dict[str, str]:
    """Choose the elder's first mobile and the first mobile of the family, in the order of the register.

    Shape: addressee -> number; the elder is always there, with an empty number if there is no mobile; the family
    only with a mobile that is not the elder's own.
    """
    known = list(numbers)
    own = next((one.phone for one in known if one.relation == OWN and MOBILE.fullmatch(one.phone)), "")
    kin = (one.phone for one in known if one.relation != OWN and MOBILE.fullmatch(one.phone) and one.phone != own)
    family = next(kin, "")
    return {ELDER: own, FAMILY: family} if family else {ELDER: own}


def addressees(code: str, numbers: Mapping[str, str], templates: Mapping[tuple[str, str], Template]) -> dict[str, str]:
    """Return who hears a piece of news at which number.

    Shape: addressee -> number; an empty number means that somebody has to ring, which is so only for news that
    matters at the door, and only when nobody of the household can be reached by text.
    """
    hears = {to: phone for to, phone in numbers.items() if (code, to) in templates}
    by_text = {to: phone for to, phone in hears.items() if phone}
    if by_text or ELDER not in hears:
        return by_text
    return hears if templates[code, ELDER].ring else {}


def may_hear(*, died_on: date | None, on: date) -> bool:
    """Tell whether a household may be texted about an elder: never from the day of the death on."""
    return died_on is None or on < died_on


def not_before(*, code: str, at: datetime, wanted_from: datetime) -> datetime:
    """Return the first moment at which a text may ring a telephone.

    Between nine in the evening and eight in the morning (Beijing) everything waits for the morning, except that a
    visit of that morning is cancelled: nobody should get up for a visit that will not come.
    """
    first = morning(at)
    day = first.astimezone(BEIJING).date()
    if first > at and code == "cancelled" and at < wanted_from < datetime.combine(day, NOON, BEIJING):
        return at
    return first


def morning(at: datetime) -> datetime:
    """Return `at`, or the morning after it when it is a moment of the night."""
    here = at.astimezone(BEIJING)
    if QUIET_UNTIL <= here.time() < QUIET_FROM:
        return at
    day = here.date() if here.time() < QUIET_UNTIL else here.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, BEIJING)


def send_until(*, code: str, at: datetime, now: Facts) -> datetime:
    """Return the moment from which a text would only confuse."""
    if code == "served":
        return at + timedelta(hours=24)
    if code == "arrived":
        return at + timedelta(hours=1)
    if code == "cancelled":
        return max(now.wanted_until, at + timedelta(hours=1))
    return now.wanted_from


def words(*, template: Template, now: Facts, elder: str, programme: str, hotline: str) -> str:
    """Write a text: the programme's sign, a surname instead of a name, no address, `LENGTH_MAX` characters at most.

    Units: characters as the network counts them, in which a character beyond the basic plane is two.
    """
    enterprise, worker = cut(now.enterprise, ENTERPRISE_MAX), cut(now.worker, PERSON_MAX)
    own = f"自付{yuan(now.elder_fen)}" if now.elder_fen else "不用付钱"
    paid = f"应自付{yuan(now.elder_fen)}，当面付清后不用再付" if now.elder_fen else "不用付钱"
    who = f"{enterprise}承接，派定人员后再告诉您" if enterprise else "派定人员后再告诉您"
    return f"【{cut(programme, SIGN_MAX)}】" + template.text.format(
        elder=f"{cut(surname(elder), SURNAME_MAX)}老人家",
        when=clock(now.wanted_from),
        item=cut(now.item, ITEM_MAX),
        price=yuan(now.price_fen),
        own=own,
        pay=paid,
        enterprise=enterprise,
        worker=worker,
        who=f"由{enterprise}的{worker}师傅上门" if worker else who,
        hotline=hotline[:HOTLINE_MAX],
    )


def result_words(*, template: Template, elder: str, level: str, until: date, programme: str, hotline: str) -> str:
    """Write a text about the result of an assessment, by the same measure as any text."""
    return f"【{cut(programme, SIGN_MAX)}】" + template.text.format(
        elder=f"{cut(surname(elder), SURNAME_MAX)}老人家",
        level=cut(level, LEVEL_MAX),
        until=f"{until.month}月{until.day}日",
        hotline=hotline[:HOTLINE_MAX],
    )


def surname(name: str) -> str:
    """Return what one says before 老人家: the surname, or the own name where that comes first."""
    first = re.split(r"[\s·•・‧∙⋅．]", name.strip(), maxsplit=1)[0]
    if first != name.strip() or not first or first[0].isascii():
        return first
    return first[:2] if first[:2] in TWO_CHARACTER_SURNAMES and len(first) > 2 else first[:1]


def clock(at: datetime) -> str:
    """Write a moment as people say it: 11月10日周二10:00."""
    here = at.astimezone(BEIJING)
    return f"{here.month}月{here.day}日周{WEEKDAYS[here.weekday()]}{here:%H:%M}"


def yuan(fen: int) -> str:
    """Write an amount as short as it can be said: 16元, 16.50元."""
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02d}元" if part else f"{whole}元"


def cut(text: str, length: int) -> str:
    """Shorten a name that is too long for a text, and show that it is short."""
    return text if units(text) <= length else _first(text, length - 1) + "…"


def units(text: str) -> int:
    """Count characters as the network does."""
    return len(text.encode("utf-16-le")) // 2


def _first(text: str, length: int) -> str:
    taken = ""
    for character in text:
        if units(taken + character) > length:
            break
        taken += character
    return taken
