"""The catalogue comes from a sheet: all of it or nothing, told by line; what is replaced is ordered no more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.cast import Cast

from sangyu.access.models import AuditEntry
from sangyu.access.queries import NotAllowed
from sangyu.kit.errors import Refusal
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Imported
from sangyu.providers.models import GroupedItem, ServiceItem
from sangyu.providers.sheet import SheetFaulty

HEAD = "编号,名称,类别,单位,分钟,价格,补贴方式,服务标准,拼音,技能,接替,承接机构,标准文本,分组：六助（可空）\n"
TIDY = "ZJ001,居室整理,生活照料,次,60,40,household,整理衣物和台面，做完请您检查。,jszl,保洁,,,,助洁\n"
NEW_YEAR = date(2027, 1, 1)


def bring(cast: Cast, text: str, since: date = NEW_YEAR) -> Imported:
    return providers.import_catalogue(text=text, valid_from=since, by=cast.wang, at=cast.at)


def test_a_sheet_lists_prices_and_groups_and_the_same_sheet_again_changes_nothing(cast: Cast) -> None:
    assert bring(cast, HEAD + TIDY) == Imported(listed=1, priced=1, retired=0)
    listed = {row.item.code: row for row in providers_read.catalogue(cast.wang, NEW_YEAR)}
    tidy = listed["ZJ001"]
    assert (tidy.item.name, tidy.price_fen, tidy.groups["六助"].name) == ("居室整理", 4000, "助洁")
    assert bring(cast, HEAD + TIDY) == Imported(0, 0, 0)
    assert AuditEntry.objects.filter(verb="providers.import_catalogue").count() == 1


def test_what_is_handed_out_comes_back_unchanged(cast: Cast) -> None:
    bring(cast, HEAD + TIDY, since=cast.at.date())
    sheet = providers_read.sheet_of(cast.wang, cast.at.date())
    assert "居室整理" in sheet
    assert bring(cast, sheet, since=cast.at.date()) == Imported(0, 0, 0)


def test_another_price_begins_on_its_day_and_the_item_stays_what_it_is(cast: Cast) -> None:
    bring(cast, HEAD + TIDY, since=cast.at.date())
    assert bring(cast, HEAD + TIDY.replace(",40,", ",45,")) == Imported(0, 1, 0)
    item = ServiceItem.objects.get(code="ZJ001")
    assert providers_read.market_price_fen(item, NEW_YEAR - timedelta(days=1)) == 4000
    assert providers_read.market_price_fen(item, NEW_YEAR) == 4500


def test_a_wrong_line_is_told_with_its_number_and_nothing_of_the_sheet_is_taken(cast: Cast) -> None:
    wrong = "ZJ002,,家政,次,0,四十,household,标准。,x,,SH009,街道办,GB/T 1,助洁\n"
    with pytest.raises(SheetFaulty) as refusal:
        bring(cast, HEAD + TIDY + wrong)
    said = str(refusal.value)
    for part in (
        "第3行没有填“名称”",
        "类别“家政”不是生活照料",
        "分钟“0”",
        "价格“四十”",
        "承接机构“街道办”不是居家服务企业",
    ):
        assert part in said
    assert not ServiceItem.objects.filter(code="ZJ001").exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (TIDY.replace("居室整理", "居室清洁").replace("ZJ001", "SH001"), "“SH001”已用于“室内保洁”，名称.*不同"),
        (TIDY.replace(",保洁,,", ",保洁,SH009,"), "接替的“SH009”不在目录里"),
        (TIDY.replace(",,,助洁", ",,GB/T 1,助洁"), "标准文本“GB/T 1”还没有登记"),
        (TIDY + TIDY, "第3行编号“ZJ001”与第2行重复"),
    ],
)
def test_what_does_not_fit_the_catalogue_is_refused(cast: Cast, line: str, why: str) -> None:
    with pytest.raises(SheetFaulty, match=why):
        bring(cast, HEAD + line)


def test_a_scheme_that_may_not_be_empty_wants_a_group_in_every_line(cast: Cast) -> None:
    with pytest.raises(SheetFaulty, match="没有填“分组：六助”"):
        bring(cast, HEAD.replace("（可空）", "") + TIDY.replace("助洁\n", "\n"))


def test_an_item_stands_in_one_group_of_a_scheme(cast: Cast) -> None:
    bring(cast, HEAD + TIDY)
    with pytest.raises(SheetFaulty, match="“居室整理”在“六助”里已归“助洁”"):
        bring(cast, HEAD + TIDY.replace("助洁", "助浴"))
    assert GroupedItem.objects.count() == 1


def test_only_the_bureau_and_the_dispatchers_bring_a_catalogue(cast: Cast) -> None:
    for nobody in (cast.kangan_user, cast.ma, cast.clerk):
        with pytest.raises(NotAllowed):
            providers.import_catalogue(text=HEAD + TIDY, valid_from=NEW_YEAR, by=nobody, at=cast.at)


def test_a_replaced_item_is_neither_found_nor_ordered_from_its_day_on(cast: Cast) -> None:
    since = (cast.at + timedelta(days=3)).date()
    before = cast.order(days=1)
    assert bring(cast, HEAD + TIDY.replace(",保洁,,", ",保洁,SH001,"), since=since).retired == 1
    found = [
        [item.code for item in providers_read.search_items(cast.ma, "SH001", on=on)] for on in (cast.at.date(), since)
    ]
    assert found == [["SH001"], []]
    cast.cleaning.refresh_from_db()
    with pytest.raises(Refusal, match=r"“室内保洁”从2026-11-12起不再接单，请改选“居室整理”"):
        cast.order(elder=cast.grandpa, days=3)
    before.refresh_from_db()
    assert before.item.code == "SH001"
    with pytest.raises(SheetFaulty, match="已由别的项目接替"):
        bring(cast, HEAD + TIDY.replace("ZJ001", "ZJ002").replace(",保洁,,", ",保洁,SH001,"), since=since)
