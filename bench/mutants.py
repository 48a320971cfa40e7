"""Whether the tests of the pure rules bite: each small change made to the rules must make one of them fail.

Only code without a database is changed, in a copy; the tests are those that need none. `SANGYU_BENCH_ROOMS` names some
of the rooms for a quick look; with `SANGYU_BENCH_ONE_IN=10` one change in ten is tried, chosen by its name, so that the
same ones are tried again. What survives is explained in bench/README.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from zlib import crc32

from _figures import tell

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT / "src" / "sangyu"
WHOLE = ("kit", "policy")
RULES = ("ledger", "settlement")
MISSED_PM_MAX = 100
NOTHING = "no change is called so"
ONE_IN = int(os.environ.get("SANGYU_BENCH_ONE_IN", "1"))
SETTINGS = """
[project]
name = "sangyu"
version = "0"

[tool.pytest.ini_options]
addopts = "--import-mode=importlib -p no:django -p no:schemathesis -p no:cacheprovider"
pythonpath = ["src"]

[tool.mutmut]
source_paths = ["src/"]
only_mutate = {changed}
do_not_mutate = ["*/tests/*"]
pytest_add_cli_args_test_selection = {tests}
also_copy = ["packs", "conftest.py"]
timeout_multiplier = 1.0
timeout_constant = 5.0
"""
# Of the tests that reach a change the quickest run first, and a property that fails is not made smaller for a reader.
# No test and no example is left out; the examples are the same in every run, and so is the figure.
CONFTEST = """
import json
from pathlib import Path

from hypothesis import Phase, settings

settings.register_profile("mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutants")


def pytest_collection_modifyitems(items):
    measured = Path("mutmut-stats.json")
    took = json.loads(measured.read_text())["duration_by_test"] if measured.exists() else {}
    items.sort(key=lambda item: took.get(item.nodeid, 0.0))
"""


def main() -> int:
    rooms = os.environ.get("SANGYU_BENCH_ROOMS", ",".join((*WHOLE, *RULES))).split(",")
    return 1 if sum(_measure(room) for room in rooms) else 0


def _measure(room: str) -> bool:
    """Change the rules of one room, each change against the room's own tests; tell whether too much went unnoticed."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sangyu-mutants-") as place:
        folder = Path(place)
        _copy(folder, room)
        run = [sys.executable, "-m", "mutmut"]
        if ONE_IN == 1:
            states = _tried(run, folder)
        else:
            every = _tried(run, folder, NOTHING)  # only made, and named
            chosen = sorted(name for name in every if crc32(name.encode()) % ONE_IN == 0)
            after = _tried(run, folder, *chosen)
            states = {name: after[name] for name in chosen}
        for name, state in sorted(states.items()):
            if state in ("survived", "no tests"):
                shown = subprocess.run([*run, "show", name], cwd=folder, capture_output=True, text=True).stdout
                lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
                print(f"{state}: {name}", *lines, sep="\n    ", file=sys.stderr)
    if not states:
        print(f"no change of {room} was tried: see whether its tests run in the copy at all", file=sys.stderr)
        return True
    found = Counter(states.values())
    missed_pm = (found.total() - found["killed"] - found["timeout"]) * 1000 // found.total()
    tell(
        f"mutants.{room}",
        figure=missed_pm / 10,
        unit="% of the changes that no test noticed",
        limit=MISSED_PM_MAX / 10,
        size=f"{found.total()} changes" + (f", one in {ONE_IN} of all" if ONE_IN > 1 else ""),
        seconds=round(time.perf_counter() - began),
        **{state.replace(" ", "_"): number for state, number in sorted(found.items())},
    )
    return missed_pm > MISSED_PM_MAX


def _tried(run: list[str], folder: Path, *names: str) -> dict[str, str]:
    """Try the changes of these names, or all; return what became of every change that there is."""
    subprocess.run(
        [*run, "run", "--max-children", str(os.cpu_count()), *names],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if names == (NOTHING,) else None,
    )
    answer = subprocess.run([*run, "results", "--all", "true"], cwd=folder, capture_output=True, text=True)
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+)$", answer.stdout, re.MULTILINE))


def _copy(folder: Path, changed: str) -> None:
    sources = folder / "src" / "sangyu"
    sources.mkdir(parents=True)
    shutil.copy(SOURCE / "__init__.py", sources)
    unwanted = shutil.ignore_patterns("__pycache__")
    for room in WHOLE:
        shutil.copytree(SOURCE / room, sources / room, ignore=unwanted)
    for room in RULES:
        (sources / room / "tests").mkdir(parents=True)
        for name in ("__init__.py", "rules.py", "tests/__init__.py", "tests/test_rules.py"):
            shutil.copy(SOURCE / room / name, sources / room / name)
    shutil.copytree(PROJECT / "packs", folder / "packs")
    files = [f"src/sangyu/{changed}/{'*' if changed in WHOLE else 'rules'}.py"]
    settings = SETTINGS.format(changed=json.dumps(files), tests=json.dumps([f"src/sangyu/{changed}/tests"]))
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")


sys.exit(main())
