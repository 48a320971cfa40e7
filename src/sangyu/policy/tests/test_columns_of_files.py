"""A file of lines and the answers beside it: what is known of it beforehand, what is written, kept, hashed and told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from sangyu.policy import BadFact, UnknownRule
from sangyu.policy.cli import main
from sangyu.policy.column_facts import NotInColumns
from sangyu.policy.column_files import Profile, connect, decide_file, find, look
from sangyu.policy.columns import answer_fields, answer_types, asked_of, decide_all, reason_against
from sangyu.policy.each import digest, each_of_file
from sangyu.policy.many import decide_many
from sangyu.policy.tests.hamlet_facts import PACK, PLACE, SAID, shape

JUNE = [date(2016, 6, 1), date(2016, 6, 30)]


def table(lines: Mapping[str, list[Any]]) -> pa.Table:
    kinds = shape(tuple(lines)).to_pyarrow()
    return pa.table({name: pa.array(column, kinds.field(name).type) for name, column in lines.items()})


def looked(lines: Mapping[str, list[Any]], on: date | None = None, known: Profile | None = None) -> Profile:
    with connect() as connection:
        connection.register("facts", table(lines))
        return look(connection, list(lines), on, known)


def profile(whole: str = "", clean: str = "", positive: str = "", days: tuple[Any, Any] = (None, None)) -> Profile:
    return Profile(frozenset(whole.split()), frozenset(clean.split()), frozenset(positive.split()), *days)


WHOLE: dict[str, list[Any]] = {
    "on": JUNE,
    "birth_date": [date(1940, 1, 1), date(2016, 6, 1)],
    "beds": [0, 7],
    "mode": ["home", "dine_in"],
    "identities": [["dibao"], []],
    "events": [[], [date(2016, 6, 1)]],
    "distances_m": [[3], []],
    "registered": [True, False],
}
GAPS: dict[str, list[Any]] = {
    "on": [JUNE[0], None],
    "birth_date": [None, date(2016, 6, 1)],
    "beds": [None, 0],
    "mode": [None, "home"],
    "identities": [None, ["dibao", "needy"]],
    "events": [None, []],
    "distances_m": [[1], None],
    "registered": [None, True],
}
STRANGE: dict[str, list[Any]] = {
    "on": JUNE,
    "birth_date": [date(1940, 1, 1), date(2016, 7, 1)],
    "beds": [-1, 7],
    "mode": ["home", "nobody_knows"],
    "identities": [["dibao", "nobody_knows"], []],
    "events": [[None], []],
    "distances_m": [[3, None], []],
    "registered": [True, False],
}
CLEAN = "birth_date mode identities events distances_m"
LOOKED = [
    (WHOLE, profile(" ".join(WHOLE), CLEAN, "beds", (JUNE[0], JUNE[1]))),
    (GAPS, profile("", CLEAN, "beds", (JUNE[0], JUNE[0]))),
    (STRANGE, profile(" ".join(WHOLE), "", "", (JUNE[0], JUNE[1]))),
    (
        {**WHOLE, "identities": [["dibao", None], []]},
        profile(" ".join(WHOLE), CLEAN.replace("identities ", ""), "beds", (JUNE[0], JUNE[1])),
    ),
]


@pytest.mark.parametrize(("lines", "known"), LOOKED, ids=["whole", "gaps", "strange", "a hole in a list"])
def test_what_is_known_of_an_input_before_it_is_read(lines: dict[str, list[Any]], known: Profile) -> None:
    assert looked(lines) == known


def test_what_is_known_is_not_looked_for_and_a_day_that_is_given_is_no_column() -> None:
    told = profile("beds registered", "mode", "beds")
    assert looked({"beds": [-1, None], "mode": ["x", "y"], "on": JUNE}, known=told) == profile(
        "beds registered mode on", "mode", "beds", (JUNE[0], JUNE[1])
    )
    born = {"birth_date": [date(2016, 6, 15), None]}
    assert looked(born, on=date(2016, 6, 15)) == profile("", "birth_date")
    assert looked(born, on=date(2016, 6, 14)) == profile()
    assert looked({"on": [None, None]}) == profile()


def test_days_reach_as_far_as_no_rule_of_the_pack_changes() -> None:
    change = date(2016, 6, 1)
    early, late = profile(days=(date(2016, 5, 1), date(2016, 5, 31))), profile(days=(change, change))
    assert (early.widened(PACK).first_on, early.widened(PACK).last_on) == (date.min, date(2016, 5, 31))
    assert (late.widened(PACK).first_on, late.widened(PACK).last_on) == (change, date(9999, 12, 30))
    over = profile(days=(date(2016, 5, 31), change))
    assert (over.widened(PACK).first_on, over.widened(PACK).last_on) == (date.min, date(9999, 12, 30))
    half = profile(days=(None, change))
    assert half.widened(PACK) == half


def test_a_duckdb_keeps_within_its_memory_and_threads() -> None:
    def settings(opened: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
        names = ("memory_limit", "threads", "preserve_insertion_order", "enable_progress_bar")
        asked = ", ".join(f"current_setting('{name}')" for name in names)
        return tuple(opened.execute(f"SELECT {asked}").fetchall()[0])

    with connect() as plain, connect("300MB", 1, keeps_order=True) as other:
        assert settings(plain) == ("572.2 MiB", 2, False, False)
        assert settings(other) == ("286.1 MiB", 1, True, False)


LINES: dict[str, list[Any]] = {
    "id": [7, 3, 5],
    "on": [*JUNE, date(2015, 1, 1)],
    "beds": [10, None, 3],
    "income_month_fen": [0, 1, None],
}
WORTH = ("outcome", "missing", "fault", "version", "row", "amount_fen")
ANSWERS = [
    ("decided", None, None, "..", 2, 1500),
    ("needs_fact", "beds", None, "..", None, None),
    ("decided", None, None, "..", 3, 0),
]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path / "var"))
    return tmp_path


def put(folder: Path, lines: Mapping[str, list[Any]], name: str = "it's in.parquet") -> Path:
    pq.write_table(table(lines), folder / name)
    return folder / name


@pytest.mark.parametrize("engine", [decide_file, each_of_file])
@pytest.mark.parametrize("key", ["id", "position"])
def test_a_file_is_answered_line_by_line_under_its_numbers(kept: Path, engine: Any, key: str) -> None:
    lines = LINES if key == "id" else {name: column for name, column in LINES.items() if name != "id"}
    target = kept / "it's out.parquet"
    assert engine(PACK, "worth", put(kept, lines), target) == 3
    made = pq.read_table(target)
    numbers = LINES["id"] if key == "id" else [1, 2, 3]
    by_number = sorted(zip(numbers, ANSWERS, strict=True))
    assert made.column_names == [key, *WORTH]
    assert sorted(tuple(line.values()) for line in made.to_pylist()) == [(at, *answer) for at, answer in by_number]
    rows = ["|".join("" if one is None else str(one) for one in (at, *answer)) + "\n" for at, answer in by_number]
    assert digest(target) == hashlib.sha256("".join(rows).encode()).hexdigest()


def test_a_file_without_days_or_with_a_column_of_another_type_is_refused(kept: Path) -> None:
    with pytest.raises(BadFact) as refusal:
        decide_file(PACK, "worth", put(kept, {"beds": [1]}), kept / "out")
    assert str(refusal.value) == "缺少服务日期（on）这一列"
    pq.write_table(pa.table({"on": JUNE, "beds": ["many", "few"]}), kept / "in")
    with pytest.raises(BadFact) as refusal:
        decide_file(PACK, "worth", kept / "in", kept / "out")
    assert str(refusal.value) == "“床位数”（beds）这一列的类型是 string，应为 int64"
    with pytest.raises(BadFact) as refusal:
        decide_all(PACK, "worth", table({"beds": [1]}))
    assert str(refusal.value) == "缺少服务日期（on）这一列"
    stated = pa.table({"on": JUNE, "service_class": [1, 2], "price_fen": [1, 1]})
    with pytest.raises(BadFact) as refusal:
        decide_all(PACK, "meal", stated)
    assert (
        str(refusal.value)
        == "“service_class”（service_class）这一列的类型是 int64，应为代码、是否或整数，与规则的结果相同"
    )


def test_what_was_printed_is_kept_by_what_it_was_printed_from(kept: Path) -> None:
    def printed(**lines: Any) -> list[list[str]]:
        decide_file(PACK, "worth", put(kept, {**LINES, **lines}), kept / "out")
        files = sorted((kept / "var" / "printed").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return [list(json.loads(file.read_text(encoding="utf-8"))) for file in files]

    (first,) = printed()
    assert first[0] == "asked"
    assert json.loads(first[1]) == [["id", "on"], [], ["beds", "id", "income_month_fen"], "0001-01-01", "9999-12-30"]
    (again,) = printed(beds=[10, 4, 3])
    assert [json.loads(one) for one in again[1:]] == [
        [["id", "on"], [], ["beds", "id", "income_month_fen"], "0001-01-01", "9999-12-30"],
        [["beds", "id", "on"], [], ["beds", "id", "income_month_fen"], "0001-01-01", "9999-12-30"],
    ]
    assert printed(beds=[10, 4, 3]) == [again]
    for file in (kept / "var" / "printed").iterdir():
        assert re.fullmatch("[0-9a-f]{64}[.]json", file.name)
        file.write_text("[]", encoding="utf-8")
    assert printed(beds=[10, 4, 3]) == [["asked", again[2]]]


def test_another_rule_figure_column_or_pack_is_printed_for_itself(kept: Path) -> None:
    def printed(rule: str, said: dict[str, Any] | None = None, pack: Any = PACK, **lines: list[Any]) -> set[str]:
        decide_file(pack, rule, put(kept, {**LINES, **lines}), kept / "out", said)
        return {file.name for file in (kept / "var" / "printed").iterdir()}

    seen = [printed("worth"), printed("low"), printed("low", {"line_fen": 1}), printed("low", {"line_fen": 2})]
    seen += [printed("low", {"line_fen": 2}, age=[1, 2, 3])]
    seen += [printed("low", {"line_fen": 2}, replace(PACK, digest="another"), age=[1, 2, 3])]
    assert [len(names) for names in seen] == [1, 2, 3, 4, 5, 6]
    assert printed("low", {"line_fen": 1}) == seen[-1]
    (key,) = seen[0]
    texts = json.loads((kept / "var" / "printed" / key).read_text(encoding="utf-8"))
    assert texts["asked"] == ["on", "beds"]


def test_the_command_says_how_many_lines_how_long_by_which_engine_and_the_digest(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = put(kept, LINES), kept / "out.parquet"
    asked = ["--packs", str(PLACE), "batch", "pack", "low", str(source), str(target)]
    assert main([*asked, "--parameters", ' {"line_fen": 1}']) == 0
    said = capsys.readouterr().out
    assert re.fullmatch(rf"3 行  \d+\.\d\d 秒  duckdb  sha256 {digest(target)}\n", said)
    assert [line["row"] for line in pq.read_table(target).to_pylist()] == [2, 3, None]
    (kept / "said.json").write_text('\ufeff{"line_fen": 5}', encoding="utf-8")
    assert main([*asked, "--parameters", str(kept / "said.json"), "--engine", "python", "--no-digest"]) == 0
    assert re.fullmatch(r"3 行  \d+\.\d\d 秒  python\n", capsys.readouterr().out)
    assert [line["row"] for line in pq.read_table(target).to_pylist()] == [2, 2, None]
    assert main([*asked, "--parameters", "{oops"]) == 2
    assert capsys.readouterr().err.startswith("--parameters 不是 JSON：Expecting property name")
    assert main(["--packs", str(PLACE), "batch", "pack", "low", str(source)]) == 2
    assert capsys.readouterr() == ("", "要写明：规则包 规则 输入.parquet 输出.parquet\n")


def test_the_list_names_every_rule_of_every_pack_of_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--packs", str(PLACE), "batch", "--list"]) == 0
    assert capsys.readouterr().out == "".join(f"pack  {rule:<26} 按列\n" for rule in PACK.rules)


def test_fields_of_an_answer_and_their_types() -> None:
    common = ["outcome", "missing", "fault", "version", "row"]
    own = {
        "entry": "ground eligible",
        "meal": "share_elder_fen share_government_fen",
        "credit": "granted_fen used_fen balance_fen share_elder_fen share_government_fen",
        "minutes": "granted_minutes used_minutes balance_minutes rest_minutes",
        "voucher": "used_fen balance_fen share_elder_fen share_government_fen",
        "sums": "amount_fen",
        "nursing": "hours",
        "staff": "result figure",
        "term": "until",
        "visits": "due done overdue",
        "share": "value share_street_fen share_district_fen",
    }
    for rule, fields in own.items():
        assert (rule, answer_fields(PACK.rules[rule])) == (rule, [*common, *fields.split()])
    numbers = "row amount_fen hours units figure value denominator due done overdue granted_fen granted_minutes "
    numbers += "used_fen used_minutes balance_fen balance_minutes rest_fen rest_minutes "
    numbers += "share_elder_fen share_government_fen"
    texts = dict.fromkeys(("outcome", "missing", "fault", "version", "ground", "result"), "string")
    others = {"eligible": "boolean", "until": "date"} | dict.fromkeys(numbers.split(), "int64")
    assert list(answer_types(PACK.rules["meal"]).items()) == list((texts | others).items())


def test_only_what_a_rule_reads_is_asked_of_an_input() -> None:
    assert asked_of(PACK, "worth", shape(("age", "beds", "on", "mode"))) == ["on", "beds"]
    assert asked_of(PACK, "worth", shape(("beds",)), date(2016, 6, 1)) == ["beds"]
    assert asked_of(PACK, "low", shape(("on", "income_month_fen", "low_income", "beds")), None, SAID) == [
        "on",
        "low_income",
        "income_month_fen",
    ]


def test_few_lines_go_one_by_one_and_many_in_columns_with_the_same_answers() -> None:
    lines = table({name: column for name, column in LINES.items() if name != "id"})
    expected = [dict(zip(WORTH, answer, strict=True)) for answer in ANSWERS]
    for columns_from in (0, 3, 4):
        assert decide_many(PACK, "worth", lines, columns_from=columns_from).to_pylist() == expected
    with pytest.raises(UnknownRule) as refusal:
        decide_many(PACK, "nothing", lines)
    assert str(refusal.value) == f"规则包 pack 没有规则 nothing，现有：{'、'.join(PACK.rules)}"
    with pytest.raises(UnknownRule) as refusal:
        find(PACK, "nothing")
    assert str(refusal.value) == f"规则包 pack 没有规则 nothing，现有：{'、'.join(PACK.rules)}"


def test_an_input_without_a_line_gives_no_answer_of_the_same_shape() -> None:
    none = table({"on": [], "beds": []})
    made = decide_all(PACK, "worth", none)
    assert (made.num_rows, made.schema) == (0, decide_all(PACK, "worth", table({"on": JUNE, "beds": [1, 2]})).schema)


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int16(), pa.int32(), pa.uint32(), pa.int64()])
def test_narrower_whole_numbers_are_read_as_whole_numbers(kind: pa.DataType) -> None:
    lines = pa.table({"on": [*JUNE, JUNE[0]], "beds": pa.array([100, 3, None], kind)})
    made = decide_all(PACK, "sums", lines.append_column("non_profit", pa.array([False] * 3)))
    assert made.column("amount_fen").to_pylist() == [100_000, 0, None]
    assert (made.schema.field("amount_fen").type, made.column("missing").to_pylist()[2]) == (pa.int64(), "beds")
    stated = lines.drop_columns("beds").append_column("worth_fen", pa.array([7, 9, None], kind))
    most = decide_all(PACK, "figures", stated.append_column("count", pa.array([16] * 3)), SAID)
    assert most.column("missing").to_pylist() == ["price_fen", "price_fen", "price_fen"]
    whole = stated.append_column("count", pa.array([16] * 3)).append_column("price_fen", pa.array([0] * 3))
    whole = whole.append_column("events", pa.array([[]] * 3, pa.list_(pa.date32())))
    assert decide_all(PACK, "figures", whole, SAID).column("amount_fen").to_pylist() == [1200, 1200, None]


def test_whole_numbers_that_may_be_too_great_are_refused() -> None:
    lines = pa.table({"on": JUNE, "beds": pa.array([1, 2], pa.uint64())})
    with pytest.raises(BadFact, match="这一列的类型是 uint64，应为 int64"):
        decide_all(PACK, "worth", lines)


def test_a_column_that_can_have_no_gap_is_read_like_any_other() -> None:
    kinds = pa.schema([pa.field("on", pa.date32(), nullable=False), pa.field("beds", pa.int64(), nullable=False)])
    made = decide_all(PACK, "worth", pa.table({"on": JUNE, "beds": [10, 9]}).cast(kinds))
    assert made.column("amount_fen").to_pylist() == [1500, 0]


def test_a_credit_of_services_with_a_refund_of_its_own_is_not_drawn_in_order() -> None:
    at = datetime(2016, 6, 1, tzinfo=UTC)
    lines: dict[str, list[Any]] = {
        "id": [1],
        "elder": ["a"],
        "at": [at],
        "on": [JUNE[0]],
        "price_fen": [5],
        "refund_fen": [0],
    }
    with pytest.raises(NotInColumns) as refusal:
        decide_all(PACK, "credit", table({**lines, "identities": [["dibao"]], "since": [JUNE[0]]}))
    assert str(refusal.value) == "“额度”按服务先后累计时不能带退回额度（refund_fen），请先冲正，或写明本期已用"
    assert reason_against(PACK, "credit") == ""
