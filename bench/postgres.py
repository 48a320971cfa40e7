"""The embedded cluster: made, started again, and back after kill -9."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

from _figures import tell

from sangyu.config.processes.throw_away import throw_away_postgres

with tempfile.TemporaryDirectory() as folder:
    began = time.perf_counter()
    with throw_away_postgres(Path(folder)) as cluster:
        made_s = time.perf_counter() - began
        pid = cluster.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        began = time.perf_counter()
        while not (cluster.mind() and cluster.healthy()):
            time.sleep(0.01)
        back_s = time.perf_counter() - began
        assert cluster.pid != pid
tell("postgres", figure=back_s, unit="s after kill -9", limit=15, size="empty cluster", made_s=round(made_s, 2))
