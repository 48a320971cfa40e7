"""Futian's elders without local hukou: kept, counted on both bases, and judged by the base that the rule names."""

from __future__ import annotations

from datetime import date

import pytest

from sangyu import policy
from sangyu.insight import queries as insight_read
from sangyu.registry import actions as registry
from tests.cast import COMMUNITY, Cast, resident_number


@pytest.mark.proves("FT-39")
def test_who_moved_in_without_hukou_is_kept_counted_on_both_bases_and_judged_by_the_named_one(cast: Cast) -> None:
    moved_in = registry.register(
        by=cast.clerk,
        at=cast.at,
        name="钟慧",
        document_number=resident_number(date(1950, 6, 1), 62),
        community_code=COMMUNITY,
        address="南门巷9号",
        phones=["13900000061"],
        hukou_in_area=False,
    )
    assert moved_in.hukou_in_area is False
    assert "lives_in_area" in moved_in.decision["facts_used"], "the rule of registration names residence"
    assert "hukou_in_area" not in moved_in.decision["facts_used"]
    with_hukou_only = {"age": 76, "lives_in_area": False, "hukou_in_area": True}
    refused = policy.decide(policy.load("lanzhou-chengguan"), "registration", with_hukou_only, on=date(2026, 11, 9))
    assert (refused.eligible, refused.lacking) == (False, "lives_in_area")
    ageing = next(s for s in insight_read.report(cast.head, date(2026, 11, 9)).sections if s.code == "ageing")
    [table] = ageing.tables
    on_both = {column: sum(row[n].value for _, row in table.rows) for n, column in enumerate(table.columns)}
    assert (on_both["在册"], on_both["本地户籍"]) == (3, 2)
