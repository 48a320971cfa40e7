"""A district's people handed in as dirty sheets: checked and written; every planted fault found, none invented.

`SANGYU_BENCH_LINES` makes the sheet shorter for a quick look. What Excel cannot hold in 50 MB is handed in as more
sheets than one, as a bureau would.
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
HERE = Path(__file__).resolve().parent


def memory_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


with fresh_database(), tempfile.TemporaryDirectory() as folder:
    from django.conf import settings
    from tests.cast import Cast

    from sangyu.intake import actions as intake
    from sangyu.intake.models import StagedRow
    from sangyu.registry.models import Elder

    settings.VAR = Path(folder)
    cast = Cast()
    known = intake.known_to(cast.head, cast.at)
    paths = []
    for n, first in enumerate(range(0, LINES, SHEET_MAX)):
        path = Path(folder) / f"{n}.xlsx"
        count = min(SHEET_MAX, LINES - first)
        subprocess.run(
            [
                sys.executable,
                HERE / "_sheets.py",
                path,
                str(count),
                json.dumps(list(known.communities.values())),
                str(n),
            ],
            check=True,
        )
        paths.append(path)
    size = f"{LINES:,} lines in {len(paths)} sheets, {sum(path.stat().st_size for path in paths) / 1e6:.1f} MB"
    before_mb, before = memory_mb(), Elder.objects.count()
    share = LINES / WHOLE

    began, batches = time.perf_counter(), []
    for path in paths:
        with path.open("rb") as file:
            pieces = iter(lambda: file.read(1 << 20), b"")
            batch = intake.hand_in(
                template="elders", file_name=path.name, content=pieces, by=cast.head, at=cast.at, key=path.name
            )
        batches.append(intake.check_batch(batch_id=batch.pk, at=cast.at))
    checked_s, check_mb = time.perf_counter() - began, memory_mb()
    tell("intake.check", figure=checked_s, unit="s", limit=CHECK_S * share, size=size, memory_before_mb=before_mb)

    began = time.perf_counter()
    for batch in batches:
        assert batch.stage == "CHECKED", batch.fault
        intake.begin_writing(batch_id=batch.pk, by=cast.head, at=cast.at)
        intake.go_on(batch_id=batch.pk, at=cast.at)
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
