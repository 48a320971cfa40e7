"""Components say what they are given, once, safely, and in the same words everywhere."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

from sangyu.portals.components.forms import DeskForm


def render(source: str, **context: object) -> str:
    compiled = CottonCompiler().process("{% load sangyu %}" + source)
    return engines["django"].from_string(compiled).render(context)


class Callback(DeskForm):
    name = forms.CharField(label="老人姓名", help_text="与证件一致")
    street = forms.ChoiceField(label="街道", choices=[("a", "雁南街道")])
    day = forms.ChoiceField(label="日期", choices=[("1", "今天")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="已告知收费")
    reason = forms.CharField(label="原因", error_messages={"required": "请写明拒单原因"})


def test_what_a_person_typed_is_never_markup():
    for source in (
        '<c-card title="{{ text }}">{{ text }}</c-card>',
        '<c-field label="x" name="y" value="{{ text }}" help="{{ text }}" error="{{ text }}" />',
        '<c-person name="{{ text }}" place="{{ text }}" :warnings="[text]" />',
        '<c-stat label="{{ text }}" value="{{ text }}" note="{{ text }}" />',
        '<c-heading title="{{ text }}" sub="{{ text }}" />',
        '<c-state code="{{ text }}" />',
        '<c-why :candidates="candidates" pick="e" />',
        '<c-timeline :facts="facts" />',
    ):
        shown = render(
            source,
            text='<b onclick="x">&',
            candidates=[{"name": '<b onclick="x">&', "value": '<b onclick="x">&'}],
            facts=[{"label": '<b onclick="x">&'}],
        )
        assert "&lt;b onclick" in shown
        assert "<b onclick" not in shown
        assert "&amp;lt;" not in shown, "escaped twice"


def test_the_summary_says_the_words_beside_the_field():
    shown = render(
        '<c-error-summary :form="form" />|{% for field in form %}<c-field :field="field" />{% endfor %}',
        form=Callback({"street": "z"}),
    )
    summary, fields = shown.split("|", 1)
    for words in (
        "请填写老人姓名",
        "街道不在可选范围内，请重新选择",
        "请选择日期",
        "请确认：已告知收费",
        "请写明拒单原因",
    ):
        assert words in summary
        assert words in fields
    for target in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{target}"' in fields


def test_a_right_form_has_no_summary():
    form = Callback({"name": "罗秀珍", "street": "a", "day": "1", "agreed": "on", "reason": "路远"})
    assert "sy-summary" not in render('<c-error-summary :form="form" />', form=form)


def test_a_field_is_tied_to_its_help_and_its_error():
    shown = render('<c-field :field="form.name" />', form=Callback({}))
    assert 'aria-describedby="id_name_help id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name_help"' in shown
    assert 'id="id_name_error"' in shown


def test_a_button_passes_on_what_it_does_not_know():
    shown = render('<c-button kind="quiet" name="enterprise" value="7" hx-post="/x" disabled>派</c-button>')
    assert 'name="enterprise"' in shown
    assert 'hx-post="/x"' in shown
    assert " disabled" in shown
    assert 'type="submit"' in shown


def test_a_button_with_an_address_is_a_link():
    shown = render('<c-button href="/orders/">工单</c-button>')
    assert shown.strip().startswith('<a href="/orders/"')
    assert shown.strip().endswith("</a>")


def test_a_shortcut_that_works_is_a_shortcut_that_is_shown():
    shown = render('<c-button key="F2">接听</c-button>')
    assert 'data-key="F2"' in shown
    assert ">F2</kbd>" in shown


def test_a_table_without_rows_says_what_that_means():
    source = (
        '<c-table label="超时"><c-slot name="head"><th>工单</th></c-slot>'
        "{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}"
        '<c-slot name="empty"><c-empty title="没有超时工单" /></c-slot></c-table>'
    )
    assert "没有超时工单" in render(source, rows=[])
    full = render(source, rows=["1122-0031"])
    assert "没有超时工单" not in full
    assert "1122-0031" in full


def test_a_stage_is_words_and_a_sign_never_colour_alone():
    shown = render('<c-state code="IN_SERVICE" />')
    assert "服务中" in shown
    assert "<svg" in shown


def test_a_stage_nobody_named_is_shown_as_it_is():
    assert "ARCHIVED" in render('<c-state code="ARCHIVED" />')


def test_words_given_by_a_desk_win():
    shown = render('<c-state code="PLACED" text="待公示" tone="note" />')
    assert "待公示" in shown
    assert "待派单" not in shown
    assert 'data-tone="note"' in shown


def test_a_refused_candidate_cannot_be_picked():
    candidates = [
        {"name": "桂馨家政", "value": "7", "score": "92"},
        {"name": "安顺维修", "value": "8", "failed": True, "reason": "未签合同"},
    ]
    shown = render('<c-why :candidates="candidates" pick="enterprise" />', candidates=candidates)
    assert 'value="7"' in shown
    assert 'value="8"' not in shown
    assert "未签合同" in shown


def test_an_unknown_sign_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        render('{% icon "unicorn" %}')


def test_the_id_number_on_a_card_is_masked():
    shown = render('<c-person name="罗秀珍" id_number="620102194403011234" />')
    assert "620102194403011234" not in shown
    assert "620102********1234" in shown
