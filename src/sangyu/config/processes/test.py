"""`./sangyu test`: every test and every check, by pytest, whose closing line is the last word.

The linters are tests too (`config/tests/test_style.py`): a broken street turns that closing line red.
"""

from __future__ import annotations

import os
import sys

from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment


def main(argv: list[str]) -> int:
    """Become pytest, with the words given; Ctrl-C and exit code are pytest's own.

    Whole files are shared out over the processors, each with a database cluster of its own. They keep their order:
    the long walks come first, and neighbours, which mostly ask for the same, come one after the other.
    """
    os.chdir(PROJECT)
    sys.stdout.flush()
    by_file = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
    shared_out = [] if any(word.startswith("-n") for word in argv) else by_file
    environment = own_environment()
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes are started: let them find it compiled
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *shared_out, *argv], environment)
