"""Columns beside what one could write or pick instead: a plain loop, and OpenFisca for the part it can express.

Both must come to the same sum; who cannot run is told, not left out.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from _figures import tell
from _peers import FOLDER, NotRun, environment, tell_not_run
from _policy_columns import PACK, RULE, batches, digest, make, opened, ran

LUNCH = "lunch-subsidy"
TURNS_IN_MEMORY = "5"  # the first tells what has to be made ready once, the others are the figure
# Elders and months: who they are, what they spent at home in the month, and how many lunches they ate.
ELDERS = """
SELECT id, (DATE '1920-01-01' + (hash(id) % 16000)::INTEGER) AS birth_date, hash(id + 1) % 10 AS kind,
FROM (SELECT range::BIGINT AS id FROM range({elders}))
"""
MONTHS = """
SELECT id * 24 + month AS id, (DATE '2015-01-01' + to_months(month::INTEGER))::DATE AS "on", month, birth_date, kind,
       (hash(id * 24 + month) % 12000)::INTEGER AS spent_fen, (hash(id * 24 + month + 1) % 31)::INTEGER AS lunches,
       CASE kind WHEN 0 THEN ['three_no'] WHEN 1 THEN ['severe_disability'] WHEN 2 THEN ['entitled_group']
            WHEN 3 THEN ['entitled_group', 'three_no'] ELSE []::VARCHAR[] END AS identities
FROM elders, (SELECT range::BIGINT AS month FROM range(24))
"""
LUNCHES = """
SELECT id, "on", birth_date, identities, true AS registered, 'lunch' AS meal, 1::BIGINT AS nth_of_day,
       'contracted_canteen' AS place, 'dine_in' AS mode, 1500::BIGINT AS price_fen, lunches FROM months
"""
SPENT = 'SELECT id, "on", identities, spent_fen::BIGINT AS price_fen, 0::BIGINT AS used_before_fen FROM months'


def loop(orders: int, elders: int) -> None:
    """Measure the credit of a tenth of the orders by a loop in plain Python, process against process."""
    with tempfile.TemporaryDirectory() as folder:
        source, target, plain = (Path(folder) / f"{name}.parquet" for name in ("orders", "batch", "loop"))
        make(source, orders, elders)
        _, (columns,) = batches(RULE, source, target)
        by_loop = ran(sys.executable, FOLDER / "_peer_loop.py", source, plain)
        assert digest(target) == digest(plain), "the rule and the loop differ"
    more = {
        "columns_seconds": round(columns.seconds, 2),
        "loop_seconds": round(by_loop.seconds, 2),
        "columns_memory_mb": round(columns.memory_mb),
        "loop_memory_mb": round(by_loop.memory_mb),
    }
    size = f"{orders} orders of {elders} elders"
    figure = columns.seconds / by_loop.seconds
    tell("columns.loop", figure=figure, unit="times a loop in Python, whole process", limit=1, size=size, **more)


def openfisca(elders: int) -> None:
    """Measure age, class, tier and monthly cap for all elders and two years of months: from file to file, and from
    array to array as OpenFisca does it."""
    names = ("columns.openfisca", "columns.openfisca_memory", "columns.openfisca_arrays")
    try:
        python = environment()
    except NotRun as reason:
        for name in names:
            tell_not_run(name, reason)
        return
    with tempfile.TemporaryDirectory() as folder:
        _months(Path(folder), elders)
        made = {rule: Path(folder, f"{rule}.made.parquet") for rule in (LUNCH, RULE)}
        runs = [batches(rule, Path(folder, f"{rule}.parquet"), target)[1][0] for rule, target in made.items()]
        with opened() as connection:
            lunches = f"FROM '{made[LUNCH]}' JOIN '{folder}/{LUNCH}.parquet' USING (id)"
            ((lunch_fen, credit_fen),) = connection.sql(
                f"""SELECT (SELECT sum(share_government_fen * lunches)::BIGINT {lunches}),
                    (SELECT sum(used_fen)::BIGINT FROM '{made[RULE]}')"""
            ).fetchall()
            ours = lunch_fen + credit_fen
        arrays = ran(sys.executable, FOLDER / "_policy_arrays.py", folder, PACK, LUNCH, RULE, TURNS_IN_MEMORY)
        theirs = ran(python, FOLDER / "_peer_openfisca.py", folder, "1")  # as our files: a process for one time
        often = ran(python, FOLDER / "_peer_openfisca.py", folder, TURNS_IN_MEMORY)
    said, in_memory, their_turns = json.loads(theirs.said), json.loads(arrays.said), json.loads(often.said)
    (alone,) = said["seconds"]
    assert said["total_fen"] == ours == in_memory["total_fen"], "OpenFisca comes to another sum"
    engine = round(sum(one.engine_seconds for one in runs), 2)
    more = {
        "engine_seconds": engine,
        "openfisca_seconds": round(alone, 2),
        "processes_seconds": round(sum(one.seconds for one in runs), 2),
        "openfisca_process_seconds": round(theirs.seconds, 2),
        "openfisca": said["openfisca"],
        "total_fen": ours,
    }
    size, memory = f"{elders} elders, 24 months", max(one.memory_mb for one in runs)
    tell(names[0], figure=engine / alone, unit="times OpenFisca, from file to file", limit=1, size=size, **more)
    beside = {"columns_mb": round(memory), "openfisca_mb": round(theirs.memory_mb)}
    tell(names[1], figure=memory / theirs.memory_mb, unit="times OpenFisca", limit=1, size=size, **beside)
    (first, *again), (their_first, *their_again) = in_memory["seconds"], their_turns["seconds"]
    seconds, their_seconds = statistics.median(again), statistics.median(their_again)
    more = {
        "seconds": round(seconds, 2),
        "first_seconds": round(first, 2),
        "openfisca_seconds": round(their_seconds, 2),
        "openfisca_first_seconds": round(their_first, 2),
        "memory_mb": round(in_memory["memory_mb"]),
        "openfisca_mb": round(often.memory_mb),
    }
    tell(
        names[2],
        figure=seconds / their_seconds,
        unit="times OpenFisca, from array to array",
        limit=1,
        size=size,
        **more,
    )


def _months(folder: Path, elders: int) -> None:
    """Write the same elders and months twice: as Parquet lines, and as the arrays that OpenFisca takes."""
    with opened() as connection:
        connection.execute(f"CREATE TABLE elders AS {ELDERS.format(elders=elders)}")
        connection.execute(f"COPY ({MONTHS}) TO '{folder}/months.parquet' (FORMAT parquet)")
        connection.execute(f"CREATE VIEW months AS SELECT * FROM '{folder}/months.parquet'")
        for rule, lines in ((LUNCH, LUNCHES), (RULE, SPENT)):
            connection.execute(f"COPY ({lines}) TO '{folder}/{rule}.parquet' (FORMAT parquet)")
        once = connection.sql("SELECT birth_date, kind FROM elders ORDER BY id").fetchnumpy()
        each = connection.sql("SELECT spent_fen, lunches FROM months ORDER BY month, id").fetchnumpy()
    np.save(folder / "birth.npy", once["birth_date"].astype("M8[D]"))
    for name, kinds in (("three_no", (0, 3)), ("severe_disability", (1,)), ("entitled_group", (2, 3))):
        np.save(folder / f"{name}.npy", np.isin(once["kind"], kinds))
    for name in ("spent_fen", "lunches"):
        np.save(folder / f"{name}.npy", each[name].reshape(24, elders))
