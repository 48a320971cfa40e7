"""The process that does the steps of the walk and is killed at them. Started by the drills, never imported.

It reads one wish a line (JSON: database, step, point, commit) and does each in a fork of its own, so that a `kill -9`
costs no second start of Python. The kill comes from outside the verbs: by counting the COMMITs that go to the database
and by standing before or behind one of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from datetime import datetime
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from sangyu.config.drills.ground import use  # noqa: E402
from sangyu.config.drills.town import Town  # noqa: E402
from sangyu.config.drills.walk import steps  # noqa: E402
from sangyu.kit.errors import Refusal  # noqa: E402


def main() -> None:
    """Obey until nobody asks any more."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _obey(json.loads(line))
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print(f"killed by {os.WTERMSIG(status)}", flush=True)


def _obey(wish: dict[str, Any]) -> None:
    try:
        use(wish["database"])
        act = steps()[wish["step"]](Town(datetime.fromisoformat(wish["at"])))
        if wish["point"]:
            _be_killed(wish["point"], wish["commit"])
        act()
    except Refusal as refusal:
        print(f"refused: {refusal}", flush=True)
    except Exception:
        print("failed: " + traceback.format_exc().replace("\n", " | "), flush=True)
    else:
        print("done", flush=True)
    os._exit(0)


def _be_killed(point: str, nth: int) -> None:
    """Have this process killed right before or right after its n-th COMMIT."""
    commit: Any = connection._commit  # type: ignore[attr-defined]
    seen = 0

    def fatal_commit() -> None:
        nonlocal seen
        seen += 1
        if seen == nth and point == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit()
        if seen == nth and point == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    connection._commit = fatal_commit  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
