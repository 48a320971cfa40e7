"""The same expression on Spark: printed without a float everywhere, run where Spark is at hand."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.policy import BadFact, Pack, load, spark
from sangyu.policy.cli import main
from sangyu.policy.column_facts import COLUMN_TYPES
from sangyu.policy.columns import decide_file, reason_against
from sangyu.policy.each import digest, each_of_file
from sangyu.policy.tests.lines import parameters, read_by, table
from sangyu.policy.tests.random_packs import FORMS, Written, packs
from sangyu.policy.tests.test_columns import RULES
from sangyu.policy.tests.test_random_packs import FEW, asked
from sangyu.policy.vocabulary import facts

WHOLE = ibis.schema({"id": "int64"} | {name: COLUMN_TYPES[fact.type] for name, fact in facts().items()})
PACK, RULE = "lanzhou-chengguan", "class-b-credit"


def orders(file: Path, rows: int) -> Path:
    """Write services of elders of every class over two years, several at one moment, in no order."""
    dice, start = random.Random(11), datetime(2016, 1, 1, 8, tzinfo=UTC)
    times = [start + timedelta(hours=dice.randrange(0, 24 * 730, 6)) for _ in range(rows)]
    identities = [["entitled_group"], ["entitled_group", "empty_nest"], ["three_no"], [], None]
    columns = {
        "id": pa.array(dice.sample(range(10 * rows), rows), pa.int64()),
        "elder": pa.array([dice.randrange(rows // 30) for _ in times], pa.int64()),
        "at": pa.array(times, pa.timestamp("us", "UTC")),
        "on": pa.array([moment.date() for moment in times], pa.date32()),
        "identities": pa.array([dice.choice(identities) for _ in times], pa.list_(pa.string())),
        "since": pa.array([dice.choice([None, date(2016, 6, 15)]) for _ in times], pa.date32()),
        "price_fen": pa.array([dice.choice([0, 700, 1999, 4000, None]) for _ in times], pa.int64()),
    }
    pq.write_table(pa.table(columns), file)
    return file


NEEDS_SPARK = pytest.mark.skipif(bool(spark.reason_against()), reason=f"not run on Spark: {spark.reason_against()}")


@pytest.fixture(scope="module")
def opened() -> Iterator[None]:
    """Start Spark once for all that is asked of it here."""
    with spark.session():
        yield


def same(pack: Pack, rule: str, lines: pa.Table, said: dict[str, Any], folder: Path) -> bool:
    """Decide lines one by one and on Spark; tell whether both write the same."""
    source = folder / "lines.parquet"
    pq.write_table(lines.append_column("id", pa.array(range(lines.num_rows), pa.int64())), source)
    each_of_file(pack, rule, source, folder / "each.parquet", said)
    spark.decide_file(pack, rule, source, folder / "made.parquet", said)
    return digest(folder / "made.parquet") == digest(folder / "each.parquet")


@NEEDS_SPARK
@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(("pack_id", "rule"), RULES)
def test_spark_says_what_decide_says_line_by_line(pack_id: str, rule: str, tmp_path: Path) -> None:
    pack, dice = load(pack_id), random.Random(f"spark {pack_id} {rule}")
    assert same(pack, rule, table(dice, read_by(pack, pack.rules[rule]), 60), parameters(dice, pack), tmp_path)


@NEEDS_SPARK
@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("form", FORMS)
def test_spark_agrees_on_packs_that_nobody_wrote(form: str) -> None:
    @settings(FEW, max_examples=1)
    @given(written=packs(form), seed=st.integers(0, 99))
    def agree(written: Written, seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pack, lines, said = asked(written, folder, seed, 30)
            if not reason_against(pack, written.rule):
                assert same(pack, written.rule, lines, said, Path(folder)), written

    agree()


@NEEDS_SPARK
@pytest.mark.usefixtures("opened")
def test_spark_gives_the_digest_that_duckdb_gives(tmp_path: Path) -> None:
    pack, source = load(PACK), orders(tmp_path / "orders.parquet", 10_000)
    for engine, decide in (("duckdb", decide_file), ("spark", spark.decide_file)):
        assert decide(pack, RULE, source, tmp_path / f"{engine}.parquet", {"part_month": "next_month"}) == 10_000
    assert digest(tmp_path / "spark.parquet") == digest(tmp_path / "duckdb.parquet")
    kinds = pq.read_schema(tmp_path / "spark.parquet")
    assert not any(pa.types.is_floating(one.type) or pa.types.is_decimal(one.type) for one in kinds)


@pytest.mark.parametrize("rule", [RULE, "settlement"])
def test_what_spark_is_given_has_no_floating_number_in_it(rule: str) -> None:
    sql = re.sub(r"'[^']*'", "", spark.sql_of(load(PACK), rule, WHOLE))
    assert "/" not in sql
    assert not re.search(r"\b(DOUBLE|FLOAT|REAL)\b|\d\.\d", sql)


def test_lines_without_a_number_of_their_own_are_refused() -> None:
    with pytest.raises(BadFact, match="每行的编号"):
        spark.sql_of(load(PACK), RULE, ibis.schema({"on": "date", "price_fen": "int64"}))


def test_a_machine_without_spark_is_told_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))  # a folder without a Java in it
    source, target = orders(tmp_path / "orders.parquet", 60), tmp_path / "out.parquet"
    assert main(["batch", PACK, RULE, str(source), str(target), "--engine", "spark"]) == 2
    assert re.search("sangyu\\[spark\\]|没有找到 Java", capsys.readouterr().err)
    assert not target.exists()
