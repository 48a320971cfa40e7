"""The bureau reads and prints the roots of the audit book, and is told when book and roots part."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cast import Cast

from sangyu.access import actions as access
from sangyu.access import queries as access_read

ADDRESS = "/audit/roots/"


@pytest.fixture
def kept(cast: Cast, tmp_path: Path, settings) -> Path:
    settings.ANCHORS = tmp_path
    for day in range(40):
        access.seal(programme_id=cast.programme.pk)
        access.anchor(programme=cast.programme, on=date(2026, 10, 1) + timedelta(days=day), folder=tmp_path)
    return tmp_path


def test_the_last_month_is_shown_newest_first_as_it_is_printed(cast: Cast, sign_in, kept: Path) -> None:
    page = sign_in(cast.auditor).get(ADDRESS).content.decode()
    anchors = access_read.anchors(cast.programme, kept)
    assert anchors[-1].shown in page
    assert "2026-11-09" in page
    assert "2026-10-10" in page
    assert "2026-10-09" not in page
    assert "留存的 40 行全部对得上" in page
    assert f"--root {anchors[-1].n}:{anchors[-1].shown}" in page


def test_a_book_that_parts_from_its_roots_is_told_in_red(cast: Cast, sign_in, kept: Path) -> None:
    path = access_read.anchor_file(cast.programme, kept)
    path.write_text(path.read_text(encoding="ascii").replace("n=", "n=9", 1), encoding="ascii")
    page = sign_in(cast.head).get(ADDRESS).content.decode()
    assert "账簿与留存的根不一致" in page
    assert "库外文件第2行读不懂，或与前一行不衔接" in page
    assert "2026-10-01留存的第9" in page


def test_without_a_place_outside_the_page_says_what_to_do(cast: Cast, sign_in, settings) -> None:
    settings.ANCHORS = None
    page = sign_in(cast.auditor).get(ADDRESS).content.decode()
    assert "SANGYU_ANCHORS" in page
    assert "还没有留存" in page


def test_it_is_not_for_the_hotline_nor_for_finance(cast: Cast, sign_in) -> None:
    for stranger in (cast.ma, cast.qian, cast.kangan_user):
        assert sign_in(stranger).get(ADDRESS).status_code == 403
