"""The register of purposes: why data about people is held, by which right, who gets it, and for how long.

It is a file that a bureau can read. Every column of the database that tells of a person is named in it, so a column
without a purpose is found by a test before it is ever written to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BASES = {
    "CONSENT": "取得个人的同意",
    "CONTRACT": "订立、履行合同或人力资源管理所必需",
    "STATUTORY": "履行法定职责或者法定义务所必需",
    "EMERGENCY": "紧急情况下保护生命健康和财产安全所必需",
}
_CODE = re.compile(r"[a-z][a-z_]{1,29}")
_FIELD = re.compile(r"[a-z]+\.[A-Z][A-Za-z]*\.(?:\*|[a-z][a-z_]*)")
_WORDS = ("code", "title", "basis", "law", "why", "retention")
_PURPOSE = {*_WORDS, "sensitive", "recipients", "days", "counted_from", "swept", "binds", "fields"}
_TOPIC = {"code", "purpose", "title", "question", "without_a_word"}


class BadRegister(ValueError):
    """The file of purposes does not say what it must; `faults` names every place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("；".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Purpose:
    """A purpose (处理目的) for which data about people is held.

    Shape: `fields` are `room.Model.column`, or `room.Model.*`. `days` is None for what is never taken away; it is
    counted from the event `counted_from`. `swept` says that a round takes it away then; without it somebody has to.
    `binds` says by which rule the data may not even be erased on request until then; empty where nothing binds.
    """

    code: str
    title: str
    basis: str
    law: str
    why: str
    sensitive: bool
    recipients: tuple[str, ...]
    retention: str
    days: int | None
    counted_from: str
    swept: bool
    binds: str
    fields: tuple[str, ...]

    @property
    def basis_label(self) -> str:
        """The right in the words of the law."""
        return BASES[self.basis]


@dataclass(frozen=True)
class Topic:
    """Something that an elder may agree to or refuse (同意事项); `without_a_word` is what holds until they say."""

    code: str
    purpose: str
    title: str
    question: str
    without_a_word: bool


@dataclass(frozen=True)
class Register:
    """The whole file. `events` names what days are counted from; `nobody` lists columns that tell of no person."""

    purposes: tuple[Purpose, ...]
    topics: tuple[Topic, ...]
    events: Mapping[str, str]
    nobody: tuple[str, ...]

    def purpose(self, code: str) -> Purpose:
        """Return a purpose by its code.

        Raises: KeyError.
        """
        return {one.code: one for one in self.purposes}[code]

    def topic(self, code: str) -> Topic | None:
        """Return a topic by its code; None for one that nobody is ever asked about."""
        return next((one for one in self.topics if one.code == code), None)

    def covers(self, field: str) -> bool:
        """Tell whether a column has a purpose, or is known to tell of nobody. Shape: `room.Model.column`."""
        named = {name for one in self.purposes for name in one.fields} | set(self.nobody)
        return field in named or f"{field.rpartition('.')[0]}.*" in named


def read_register(text: str) -> Register:
    """Read the file of purposes.

    Raises: BadRegister, naming every fault there is.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        raise BadRegister([f"读不懂：{bad}"]) from bad
    faults = [f"不认识的段落“{key}”" for key in told.keys() - {"purpose", "topic", "events", "nobody"}]
    events = told.get("events", {})
    purposes = [_purpose(row, events, faults) for row in told.get("purpose", [])]
    topics = [_topic(row, {one.code for one in purposes}, faults) for row in told.get("topic", [])]
    nobody = tuple(told.get("nobody", {}).get("fields", ()))
    faults += [f"nobody：{name} 不是“房间.表.列”" for name in nobody if not _FIELD.fullmatch(name)]
    _twice("目的", [one.code for one in purposes], faults)
    _twice("同意事项", [one.code for one in topics], faults)
    _twice("列", [name for one in purposes for name in one.fields] + list(nobody), faults)
    faults += [
        f"{one.code}：没有任何数据，也没有人会同意什么"
        for one in purposes
        if not one.fields and one.code not in {topic.purpose for topic in topics}
    ]
    if not purposes:
        faults.append("一个目的也没有")
    if faults:
        raise BadRegister(faults)
    return Register(tuple(purposes), tuple(topics), dict(events), nobody)


def _purpose(row: Mapping[str, Any], events: Mapping[str, str], faults: list[str]) -> Purpose:
    code = str(row.get("code", ""))
    said = {word: str(row.get(word, "")).strip() for word in _WORDS}
    faults += [f"{code}：不认识“{key}”" for key in sorted(row.keys() - _PURPOSE)]
    faults += [f"{code or '某目的'}：缺“{word}”" for word, value in said.items() if not value]
    if code and not _CODE.fullmatch(code):
        faults.append(f"{code}：代码只用小写字母和下划线")
    if said["basis"] and said["basis"] not in BASES:
        faults.append(f"{code}：没有“{said['basis']}”这种合法性基础")
    days, counted_from = row.get("days"), str(row.get("counted_from", ""))
    if days is not None and (type(days) is not int or days <= 0):
        faults.append(f"{code}：days 应为正整数，不删除的就不写")
    if (days is None) != (not counted_from):
        faults.append(f"{code}：days 和 counted_from 要么都写，要么都不写")
    if counted_from and counted_from not in events:
        faults.append(f"{code}：events 里没有“{counted_from}”")
    if row.get("swept") and days is None:
        faults.append(f"{code}：写了 swept 就要写保存多久")
    if row.get("binds") and days is None:
        faults.append(f"{code}：写了 binds 就要写保存多久")
    fields = tuple(row.get("fields", ()))
    faults += [f"{code}：{name} 不是“房间.表.列”" for name in fields if not _FIELD.fullmatch(name)]
    recipients = tuple(row.get("recipients", ()))
    if not recipients:
        faults.append(f"{code}：没有写谁看得到")
    return Purpose(
        **said,
        sensitive=bool(row.get("sensitive", False)),
        recipients=recipients,
        days=days,
        counted_from=counted_from,
        swept=bool(row.get("swept", False)),
        binds=str(row.get("binds", "")),
        fields=fields,
    )


def _topic(row: Mapping[str, Any], purposes: set[str], faults: list[str]) -> Topic:
    code = str(row.get("code", ""))
    faults += [f"{code}：不认识“{key}”" for key in sorted(row.keys() - _TOPIC)]
    faults += [f"{code or '某同意事项'}：缺“{word}”" for word in sorted(_TOPIC - row.keys())]
    if code and not _CODE.fullmatch(code):
        faults.append(f"{code}：代码只用小写字母和下划线")
    if row.get("purpose") not in purposes:
        faults.append(f"{code}：没有“{row.get('purpose')}”这个目的")
    if type(row.get("without_a_word")) is not bool:
        faults.append(f"{code}：without_a_word 只能是 true 或 false")
    return Topic(
        code,
        str(row.get("purpose", "")),
        str(row.get("title", "")),
        str(row.get("question", "")),
        bool(row.get("without_a_word", False)),
    )


def _twice(what: str, names: list[str], faults: list[str]) -> None:
    faults += [f"{what}“{name}”写了两次" for name in sorted({name for name in names if names.count(name) > 1})]
