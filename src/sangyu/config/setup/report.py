"""What set-up says while it works: one line per step, on stderr, with the seconds it took."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sangyu.config.setup.trouble import Trouble


def tell(line: str) -> None:
    """Print one line of progress where it does not disturb a command's answer."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(chinese: str, english: str) -> Iterator[None]:
    """Announce a step and, when it is done, its seconds."""
    began = time.monotonic()
    tell(f"· {chinese} / {english} …")
    yield
    tell(f"✓ {chinese} / {english}: {time.monotonic() - began:.1f} s")


def run(command: Sequence[str | Path], *, cwd: Path, trouble: Trouble, env: dict[str, str] | None = None) -> str:
    """Run a program quietly and answer its output; when it fails, show what it said and raise `trouble`."""
    ended = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if ended.returncode != 0:
        words = (ended.stdout + ended.stderr).strip().splitlines()
        told = words if len(words) <= 20 else [*words[:8], "…", *words[-11:]]  # npm begins with the cause, pip ends so
        tell("\n".join(f"  | {line}" for line in told))
        raise trouble
    return ended.stdout
