"""A value of pack.toml is changed where it stands; every other line, comment and blank stays to the letter."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest

from sangyu.policy.toml_text import TomlText, literal

TEXT = """# head
[pack]
title = "镇"

[documents.a] # first
title = "甲"  # what it is called

# between
[ rules.x ]
values = [
  "a[", # ]
  { b = "\\"}" },
]
last = 1
# after the last value

[rules.y]
form = "tier"

[funds.z]
title = "款"
"""


def edited(header: str, key: str, value: Any) -> str:
    toml = TomlText(TEXT)
    toml.put(header, key, value)
    return toml.text


def test_a_value_is_changed_added_or_taken_out() -> None:
    assert TomlText(TEXT).text == TEXT
    assert edited("documents.a", "title", "乙") == TEXT.replace('title = "甲"  # what it is called', 'title = "乙"')
    assert edited("documents.a", "title", None) == TEXT.replace('title = "甲"  # what it is called\n', "")
    assert edited("documents.a", "number", None) == TEXT
    called = 'title = "甲"  # what it is called\n'
    assert edited("documents.a", "number", "1号") == TEXT.replace(called, called + 'number = "1号"\n')
    several = TEXT[TEXT.index("values = [") : TEXT.index("last = 1")]
    assert edited("rules.x", "values", [1, 2]) == TEXT.replace(several, "values = [1, 2]\n")
    assert edited("rules.x", "values", None) == TEXT.replace(several, "")
    assert edited("rules.x", "last", 2) == TEXT.replace("last = 1", "last = 2")
    assert edited("rules.x", "more", True) == TEXT.replace("last = 1\n", "last = 1\nmore = true\n")
    assert edited("funds.z", "level", "district") == TEXT + 'level = "district"\n'
    with pytest.raises(KeyError, match=r"^'rules\.z'$"):
        edited("rules.z", "form", "tier")


def test_a_section_goes_behind_the_last_of_its_kind_or_to_the_end() -> None:
    toml = TomlText(TEXT)
    toml.append("documents.b", {"title": "丙", "number": None})
    toml.append("rules.z", {"form": "split", "versions": [{"from": date(2020, 1, 2), "table": "z.csv"}]})
    toml.append("offers.meal", {})
    called = 'title = "甲"  # what it is called\n'
    wanted = TEXT.replace(called, called + '\n[documents.b]\ntitle = "丙"\n')
    versions = 'versions = [\n  { from = 2020-01-02, table = "z.csv" },\n]\n'
    wanted = wanted.replace('form = "tier"\n', 'form = "tier"\n\n[rules.z]\nform = "split"\n' + versions)
    assert toml.text == wanted + "\n[offers.meal]\n"
    assert tomllib.loads(toml.text)["rules"]["z"]["versions"] == [{"from": date(2020, 1, 2), "table": "z.csv"}]
    bare = TomlText("[pack]\na = 1")
    bare.append("rules.x", {"b": 2})
    bare.append("rulesets.x", {"c": 3})
    assert bare.text == "[pack]\na = 1\n\n[rules.x]\nb = 2\n\n[rulesets.x]\nc = 3"


def test_a_section_is_taken_out_with_the_blank_line_before_it() -> None:
    def without(header: str) -> str:
        toml = TomlText(TEXT)
        toml.remove(header)
        return toml.text

    assert without("rules.y") == TEXT.replace('\n[rules.y]\nform = "tier"\n', "")
    assert without("funds.z") == TEXT.replace('\n[funds.z]\ntitle = "款"\n', "")
    assert without("rules.x") == TEXT[: TEXT.index("[ rules.x ]")] + TEXT[TEXT.index("# after") :]
    first = TomlText("[a]\nx = 1\n[b]\ny = 2\n")
    first.remove("a")
    assert first.text == "[b]\ny = 2\n"


def test_a_line_knows_its_section() -> None:
    toml = TomlText(TEXT)
    assert [toml.header_at(line) for line in range(1, len(TEXT.split("\n")) + 2)] == [
        *("", "pack", "pack", "pack"),
        *["documents.a"] * 4,
        *["rules.x"] * 8,
        *["rules.y"] * 3,
        *["funds.z"] * 4,
    ]


def test_a_value_without_an_end_reaches_to_the_last_line() -> None:
    toml = TomlText("[a]\nx = [\n  1,\n")
    toml.put("a", "x", 2)
    assert toml.text == "[a]\nx = 2"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (date(2020, 1, 2), "2020-01-02"),
        ('a"b\\c\n镇\x7f', r'"a\"b\\c\n镇\u007f"'),
        ([], "[]"),
        ((1, "a"), '[1, "a"]'),
        ([["a", "b"], []], '[["a", "b"], []]'),
        ({"a": 1, "b": [True]}, "{ a = 1, b = [true] }"),
        ([{"a": 1}, {"b": "x"}], '[\n  { a = 1 },\n  { b = "x" },\n]'),
    ],
)
def test_a_value_is_written_as_toml_reads_it(value: Any, text: str) -> None:
    assert literal(value) == text
    assert tomllib.loads(f"x = {text}")["x"] == (list(value) if isinstance(value, tuple) else value)
