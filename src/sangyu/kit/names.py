"""Names are found by whatever a caller or an agent types, sorted as in a phone book, and masked on public pages."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# A name is spelt character by character, so the dictionary of phrases stays shut: it is half a second of every start.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import lazy_pinyin

# A surname may be read otherwise than the same character in a word. The first reading is the one to sort by.
SURNAME_READINGS: dict[str, tuple[str, ...]] = {
    "曾": ("zeng",),
    "单": ("shan",),
    "仇": ("qiu",),
    "解": ("xie",),
    "朴": ("piao",),
    "查": ("zha",),
    "区": ("ou",),
    "任": ("ren",),
    "华": ("hua",),
    "盖": ("ge", "gai"),
    "葛": ("ge",),
    "乐": ("yue", "le"),
    "覃": ("qin", "tan"),
    "翟": ("zhai", "di"),
    "缪": ("miao",),
    "员": ("yun",),
    "秘": ("bi",),
    "种": ("chong",),
    "重": ("chong",),
    "洗": ("xian",),
    "冼": ("xian",),
    "召": ("shao",),
    "折": ("she",),
    "黑": ("he",),
    "柏": ("bai", "bo"),
    "薄": ("bo",),
    "谌": ("chen", "shen"),
    "牟": ("mou", "mu"),
    "隗": ("wei", "kui"),
    "郇": ("xun", "huan"),
    "郗": ("xi", "chi"),
    "宓": ("mi", "fu"),
    "祭": ("zhai",),
    "么": ("yao",),
    "繁": ("po",),
    "句": ("gou",),
    "粘": ("nian",),
    "能": ("nai",),
    "那": ("na",),
    "哈": ("ha",),
    "曲": ("qu",),
    "藏": ("zang",),
    "臧": ("zang",),
    "车": ("che",),
    "都": ("du",),
    "盛": ("sheng",),
    "燕": ("yan",),
    "应": ("ying",),
    "宁": ("ning",),
    "纪": ("ji",),
    "过": ("guo",),
    "适": ("kuo",),
    "吕": ("lv", "lyu"),
    "尉迟": ("yu chi",),
    "长孙": ("zhang sun",),
    "万俟": ("mo qi",),
    "澹台": ("tan tai",),
    "单于": ("chan yu",),
    "令狐": ("ling hu",),
    "宰父": ("zai fu",),
    "亓官": ("qi guan",),
    "欧阳": ("ou yang",),
    "夏侯": ("xia hou",),
    "皇甫": ("huang fu",),
}

_DOTS = "·•・‧∙⋅．・"


def mask_name(name: str) -> str:
    """Hide the middle of a name, or the last character of a short one: 王国民 -> 王*民, 李梅 -> 李*."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """Hide all of a number but its last four digits, and the first three of a mobile: 138****5678."""
    if len(phone) <= 4:
        return "*" * len(phone)
    shown = 3 if len(phone) == 11 and phone.startswith("1") else 0
    return phone[:shown] + "*" * (len(phone) - shown - 4) + phone[-4:]


def mask_resident_id(number: str) -> str:
    """Hide the birth date inside a resident id; any other number keeps only its last four characters."""
    if len(number) == 18:
        return number[:6] + "********" + number[14:]
    return "*" * max(0, len(number) - 4) + number[-4:] if len(number) > 4 else "*" * len(number)


def fold(text: str) -> str:
    """Return a text as it is compared in searches: full-width, case, spaces and middle dots make no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if not character.isspace() and character not in _DOTS)


def search_keys(name: str, *, phones: Iterable[str] = (), numbers: Iterable[str] = ()) -> list[str]:
    """Return every key by which a person may be found, for an indexed text array.

    Shape: without repeats, in a stable order: the name, its characters and neighbouring pairs, its
    pinyin in full and in every beginning of its initials, the last four of phones and numbers.
    """
    folded = fold(name)
    keys = [folded, *folded, *(folded[n : n + 2] for n in range(len(folded) - 1))]
    for syllables in readings(folded):
        keys.append("".join(syllables))
        initials = "".join(syllable[0] for syllable in syllables)
        keys.extend(initials[:n] for n in range(1, len(initials) + 1))
    for number in (*phones, *numbers):
        digits = "".join(character for character in fold(number) if character.isalnum())
        keys.append(digits[-4:])
    return [key for key in dict.fromkeys(keys) if key]


def readings(name: str) -> list[list[str]]:
    """Return the ways a name may be spelt in pinyin, the proper one first.

    Shape: each a list of syllables. The surname is also given as an ordinary word would be read,
    because that is what many people type (单 as dan).
    """
    if not name:
        return []
    plain = [_syllable(character) for character in name]
    for length in (2, 1):
        proper = SURNAME_READINGS.get(name[:length])
        if proper is not None and (length == 1 or len(name) > 2):
            found = [reading.split() + plain[length:] for reading in proper]
            return found if plain in found else [*found, plain]
    return [plain]


@lru_cache(maxsize=10_000)
def _syllable(character: str) -> str:
    """Spell one character; without the dictionary of phrases its neighbours make no difference to it."""
    return "".join(lazy_pinyin([character]))


def sort_key(name: str) -> str:
    """Return the text that sorts a name by pinyin, then by its characters, under byte order."""
    folded = fold(name)
    return " ".join([*next(iter(readings(folded)), []), folded])
