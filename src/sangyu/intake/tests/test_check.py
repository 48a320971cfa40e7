"""A cell says one thing or nothing: what is read is read the same again, and what cannot be told is not guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.intake.rules import ELDERS, TEMPLATES, BadCell, BadFile, Form, Raw, guarded
from sangyu.intake.rules.cells import day, number_word, telephone, words, yes_or_no
from sangyu.intake.rules.columns import read_head
from sangyu.kit.errors import Refusal


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "２０２６年３月５日",
        "20260305",
        "2026-03-05 00:00:00",
        Raw("46086", Form.NUMBER),
        "46086",
        Raw("46086.0", Form.NUMBER),
        Raw("20260305", Form.NUMBER),
        Raw("2026-03-05", Form.DAY),
    ],
)
def test_a_day_is_read_however_it_is_written(cell) -> None:
    assert day(cell) == date(2026, 3, 5)


@pytest.mark.parametrize("cell", ["03/05/2026", "26-3-5", "2026-13-01", "2026-02-29", "三月五日", "5", "1026-03-05"])
def test_a_day_that_could_be_another_is_refused(cell) -> None:
    with pytest.raises(BadCell):
        day(cell)


@given(st.dates(date(1901, 1, 1), date(2118, 12, 31)))
@settings(deadline=None, max_examples=60)
def test_a_day_that_was_read_is_read_the_same_again(on: date) -> None:
    assert day(day(on.isoformat()).isoformat()) == on
    assert day(Raw(str((on - date(1899, 12, 30)).days), Form.NUMBER)) == on


@pytest.mark.parametrize(
    "cell", [Raw("6.20102194403052E+17", Form.NUMBER), "6.2E+17", Raw("620102194403052000", Form.NUMBER)]
)
def test_a_number_that_excel_rounded_is_refused_and_not_guessed(cell) -> None:
    with pytest.raises(BadCell, match="已经丢失"):
        number_word(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "13900000001",
        Raw("13900000001", Form.NUMBER),
        "+86 139-0000-0001",
        "１３９０００００００１",
        Raw("13900000001.0", Form.NUMBER),
    ],
)
def test_a_telephone_is_one_number_however_it_is_written(cell) -> None:
    assert telephone(cell) == "13900000001"


@pytest.mark.parametrize(("cell", "yes"), [("是", True), ("√", True), ("Ｙ", True), ("否", False), ("×", False)])
def test_a_tick_says_yes_and_a_cross_no(cell: str, yes: bool) -> None:
    assert yes_or_no(cell) is yes


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=200)
def test_words_that_were_read_are_read_the_same_again(text: str) -> None:
    try:
        said = words(text)
    except Refusal:
        return
    assert words(guarded(said)) == said


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "𠮷祥", "㐂子", "李﨑"])
def test_characters_of_a_name_stay_what_they_are(name: str) -> None:
    assert words(f" {name}　") == name


@pytest.mark.parametrize("form", [Form.FORMULA, Form.ERROR, Form.MERGED])
def test_what_is_no_plain_value_is_refused_whatever_it_shows(form: Form) -> None:
    for read in (words, day, telephone, yes_or_no):
        with pytest.raises(BadCell):
            read(Raw("13900000001", form))


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_every_name_of_a_column_belongs_to_one_column(template) -> None:
    names = [name for column in template.columns for name in column.names]
    assert len(names) == len(set(names))
    for column in template.columns:
        others = [one.label for one in template.columns if one.required and one != column]
        for name in column.names:
            head = read_head(template, 1, [*others, name])
            assert head is not None
            assert head.places[column.key] == len(others)


def test_a_line_of_values_is_no_head() -> None:
    assert read_head(ELDERS, 2, ["李秀兰", "620102", "南门社区", "南门巷9号", "是"]) is None
    with pytest.raises(BadFile, match="证件号码"):
        read_head(ELDERS, 1, ["姓名", "住址", "社区", "本地户籍"])
