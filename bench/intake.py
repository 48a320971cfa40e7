"""A district's people handed in as dirty sheets: checked and written; every planted fault found, none invented.

`SANGYU_BENCH_LINES` makes the sheet shorter for a quick look. What Excel cannot hold in 50 MB is handed in as more
sheets than one, as a bureau would. At the end a sheet of 5,000 more is written and taken back, in a district whose
elders have rung `SANGYU_BENCH_CALLS` times.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _figures import fresh_database, tell

LINES = int(os.environ.get("SANGYU_BENCH_LINES", "482400"))
WHOLE = 482_400
SHEET_MAX = 500_000
CHECK_S, WRITE_S, MEMORY_MB = 240, 600, 500
MORE, CALLS, UNDO_S = 5_000, int(os.environ.get("SANGYU_BENCH_CALLS", "1000000")), 30
HERE = Path(__file__).resolve().parent
# Everybody has rung as often as everybody else.
RING = """
INSERT INTO hotline_call
SELECT row.* FROM hotline_call source, registry_elder elder, generate_series(1, %s) AS copy(i),
       LATERAL jsonb_populate_record(NULL::hotline_call, to_jsonb(source) || jsonb_build_object(
           'id', md5(elder.id::text || copy.i), 'line_reference', left(md5(elder.id::text), 20) || copy.i,
           'elder_id', elder.id)) AS row
 WHERE source.id = %s
"""


def memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def sheet(n: int, count: int) -> Path:
    """Make a sheet of people that no other has."""
    path = Path(folder) / f"{n}.xlsx"
    asked = [path, str(count), json.dumps(list(known.communities.values())), str(n)]
    subprocess.run([sys.executable, HERE / "_sheets.py", *asked], check=True)
    return path


def checked(path: Path) -> Batch:
    """Hand a sheet in and have it checked."""
    with path.open("rb") as file:
        pieces = iter(lambda: file.read(1 << 20), b"")
        batch = intake.hand_in(
            template="elders", file_name=path.name, content=pieces, by=cast.head, at=cast.at, key=path.name
        )
    batch = intake.check_batch(batch_id=batch.pk, at=cast.at)
    assert batch.stage == "CHECKED", batch.fault
    return batch


def write(batch: Batch) -> None:
    """Write all right lines of a batch."""
    intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at)
    intake.go_on(batch_id=batch.pk, at=cast.at)


with fresh_database(), tempfile.TemporaryDirectory() as folder:
    from django.conf import settings
    from django.db import connection
    from tests.cast import Cast

    from sangyu.hotline.models import Call
    from sangyu.intake import actions as intake
    from sangyu.intake.models import Batch, StagedRow
    from sangyu.registry.models import Elder

    settings.VAR = Path(folder)
    cast = Cast()
    known = intake.known_to(cast.head, cast.at)
    paths = [sheet(n, min(SHEET_MAX, LINES - first)) for n, first in enumerate(range(0, LINES, SHEET_MAX))]
    size = f"{LINES:,} lines in {len(paths)} sheets, {sum(path.stat().st_size for path in paths) / 1e6:.1f} MB"
    before_mb, before = memory_mb(), Elder.objects.count()
    share = LINES / WHOLE

    began = time.perf_counter()
    batches = [checked(path) for path in paths]
    checked_s, check_mb = time.perf_counter() - began, memory_mb()
    tell("intake.check", figure=checked_s, unit="s", limit=CHECK_S * share, size=size, memory_before_mb=before_mb)

    began = time.perf_counter()
    for batch in batches:
        write(batch)
    written = Elder.objects.count() - before
    tell(
        "intake.write",
        figure=time.perf_counter() - began,
        unit="s",
        limit=WRITE_S * share,
        size=f"{written:,} elders registered",
    )
    tell(
        "intake.memory",
        figure=memory_mb(),
        unit="MB",
        limit=MEMORY_MB,
        size=size,
        after_check_mb=check_mb,
        before_mb=before_mb,
    )

    missed = invented = planted = 0
    for path, batch in zip(paths, batches, strict=True):
        told = json.loads(path.with_suffix(".json").read_text())
        rows = StagedRow.objects.filter(batch=batch)
        found = {
            (line, one["column"]) for line, faults in rows.values_list("line", "faults").iterator() for one in faults
        } | {(line, "twice") for line in rows.exclude(double_of=None).values_list("line", flat=True)}
        wanted = {(line, column) for line, column in told["planted"]} | {(line, "twice") for line in told["doubles"]}
        planted += len(wanted)
        missed += len(wanted - found)
        invented += len(found - wanted)
    tell(
        "intake.faults",
        figure=missed + invented,
        unit="faults",
        limit=1,
        size=f"{planted:,} planted",
        missed=missed,
        invented=invented,
    )

    call = cast.call()
    with connection.cursor() as cursor:
        cursor.execute(RING, [-(-CALLS // Elder.objects.count()), call.pk])
    more = checked(sheet(len(paths), MORE))
    write(more)
    there = Elder.objects.count()
    intake.begin_undoing(batch_id=more.pk, reason="交错了一份名单", by=cast.head, at=cast.at)
    began = time.perf_counter()
    intake.go_on(batch_id=more.pk, at=cast.at)
    took = time.perf_counter() - began
    kept = StagedRow.objects.filter(batch=more, outcome="KEPT").count()
    told = f"{there - Elder.objects.count():,} elders of {there:,}, {Call.objects.count():,} calls"
    tell("intake.undo", figure=took, unit="s", limit=UNDO_S, size=told, kept=kept)
