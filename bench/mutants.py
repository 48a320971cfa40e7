"""Whether the tests of the pure rules bite: each small change made to the rules must make one of them fail.

Only code without a database is changed, in a copy; the tests are those that need none. `SANGYU_BENCH_ROOMS` names some
of the rooms for a quick look. What survives is explained in bench/README.md.
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

from _figures import tell

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT / "src" / "sangyu"
WHOLE = ("kit", "policy")
RULES = ("ledger", "settlement")
MISSED_PM_MAX = 100
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
    began = time.perf_counter()
    rooms = os.environ.get("SANGYU_BENCH_ROOMS", ",".join((*WHOLE, *RULES))).split(",")
    with tempfile.TemporaryDirectory(prefix="sangyu-mutants-") as place:
        folder = Path(place)
        _copy(folder, rooms)
        run = [sys.executable, "-m", "mutmut"]
        subprocess.run([*run, "run", "--max-children", str(os.cpu_count())], cwd=folder, stdout=subprocess.DEVNULL)
        answer = subprocess.run([*run, "results", "--all", "true"], cwd=folder, capture_output=True, text=True)
        states = dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+)$", answer.stdout, re.MULTILINE))
        for name, state in sorted(states.items()):
            if state in ("survived", "no tests"):
                shown = subprocess.run([*run, "show", name], cwd=folder, capture_output=True, text=True).stdout
                lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
                print(f"{state}: {name}", *lines, sep="\n    ", file=sys.stderr)
    return _tell(states, rooms, seconds=round(time.perf_counter() - began))


def _copy(folder: Path, rooms: list[str]) -> None:
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
    changed = [f"src/sangyu/{room}/*.py" if room in WHOLE else f"src/sangyu/{room}/rules.py" for room in rooms]
    tests = [f"src/sangyu/{room}/tests" for room in (*WHOLE, *RULES)]
    settings = SETTINGS.format(changed=json.dumps(changed), tests=json.dumps(tests))
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")


def _tell(states: dict[str, str], rooms: list[str], *, seconds: int) -> int:
    if not states:
        print("no change was tried: see whether the tests of the copy run at all", file=sys.stderr)
        return 1
    above = 0
    for room in rooms:
        found = Counter(state for name, state in states.items() if name.startswith(f"sangyu.{room}."))
        tried = found.total()
        missed_pm = (tried - found["killed"] - found["timeout"]) * 1000 // tried
        above += missed_pm > MISSED_PM_MAX
        tell(
            f"mutants.{room}",
            figure=missed_pm / 10,
            unit="% of the changes that no test noticed",
            limit=MISSED_PM_MAX / 10,
            size=f"{tried} changes",
            seconds_of_all_rooms=seconds,
            **{state.replace(" ", "_"): number for state, number in sorted(found.items())},
        )
    return 1 if above else 0


sys.exit(main())
