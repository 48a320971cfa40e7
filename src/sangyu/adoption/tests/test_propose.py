"""A change is proposed as an edited workbook or as other figures; nothing is in force by it, nothing stands half."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from tests.cast import PARAMETERS
from tests.neighbour import Neighbour

from sangyu.adoption import actions as adoption
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.actions import NothingChanged, OtherProposed
from sangyu.adoption.models import Draft, PackVersion
from sangyu.adoption.rules import UnknownParameter
from sangyu.adoption.tests.edits import CREDIT, credit_of, put_credit, saved, workbook
from sangyu.adoption.workbook import OtherWorkbook
from sangyu.kit.errors import NotFound
from sangyu.policy.excel_read import FILE_BYTES_MAX, BadWorkbook
from sangyu.policy.tests.workbook import Formula


def propose(cast, *, key="1", **more):
    made = {"document": "城民发〔2026〕40号", "reason": "提高B类补贴", "by_id": cast.deputy.pk, "at": cast.at, **more}
    return adoption.propose(programme_id=cast.programme.pk, key=key, **made)


def test_an_edited_workbook_becomes_a_draft_and_nothing_is_in_force_by_it(cast):
    draft, made = propose(cast, workbook=credit_of(cast.programme.pk))
    assert made
    assert (draft.state, draft.faults) == ("PROPOSED", [])
    assert draft.based_on == adoption_read.newest(cast.programme.pk).digest != draft.digest
    assert draft.parameters == PARAMETERS
    assert PackVersion.objects.filter(pk=draft.digest).exists()
    pack = adoption_read.draft_pack(cast.deputy, draft.pk)
    assert [str(version.from_on) for version in pack.rules["class-b-credit"].versions] == ["None", "2026-12-01"]
    assert adoption_read.in_force(cast.programme.pk, cast.at.date()).digest == draft.based_on


def test_other_figures_become_a_draft_on_the_same_tables(cast):
    draft, _ = propose(cast, parameters={**PARAMETERS, "share_pm": 300})
    assert draft.digest == draft.based_on
    assert draft.parameters["share_pm"] == 300


def test_the_same_again_is_one_draft_and_another_under_its_key_is_refused(cast):
    draft, _ = propose(cast, parameters={**PARAMETERS, "share_pm": 300})
    assert propose(cast, parameters={**PARAMETERS, "share_pm": 300}) == (draft, False)
    with pytest.raises(OtherProposed, match="已经提出过另一份"):
        propose(cast, parameters={**PARAMETERS, "share_pm": 400})
    assert Draft.objects.count() == 1


def test_what_changes_nothing_is_no_draft(cast):
    with pytest.raises(NothingChanged, match="没有可以复核的改动"):
        propose(cast, workbook=saved(workbook(cast.programme.pk)))
    with pytest.raises(NothingChanged):
        propose(cast, parameters=PARAMETERS)
    assert not Draft.objects.exists()


def test_examples_that_no_longer_come_out_are_kept_with_file_and_cell(cast):
    book = workbook(cast.programme.pk)
    put_credit(book, CREDIT, 60)
    draft, _ = propose(cast, workbook=saved(book))
    assert draft.faults
    for fault in draft.faults:
        assert fault["place"].startswith("lanzhou-chengguan/cases.jsonl:")
        assert fault["cell"].startswith("算例!D")
        assert "不对" in fault["message"]


def broken(cast, what):
    book = workbook(cast.programme.pk)
    place = book.sheets[CREDIT][1].index("granted")
    if what == "formula":
        book.sheets[CREDIT][-1][place] = Formula("=50+10")
    if what == "merged":
        book.merged.append((CREDIT, "A9:B9"))
    if what == "long":
        book.sheets[CREDIT] += [["B"]] * 1000
    if what == "name":
        book.put("规则", "spot-check", "file", "..")
    return saved(book)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("formula", "这一格是公式；请复制后选择性粘贴为“值”"),
        ("merged", "这几格合并了；请取消合并"),
        ("long", "一张规则表最多 1000 行"),
        ("name", "文件名“..”不能用"),
    ],
)
def test_a_workbook_that_cannot_be_taken_over_leaves_nothing(cast, what, said):
    with pytest.raises((BadWorkbook, OtherWorkbook)) as refused:
        propose(cast, workbook=broken(cast, what))
    assert said in str(refused.value)
    assert (Draft.objects.count(), PackVersion.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "不是 .xlsx 工作簿"),
        (b"\xd0\xcf\x11\xe0 an old one", "设了密码，或者是旧格式"),
        (b"0" * (FILE_BYTES_MAX + 1), "超过 8 MB"),
    ],
)
def test_what_is_no_workbook_is_refused_under_its_own_name(cast, content, said):
    with pytest.raises(BadWorkbook, match=said) as refused:
        propose(cast, workbook=content, workbook_name="C:\\桌面\\补贴.xls")
    assert str(refused.value).startswith("补贴.xls: ")


def test_a_workbook_of_an_older_version_is_refused(cast):
    old = credit_of(cast.programme.pk)
    draft, _ = propose(cast, workbook=old)
    adoption.review(
        programme_id=cast.programme.pk,
        draft_id=draft.pk,
        adopt=True,
        note="",
        by_id=cast.head.pk,
        at=cast.at,
        valid_from=cast.month.first_day.replace(month=12),
    )
    with pytest.raises(OtherWorkbook, match="从另一个版本导出的"):
        propose(cast, workbook=old, key="2")


def test_the_appraisal_sheet_is_part_of_the_version_and_its_faults_are_named_by_cell(cast):
    book = workbook(cast.programme.pk)
    book.put("appraisal-sheet", "E1", "full", "35")
    draft, _ = propose(cast, workbook=saved(book))
    assert "appraisal-sheet.csv" in PackVersion.objects.get(pk=draft.digest).files
    [fault] = draft.faults
    assert fault["cell"].startswith("appraisal-sheet!A")
    assert "“enterprise”各项满分合计 95 分，应为 100 分" in fault["message"]


def test_a_figure_that_the_pack_does_not_know_is_refused(cast):
    with pytest.raises(UnknownParameter):
        propose(cast, parameters={**PARAMETERS, "shares_pm": 300})


def test_drafts_are_read_by_who_answers_for_the_policy_of_the_same_programme(cast):
    draft, _ = propose(cast, parameters={**PARAMETERS, "share_pm": 300})
    next_door = Neighbour(cast.at)
    for viewer in (cast.head, cast.deputy, cast.auditor):
        assert list(adoption_read.drafts(viewer)) == [draft]
    for viewer in (cast.ma, cast.qian, cast.kangan_user, next_door.head):
        assert not adoption_read.drafts(viewer)
        with pytest.raises(NotFound, match="没有找到这份拟改稿"):
            adoption_read.draft_pack(viewer, draft.pk)


def test_a_draft_is_never_changed(cast):
    draft, _ = propose(cast, parameters={**PARAMETERS, "share_pm": 300})
    with pytest.raises(DatabaseError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(document="另一份")
    with pytest.raises(DatabaseError), transaction.atomic():
        draft.delete()
