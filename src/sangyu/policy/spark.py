"""Decide one rule for a Parquet file on Spark: the expression that DuckDB runs, for tables that outgrow one machine.

Spark is an extra (`sangyu[spark]`) and needs a Java of its own, so nothing here is loaded unless it is asked for. Under
`spark-submit` the cluster's own settings hold; otherwise two threads of this machine work.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from ibis.backends.sql.compilers.pyspark import compiler

from sangyu.policy import ir
from sangyu.policy.columns import ID, rule_expression, steps_apart
from sangyu.policy.errors import BadFact, PolicyError

# Spark divides whole numbers towards zero, as DuckDB does, but only by an operator: the function that is printed.
_DIVIDE = "CREATE OR REPLACE TEMPORARY FUNCTION divide(a BIGINT, b BIGINT) RETURNS BIGINT RETURN a DIV b"
_LOCAL = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}
_ALWAYS = {
    "spark.app.name": "sangyu",
    "spark.log.level": "FATAL",  # what fails is raised; a plan too long to compile is only run more slowly
    "spark.sql.ansi.enabled": "true",  # a number too great is an error, never another number
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}


class NoSpark(PolicyError):
    """Spark cannot run on this machine."""

    code = "NO_SPARK"


def reason_against() -> str:
    """Say what this machine lacks to run Spark; an empty text if it lacks nothing."""
    if find_spec("pyspark") is None:
        return "没有安装 PySpark，请安装附加组件 sangyu[spark]"
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else None
    if not (java.is_file() if java else shutil.which("java")):
        return "没有找到 Java，Spark 要用 Java 17 或 21"
    return ""


def sql_of(pack: ir.Pack, rule_id: str, shape: ibis.Schema, parameters: Mapping[str, Any] | None = None) -> str:
    """Print a rule as Spark's SELECT over a table `facts`; the column `id` goes through.

    Raises: what `columns.print_rule` raises, and BadFact without a column `id`: Spark keeps no order of lines.
    """
    for name, label in ((ID, "每行的编号"), ("on", "服务日期（办理日期）")):
        if name not in shape:
            raise BadFact(f"缺少{label}（{name}）这一列")
    whole, _ = rule_expression(pack, rule_id, shape, parameters, keys=(ID,))
    with steps_apart():
        return str(compiler.to_sqlglot(whole).sql(dialect=compiler.dialect))


def decide_file(
    pack: ir.Pack, rule_id: str, source: Path, target: Path, parameters: Mapping[str, Any] | None = None
) -> int:
    """Decide one rule for all lines of a Parquet file into another; give the number of lines.

    Raises: NoSpark, and what `sql_of` raises.
    """
    if reason := reason_against():
        raise NoSpark(reason)
    sql = sql_of(pack, rule_id, ibis.Schema.from_pyarrow(pq.read_schema(source)), parameters)
    with session() as spark, tempfile.TemporaryDirectory(dir=target.parent) as folder:
        spark.sql(_DIVIDE)
        spark.read.parquet(str(source.resolve())).createOrReplaceTempView("facts")
        spark.sql(sql).coalesce(1).write.parquet(f"{Path(folder).resolve()}/made")
        (part,) = Path(folder, "made").glob("*.parquet")
        part.replace(target)
    return int(pq.read_metadata(target).num_rows)


@contextmanager
def session() -> Iterator[Any]:
    """Open a session of Spark and close it; one that is already open is used and left open."""
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

    opened = SparkSession.getActiveSession()
    if opened is not None:
        yield opened
        return
    conf = SparkConf()
    for name, value in (_ALWAYS if conf.contains("spark.master") else {**_ALWAYS, **_LOCAL}).items():
        conf.setIfMissing(name, value)
    made = SparkSession.builder.config(conf=conf).getOrCreate()
    try:
        yield made
    finally:
        made.stop()
