"""A table of facts is read cell by cell in the kind of each fact; what cannot be read is said by line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from sangyu.policy.errors import BadFact
from sangyu.policy.rehearse import facts_table

HEADER = "on, age ,registered,mode,last_respite_on,identities,scores_tenths,distances_m,events,street"
LINES = """
2020-01-02, 70 ,YES,home,2019-12-31,dibao| needy |,"{""norms"": 250, ""staff"": 3}",1|20,2020-01-01|2020-02-02, 雁滩
,,,,,,,,,
2020-01-03,-1,否,,,无,{},none,无,
2020-01-03,0,1,,,none|dibao,,,,张掖路
"""


def test_every_kind_of_fact_is_read(tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(HEADER + LINES, encoding="utf-8-sig")
    table = facts_table(tmp_path / "facts.csv")
    assert {field.name: str(field.type) for field in table.schema} == {
        "on": "date32[day]",
        "age": "int64",
        "registered": "bool",
        "mode": "string",
        "last_respite_on": "date32[day]",
        "identities": "list<item: string>",
        "scores_tenths": "map<string, int64>",
        "distances_m": "list<item: int64>",
        "events": "list<item: date32[day]>",
        "street": "string",
    }
    nothing = dict.fromkeys(table.column_names)
    assert table.to_pylist() == [
        {
            "on": date(2020, 1, 2),
            "age": 70,
            "registered": True,
            "mode": "home",
            "last_respite_on": date(2019, 12, 31),
            "identities": ["dibao", "needy"],
            "scores_tenths": [("norms", 250), ("staff", 3)],
            "distances_m": [1, 20],
            "events": [date(2020, 1, 1), date(2020, 2, 2)],
            "street": "雁滩",
        },
        nothing,
        {
            **nothing,
            "on": date(2020, 1, 3),
            "age": -1,
            "registered": False,
            "identities": [],
            "scores_tenths": [],
            "distances_m": [],
            "events": [],
        },
        {**nothing, "on": date(2020, 1, 3), "age": 0, "registered": True, "identities": ["dibao"], "street": "张掖路"},
    ]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        *[(word, True) for word in ("true", "True", "yes", "1", "是")],
        *[(word, False) for word in ("false", "no", "NO", "0", "否")],
        ("  ", None),
    ],
)
def test_yes_and_no(tmp_path: Path, said: str, wanted: bool | None) -> None:
    (tmp_path / "facts.csv").write_text(f"registered\n{said}\n", encoding="utf-8")
    assert facts_table(tmp_path / "facts.csv").to_pydict() == {"registered": [wanted]}


@pytest.mark.parametrize(
    ("name", "label", "text"),
    [
        ("age", "年龄（周岁）", "七十"),
        ("age", "年龄（周岁）", "70.5"),
        ("registered", "已登记入院", "maybe"),
        ("on", "服务日期（办理日期）", "2020-02-30"),
        ("last_respite_on", "本人上次喘息服务申请日", "去年"),
        ("scores_tenths", "分项得分", "{"),
        ("scores_tenths", "分项得分", "[1]"),
        ("distances_m", "各老人到最近服务点的距离", "1|x"),
        ("events", "已发生日期", "2020-01-01|1月2日"),
    ],
)
def test_what_cannot_be_read_is_said_by_line(tmp_path: Path, name: str, label: str, text: str) -> None:
    (tmp_path / "facts.csv").write_text(f"street,{name}\n甲,\n乙,{text}\n", encoding="utf-8")
    with pytest.raises(BadFact) as refused:
        facts_table(tmp_path / "facts.csv")
    assert str(refused.value) == f"事实表第3行“{label}”（{name}）的值 {text!r} 读不出来"


def test_a_table_without_lines_keeps_its_columns_and_one_in_parquet_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("on,street\n", encoding="utf-8")
    empty = facts_table(tmp_path / "facts.csv")
    assert empty == pa.table({"on": pa.array([], pa.date32()), "street": pa.array([], pa.string())})
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert facts_table(tmp_path / "empty.csv").num_columns == 0
    written = pa.table({"age": [70, None]})
    pq.write_table(written, tmp_path / "facts.parquet")
    assert facts_table(tmp_path / "facts.parquet") == written
