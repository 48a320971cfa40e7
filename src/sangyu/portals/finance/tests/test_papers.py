"""Papers: the same bytes every time, set in our own typeface, exact to the fen, and nothing in them acts."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.kit.capital_amount import in_capitals
from sangyu.portals.finance.papers import Paper, as_pdf, as_workbook
from sangyu.portals.finance.papers.contents import approval_paper, request_paper, score_paper, summary_paper
from sangyu.portals.finance.papers.paper import MONEY, Column, Place, Table
from sangyu.portals.finance.tests.pdf_text import fonts_of, text_of
from sangyu.quality import queries as quality_read
from sangyu.settlement.models import PaymentFile, Statement

MONTH = "2026-11"


def paper(*rows, **more) -> Paper:
    columns = (Column("事项", width=20), Column("金额", MONEY))
    given = {"title": "对账单", "organisation": "虚拟养老院", "number": "JS1", "pairs": (("账期", MONTH),)}
    return Paper(**{**given, "tables": (Table(columns, rows),), **more})


def sheet_of_kangan(cast):
    sheets = quality_read.sheets(cast.qian, MONTH)
    return next(sheet for sheet in sheets if sheet.appraisal.enterprise == cast.kangan)


def cells(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return parts.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("write", [as_pdf, as_workbook])
def test_the_same_paper_is_the_same_bytes(write, monkeypatch):
    first = write(paper(("保洁", 1250)))
    monkeypatch.setenv("TZ", "America/Lima")
    assert write(paper(("保洁", 1250))) == first
    assert write(paper(("保洁", 1251))) != first


def test_chinese_and_rare_names_are_set_in_our_own_typeface():
    said = text_of(as_pdf(paper(("㛃记䶮氏服务部（大写）壹佰圆整", 100))))
    assert "㛃记䶮氏服务部（大写）壹佰圆整" in said
    assert all("NotoSans" in name for name in fonts_of(as_pdf(paper(("保洁", 1)))))


def test_every_page_says_which_of_how_many_it_is():
    said = text_of(as_pdf(paper(*[(f"第{n}单", n) for n in range(120)])))
    pages = [tuple(map(int, found)) for found in re.findall(r"第(\d+)页共(\d+)页", said)]
    assert len(pages) > 2
    assert pages == [(n, len(pages)) for n in range(1, len(pages) + 1)]


@settings(deadline=None, max_examples=60)
@given(amount_fen=st.integers(-(10**15) + 1, 10**15 - 1))
def test_an_amount_in_a_workbook_is_exact_to_the_fen(amount_fen):
    found = re.findall(r"<c r=\"B\d+\" s=\"\d+\"><v>([^<]+)</v>", cells(as_workbook(paper(("x", amount_fen)))))
    assert Decimal(found[0]) == Decimal(amount_fen).scaleb(-2)


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "https://example.com"])
def test_no_text_in_a_workbook_is_reckoned_or_followed(text):
    with zipfile.ZipFile(io.BytesIO(as_workbook(paper((text, 1))))) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()
        assert "hyperlink" not in parts.read("xl/worksheets/sheet1.xml").decode()
        assert text.strip() in parts.read("xl/sharedStrings.xml").decode()


def test_a_place_to_sign_is_a_name_and_a_time_or_an_empty_line():
    places = (Place("审核", "冯度", "2026年12月5日 09:00", "意见："), Place("局长", opinion="意见："))
    said = text_of(as_pdf(paper(places=places)))
    assert "审核意见：签字：冯度2026年12月5日09:00局长意见：签字：年月日" in said


def test_the_approval_form_bears_sum_words_and_every_signature(november, sign_in):
    run = november.approved(november.drawn_up())
    statement = Statement.objects.get()
    said = text_of(as_pdf(approval_paper(november.auditor, run)))
    signed = ("钱谨", "冯度", "傅平", "何静")
    for words in ("资金拨付审批表", in_capitals(statement.net_fen), *signed, run.root[:4], "盖章处"):
        assert words in said, words


def test_the_papers_of_a_month_come_by_their_addresses(november, sign_in):
    run = november.drawn_up()
    november.paid(run)
    sheet = sheet_of_kangan(november)
    finance = sign_in(november.qian)
    wheres = [
        reverse("finance:month-paper", args=[MONTH, "summary", "pdf"]),
        reverse("finance:month-paper", args=[MONTH, "approval", "xlsx"]),
        reverse("finance:sheet-paper", args=[sheet.appraisal.pk, "pdf"]),
        reverse("finance:sheet-paper", args=[sheet.appraisal.pk, "xlsx"]),
        reverse("finance:statement-paper", args=[Statement.objects.get().pk, "pdf"]),
        reverse("finance:request", args=[MONTH, 1, "pdf"]),
    ]
    for where in wheres:
        first, again = finance.get(where), finance.get(where)
        assert first.status_code == 200, where
        assert first.content == again.content
        assert first.content.startswith(b"%PDF" if where.endswith("pdf") else b"PK")
    assert finance.get(reverse("finance:month-paper", args=[MONTH, "summary", "docx"])).status_code == 404
    assert finance.get(reverse("finance:month-paper", args=[MONTH, "other", "pdf"])).status_code == 404


def test_the_letter_to_the_treasury_names_payee_account_sum_and_hash(november):
    run = november.drawn_up()
    november.paid(run)
    file = PaymentFile.objects.get()
    said = text_of(as_pdf(request_paper(november.qian, file)))
    for words in ("财政直接支付申请书", november.kangan.bank_account, "SY20261100001", file.sha256[:20]):
        assert words in said, words


def test_the_score_sheet_and_the_summary_say_what_the_rows_say(november):
    run = november.drawn_up()
    statement = Statement.objects.get()
    sheet = sheet_of_kangan(november)
    score = score_paper(november.qian, sheet.appraisal.pk)
    assert dict(score.pairs)["总分"] == f"{statement.score_tenths // 10}.{statement.score_tenths % 10}"
    summary = summary_paper(november.qian, run)
    assert summary.tables[0].foot[-2] == sum(row[-2] for row in summary.tables[0].rows) == statement.net_fen


def test_an_enterprise_takes_its_own_statement_and_no_other(november, sign_in):
    run = november.drawn_up()
    where = reverse("finance:statement-paper", args=[Statement.objects.get(run=run).pk, "pdf"])
    assert sign_in(november.kangan_user).get(where).status_code == 200
    assert sign_in(november.letter_user).get(where).status_code == 404
    assert sign_in(november.ma).get(where).status_code == 403
