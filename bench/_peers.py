"""What one could pick instead, in an environment of its own: made when first asked for, never part of Sangyu's.

A peer that cannot be had on this machine is told as not run, with the reason.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
HOME = FOLDER.parent / "var" / "bench-peers"
PINS = FOLDER / "peers.txt"


class NotRun(Exception):
    """A peer that cannot run on this machine, and why."""


def environment() -> Path:
    """Make the environment of the peers, once for each list of them; give its Python. Raises: NotRun."""
    python, stamp = HOME / "bin" / "python", HOME / "peers.txt"
    if stamp.is_file() and stamp.read_text() == PINS.read_text():
        return python
    shutil.rmtree(HOME, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    for command in (
        [base, "-m", "venv", str(HOME)],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "-r", str(PINS)],
    ):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise NotRun((made.stderr or made.stdout).strip().splitlines()[-1])
    shutil.copy(PINS, stamp)
    return python


def run(script: str, *words: str) -> dict[str, Any]:
    """Run a peer's script with its own Python; give what it printed. Raises: NotRun."""
    made = subprocess.run(
        [str(environment()), str(FOLDER / script), *words], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise NotRun(made.stderr.strip().splitlines()[-1])
    said: dict[str, Any] = json.loads(made.stdout)
    return said


def tell_not_run(name: str, reason: NotRun) -> None:
    """Print that a peer was not run, and why."""
    print(json.dumps({"name": name, "not_run": str(reason)}, ensure_ascii=False), flush=True)
