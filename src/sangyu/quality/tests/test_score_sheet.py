"""The sheet as plain values, for whoever prints it."""

from __future__ import annotations

import pytest
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.kit.errors import NotFound
from sangyu.quality import queries as quality_read
from sangyu.quality.tests.sheet import appraise, finalise, item_of, object_to, published, rule


def test_everything_that_stands_on_the_paper_is_there(cast):
    cast.visited(place=None)
    item = published(cast)
    rule(cast, object_to(cast, item))
    finalise(cast, item.appraisal)
    sheet = quality_read.score_sheet(cast.sun, item.appraisal_id)
    assert (sheet.enterprise, str(sheet.month), sheet.total_tenths) == (cast.kangan.name, "2026-11", 970)
    assert [(side.name, side.weight, side.score_tenths) for side in sheet.dimensions] == [
        ("企业建设", 20, 1000),
        ("服务规范", 30, 900),
        ("服务质量", 30, 1000),
        ("员工管理", 20, 1000),
    ]
    lines = {line.code: line for side in sheet.dimensions for line in side.items}
    assert (lines["N3"].first_tenths, lines["N3"].score_tenths) == (0, 200)
    assert (lines["N3"].objection.text, lines["N3"].objection.upheld) == ("手机当时没有信号", True)
    assert (lines["E3"].by, lines["E3"].by_hand, lines["N1"].by) == ("孙洁", True, "系统计算")
    assert (sheet.released_by, sheet.final_by, sheet.empty) == ("孙洁", "孙洁", ())


def test_a_draft_says_what_is_empty_and_has_no_total(cast):
    appraise(cast)
    sheet = quality_read.score_sheet(cast.sun, item_of(cast).appraisal_id)
    assert sheet.empty == ("经营场所与消防", "培训与仪表")
    assert (sheet.total_tenths, sheet.released_at, sheet.dimensions[0].score_tenths) == (None, None, None)


def test_a_stranger_prints_nothing(cast):
    item = published(cast)
    for stranger in (cast.letter_user, neighbour(cast, Role.QUALITY)):
        with pytest.raises(NotFound):
            quality_read.score_sheet(stranger, item.appraisal_id)
