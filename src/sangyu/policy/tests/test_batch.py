"""The command `policy batch`: a Parquet file in, one out, and a digest that both engines share."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from sangyu.policy import load
from sangyu.policy.cli import main
from sangyu.policy.tests.lines import read_by, table

PACK, RULE = "lanzhou-chengguan", "platform-price"


def written(folder: Path, with_id: bool) -> Path:
    pack, dice = load(PACK), random.Random(3)
    lines = table(dice, read_by(pack, pack.rules[RULE]), 200)
    if with_id:
        lines = lines.append_column("id", pa.array(dice.sample(range(1000), 200), pa.int64()))
    pq.write_table(lines, folder / "in.parquet")
    return folder / "in.parquet"


@pytest.mark.parametrize("with_id", [True, False])
def test_both_engines_write_the_same_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str], with_id: bool) -> None:
    source, digests = written(tmp_path, with_id), set()
    for engine in ("duckdb", "python"):
        target = tmp_path / f"{engine}.parquet"
        said = ["batch", PACK, RULE, str(source), str(target), "--engine", engine]
        assert main([*said, "--parameters", '{"class_b_price": "market"}']) == 0
        out = capsys.readouterr().out
        assert out.startswith("200 行")
        digests.add(out.split("sha256 ")[1])
    assert len(digests) == 1


def test_the_written_file_has_no_floating_column(tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    assert main(["batch", PACK, RULE, str(written(tmp_path, True)), str(target)]) == 0
    schema = pq.read_schema(target)
    assert schema.names == ["id", "outcome", "missing", "fault", "version", "row", "amount_fen"]
    assert not any(pa.types.is_floating(field.type) or pa.types.is_decimal(field.type) for field in schema)


def services(folder: Path) -> Path:
    """Write services in no order, of some elders who have a monthly credit and some who have none."""
    dice = random.Random(5)
    times = [datetime(2016, 5, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(24 * 60)) for _ in range(300)]
    lines = pa.table(
        {
            "id": pa.array(dice.sample(range(1000), 300), pa.int64()),
            "elder": [dice.choice("abcd") for _ in times],
            "at": pa.array(times, pa.timestamp("us", "UTC")),
            "on": [moment.date() for moment in times],
            "identities": pa.array([dice.choice([["entitled_group"], [], ["three_no"]]) for _ in times]),
            "price_fen": pa.array([dice.choice([0, 300, 1999, 4000]) for _ in times], pa.int64()),
        }
    )
    pq.write_table(lines, folder / "in.parquet")
    return folder / "in.parquet"


def test_a_credit_is_drawn_in_order_and_what_was_printed_for_it_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    source, digests = services(tmp_path), []

    def run(engine: str) -> list[Path]:
        assert main(["batch", PACK, "class-b-credit", str(source), str(tmp_path / "out"), "--engine", engine]) == 0
        digests.append(capsys.readouterr().out.split("sha256 ")[1])
        return sorted((tmp_path / "printed").glob("*"))

    run("python")
    (kept,) = run("duckdb")
    assert "facts_again" in kept.read_text(encoding="utf-8"), "lines that draw nothing are put in order too"
    before = kept.stat().st_mtime_ns
    assert run("duckdb") == [kept]
    assert kept.stat().st_mtime_ns == before, "printed twice"
    kept.write_text("{", encoding="utf-8")
    run("duckdb")
    assert len(set(digests)) == 1


def test_the_list_says_which_rules_go_one_by_one_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "wuhan", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(load("wuhan").rules)
    assert [line.split()[1] for line in lines if "逐行：" in line] == ["quarterly-inspection"]


def test_a_question_without_a_file_is_told_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", PACK, RULE]) == 2
    assert "输入.parquet" in capsys.readouterr().err
