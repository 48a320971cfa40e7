"""The register of standards: every edition stays, and stands behind the sheets of its time."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.cast import Cast

from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import NotFound
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import Standard, StandardEdition
from sangyu.quality.rules import BadStandard

JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)
SIXTY = "\n".join(["[N2] 按约定时间上门", "[Q1] 老人满意", *(f"第{n}项要求" for n in range(3, 61))])


def registered(
    cast: Cast, *, code: str = "SC-60", title: str = "社区养老服务工作手册", kind: str = "SERVICE"
) -> Standard:
    return quality.register_standard(code=code, title=title, kind=kind, by=cast.sun, at=cast.at)


def published(cast: Cast, row: Standard, *, text: str = SIXTY, on: date = JANUARY, document: str = "1号", by=None):
    return quality.publish_edition(
        standard_id=row.pk, valid_from=on, document=document, text=text, by=by or cast.sun, at=cast.at
    )


@pytest.mark.proves("WH-25")
def test_a_handbook_of_sixty_articles_has_editions_and_stands_behind_the_items_of_the_sheet(cast: Cast) -> None:
    handbook = registered(cast)
    first = published(cast, handbook)
    second = published(cast, handbook, text="[N2] 准时上门，误差不过十分钟\n[N3] 扫门牌码", on=JULY, document="2号")
    found = quality_read.get_standard(cast.auditor, handbook.pk)
    assert [(one.edition.n, len(one.articles)) for one in found.editions] == [(2, 2), (1, 60)]
    assert (found.on(date(2026, 6, 30)).edition, found.on(JULY).edition) == (first, second)
    assert found.on(date(2025, 12, 31)) is None
    in_june, in_july = (quality_read.articles_behind(cast.sun, on) for on in (date(2026, 6, 1), JULY))
    assert {code: [one.text for one in rows] for code, rows in in_june.items()} == {
        "N2": ["按约定时间上门"],
        "Q1": ["老人满意"],
    }
    assert {code: [one.text for one in rows] for code, rows in in_july.items()} == {
        "N2": ["准时上门，误差不过十分钟"],
        "N3": ["扫门牌码"],
    }


def test_the_sheet_of_a_month_shows_the_articles_of_that_month(cast: Cast, client) -> None:
    published(cast, registered(cast))
    cast.visited()
    cast.drawn_up()
    client.force_login(cast.sun)
    sheet = quality_read.appraisals(cast.sun, cast.month)[0]
    page = client.get(reverse("quality:sheet", args=[sheet.pk])).content.decode()
    assert "《社区养老服务工作手册》第1条：按约定时间上门" in page
    assert "第3项要求" not in page


@pytest.mark.proves("XS-49")
def test_a_standard_project_has_an_entry_in_the_register_and_is_listed(cast: Cast, client) -> None:
    project = registered(cast, code="SD-2018-01", title="山东省居家养老标准化项目", kind="PROJECT")
    published(cast, project, text="平台数据作为标准的依据", document="鲁质监标字〔2018〕1号")
    client.force_login(cast.head)
    page = client.get(reverse("quality:standards")).content.decode()
    assert "SD-2018-01" in page
    assert "山东省居家养老标准化项目" in page
    assert "标准化项目</td>" in page
    assert registered(cast, code="SD-2018-01", title="山东省居家养老标准化项目", kind="PROJECT") == project


def test_a_repeat_publishes_nothing_and_an_earlier_edition_is_never_written_over(cast: Cast) -> None:
    row = registered(cast)
    assert published(cast, row) == published(cast, row)
    assert StandardEdition.objects.count() == 1
    with pytest.raises(BadStandard, match="内容却不同"):
        published(cast, row, text="别的")
    with pytest.raises(BadStandard, match="要晚于这一天"):
        published(cast, row, document="2号")
    with pytest.raises(BadStandard, match="已登记为"):
        registered(cast, title="别的手册")


@pytest.mark.parametrize(
    ("text", "said"),
    [("[Z9] 没有这一项", "第1行的.Z9.不是考核项编号"), ("有一条\n[N2]", "第2行没有内容"), (" \n ", "一行一条")],
)
def test_an_edition_that_cannot_be_read_says_which_line(cast: Cast, text: str, said: str) -> None:
    with pytest.raises(BadStandard, match=said):
        published(cast, registered(cast), text=text)


def test_only_quality_and_the_bureau_keep_the_register_and_only_their_own(cast: Cast) -> None:
    row = registered(cast)
    with pytest.raises(NotAllowed):
        published(cast, row, by=cast.ma)
    with pytest.raises(NotFound):
        quality_read.get_standard(cast.kangan_user, row.pk)
    assert quality_read.standards(cast.kangan_user) == []
