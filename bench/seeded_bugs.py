"""Whether the tests that stand on a real database bite: mistakes that good people make are put in, one at a time.

Each is one change of the code, in a copy, with the tests that must then fail; they stand in `mistakes/`. The tests pass
before; a change that can no longer be made (the code has moved on) is told and counts as missed, so that the lists stay
true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from _figures import tell

PROJECT = Path(__file__).resolve().parents[1]
MISTAKES = Path(__file__).with_name("mistakes")
COPIED = ("src", "tests", "packs", "docs", "locale", "tools", "ops", "conftest.py", "pyproject.toml")


@dataclass(frozen=True)
class Bug:
    """A mistake: in which file what is replaced by what, and the tests that notice it."""

    name: str
    file: str
    was: str
    becomes: str
    tests: str


def bugs(wanted: list[str]) -> list[Bug]:
    """Read the mistakes that have one of the wanted words in their name or that of their list, as the empty word is."""
    found = []
    for path in sorted(MISTAKES.glob("*.toml")):
        rows = [Bug(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["mistake"]]
        found += [row for row in rows if any(word in f"{path.stem}: {row.name}" for word in wanted)]
    return found


def main() -> int:
    wanted = os.environ.get("SANGYU_BENCH_MISTAKES", "").split(",")
    began = time.perf_counter()
    tried, missed = bugs(wanted), []
    with tempfile.TemporaryDirectory(prefix="sangyu-bugs-") as place:
        folder = Path(place)
        for name in COPIED:
            if (PROJECT / name).is_dir():
                shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif (PROJECT / name).exists():
                shutil.copy(PROJECT / name, folder / name)
        (folder / "build").symlink_to(PROJECT / "build")
        (folder / "node_modules").symlink_to(PROJECT / "node_modules")
        tests = sorted({test for bug in tried for test in bug.tests.split()})
        if failed := _failed(folder, tests):
            print(failed, "the tests do not pass as they are; nothing was measured", sep="\n", file=sys.stderr)
            return 1
        for bug in tried:
            file = folder / "src" / "sangyu" / bug.file
            code = file.read_text(encoding="utf-8")
            if code.count(bug.was) != 1:
                print(f"not put in, the code has moved on: {bug.name}", file=sys.stderr)
                missed.append(bug.name)
                continue
            file.write_text(code.replace(bug.was, bug.becomes), encoding="utf-8")
            noticed = _failed(folder, bug.tests.split()) != ""
            file.write_text(code, encoding="utf-8")
            print(f"{'noticed' if noticed else 'MISSED'}: {bug.name}", file=sys.stderr, flush=True)
            if not noticed:
                missed.append(bug.name)
    tell(
        "seeded_bugs",
        figure=len(missed),
        unit="mistakes that no test noticed",
        limit=1,
        size=f"{len(tried)} mistakes",
        seconds=round(time.perf_counter() - began),
        missed=missed,
    )
    return 1 if missed else 0


def _failed(folder: Path, tests: list[str]) -> str:
    """Run tests in the copy; return which one failed first and how, nothing if all passed.

    Raises: RuntimeError, when they did not run at all.
    """
    environment = {name: value for name, value in os.environ.items() if name != "SANGYU_DATABASE_URL"}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder / "src"), str(folder)])  # also for what the tests start
    paths = [f"src/sangyu/{test}" for test in tests]
    run = [sys.executable, "-m", "pytest", *paths, "-q", "-x", "-p", "no:cacheprovider"]
    done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-1000:])
    return done.stdout[-3000:] if done.returncode else ""


sys.exit(main())
