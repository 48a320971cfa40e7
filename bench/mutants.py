"""Whether the tests of the pure rules bite: each small change made to the rules must make one of them fail.

Only code without a database is changed, in a copy; the tests are those that need none. Each change meets every test
that reaches the changed line, the quickest first, until one fails. `SANGYU_BENCH_ROOMS` names some of the rooms and
`SANGYU_BENCH_FILES` some of their files (`forms,excel`) for a quick look; with `SANGYU_BENCH_ONE_IN=10` one change in
ten is tried, chosen by its name, so that the same ones are tried again. What survives is explained in bench/README.md.
"""

from __future__ import annotations

import difflib
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from _biting import reach, try_all, warm
from _changes import Change, changes_of
from _figures import tell

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT / "src" / "sangyu"
WHOLE = ("kit", "policy")
RULES = ("ledger", "settlement")
MISSED_PM_MAX = 100
FILES = frozenset(name for name in os.environ.get("SANGYU_BENCH_FILES", "").split(",") if name)
ONE_IN = int(os.environ.get("SANGYU_BENCH_ONE_IN", "1"))
SURVIVED = ("survived", "no tests")
# No test and no example is left out; the examples are the same in every run, and so is the figure. A property that
# fails is not made smaller for a reader.
CONFTEST = """
from hypothesis import Phase, settings

settings.register_profile("mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutants")
"""


def main() -> int:
    warm()
    rooms = os.environ.get("SANGYU_BENCH_ROOMS", ",".join((*WHOLE, *RULES))).split(",")
    return 1 if sum(_measure(room) for room in rooms) else 0


def _measure(room: str) -> bool:
    """Change the rules of one room, each change against the room's own tests; tell whether too much went unnoticed."""
    began, used = time.perf_counter(), _processor_s()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="sangyu-mutants-") as place:
        first = Path(place).resolve() / "0"
        _copy(first, room)
        reached = reach(first, f"src/sangyu/{room}", f"src/sangyu/{room}/tests")
        if reached is None:
            print(f"the tests of {room} fail in the copy, with nothing changed", file=sys.stderr)
            return True
        roots = [first, *(first.with_name(str(one)) for one in range(1, os.cpu_count() or 1))]
        for root in roots[1:]:
            shutil.copytree(first, root)  # with what was compiled by the way
        changes = (one for file in _changed(first, room) for one in _sample(first, file))
        for change, became in try_all(roots, changes, reached):
            found[became] += 1
            if became in SURVIVED:
                _show(change, became)
    if not found:
        print(f"no change of {room} was tried", file=sys.stderr)
        return True
    missed = sum(found[state] for state in SURVIVED)
    tell(
        f"mutants.{room}",
        figure=missed * 100 / found.total(),
        unit="% of the changes that no test noticed",
        limit=MISSED_PM_MAX / 10,
        size=f"{found.total()} changes" + (f", one in {ONE_IN} of all" if ONE_IN > 1 else ""),
        seconds=round(time.perf_counter() - began),
        processor_seconds=round(_processor_s() - used),
        **{state.replace(" ", "_"): number for state, number in sorted(found.items())},
    )
    return missed * 1000 > MISSED_PM_MAX * found.total()


def _sample(root: Path, file: Path) -> Iterator[Change]:
    module = ".".join(file.relative_to(root / "src").with_suffix("").parts).removesuffix(".__init__")
    return changes_of(file, module, lambda name: crc32(name.encode()) % ONE_IN == 0)


def _show(change: Change, became: str) -> None:
    """Print what was changed and not noticed."""
    lines = difflib.unified_diff(change.before.splitlines(), change.after.splitlines(), n=0, lineterm="")
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    print(f"{became}: {change.name}", *shown, sep="\n    ", file=sys.stderr, flush=True)


def _processor_s() -> float:
    return sum(os.times()[:4])


def _changed(root: Path, room: str) -> list[Path]:
    folder = root / "src" / "sangyu" / room
    files = sorted(folder.glob("*.py")) if room in WHOLE else [folder / "rules.py"]
    return [file for file in files if not FILES or file.stem in FILES]


def _copy(root: Path, changed: str) -> None:
    sources = root / "src" / "sangyu"
    sources.mkdir(parents=True)
    shutil.copy(SOURCE / "__init__.py", sources)
    unwanted = shutil.ignore_patterns("__pycache__")
    for room in WHOLE:
        shutil.copytree(SOURCE / room, sources / room, ignore=unwanted)
    if changed in RULES:
        (sources / changed / "tests").mkdir(parents=True)
        for name in ("__init__.py", "rules.py", "tests/__init__.py", "tests/test_rules.py"):
            shutil.copy(SOURCE / changed / name, sources / changed / name)
    shutil.copytree(PROJECT / "packs", root / "packs")
    (root / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


sys.exit(main())
