"""How `mutants` finds out which tests reach a line, and runs those of a change: by forks of a process that is warm.

A change is written into a copy of the sources, not switched on at run time, so the tests run at full speed, and a test
that starts a process of its own meets the change there too. What every test loads and nobody changes is loaded once.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _changes import Change
from coverage import Coverage

HEAVY = ("hypothesis.strategies", "ibis", "ibis.backends.duckdb", "pyarrow.parquet", "python_calamine", "xlsxwriter")
LOADING = "loading"
PROJECT = Path(__file__).resolve().parents[1]
UNCHANGED = (str(PROJECT), str(PROJECT / "src"))
OPTIONS = ["-q", "--tb=no", "--import-mode=importlib", "-p", "no:cacheprovider"]
OPTIONS += ["-p", "no:django", "-p", "no:schemathesis", "-p", "no:xdist"]
SPARE_S = 15  # of a processor, for what a change may take longer than the three times it is given
BYTES_MAX = 6 << 30
UNCHANGED_TESTS = 100  # the quickest, of many files, are run in each copy before anything is changed
PASSED = (0, 5)  # every test, or there was none left to run


@dataclass(frozen=True)
class Reach:
    """Which tests run which line of which file, by the names of tests, and what each takes, in seconds."""

    took: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def tests(self, change: Change, root: Path) -> list[str]:
        """Name the tests that a change can matter to, the quickest first."""
        lines = self.lines.get(str(change.file.relative_to(root)), {})
        for wanted in (change.lines, change.around):  # a `continue` may be folded away and leave no line behind
            names = {name for line in wanted for name in lines.get(line, ())}
            if LOADING in names:
                names = set(self.took)
            if names:
                return sorted(names, key=lambda name: (self.took[name], name))
        return []


def warm() -> None:
    """Load what the tests of every change load."""
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def reach(root: Path, sources: str, tests: str) -> Reach | None:
    """Run all tests once; None if they fail where nothing was changed."""
    found = root / "reach.json"
    child = _fork(root, lambda: _watch(root, sources, tests, found))
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        return None
    told = json.loads(found.read_text())
    lines = {file: {int(line): names for line, names in by.items()} for file, by in told["lines"].items()}
    return Reach(told["took"], lines)


def try_all(roots: Sequence[Path], changes: Iterable[Change], reached: Reach) -> Iterator[tuple[Change, str]]:
    """Try every change against the tests that reach it, one in each copy at a time; yield what became of it.

    Raises: RuntimeError, if tests fail in a copy in which nothing is changed: then every change would seem noticed.
    """
    quickest = sorted(reached.took, key=lambda name: (reached.took[name], name))[:UNCHANGED_TESTS]
    for root in roots:
        child = _fork(root, lambda root=root: _run(root, quickest, reached.took))
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise RuntimeError(f"the tests fail in {root}, with nothing changed")
    running: dict[int, tuple[Path, Change]] = {}
    free, left = list(roots), iter(changes)
    while True:
        while free and (change := next(left, None)):
            names = reached.tests(change, roots[0])
            if not names:
                yield change, "no tests"
                continue
            root = free.pop()
            _write(root / change.file.relative_to(roots[0]), change.after, later_s=3600)
            running[_fork(root, lambda root=root, names=names: _run(root, names, reached.took))] = root, change
        if not running:
            return
        child, status = os.wait()
        root, change = running.pop(child)
        _write(root / change.file.relative_to(roots[0]), change.before, later_s=-3600)
        shutil.rmtree(root / "var", ignore_errors=True)  # no change finds what another has printed
        free.append(root)
        yield change, _became(os.waitstatus_to_exitcode(status))


def _became(code: int) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "timeout"
    return "survived" if code == 0 else "killed"


def _write(file: Path, text: str, later_s: int) -> None:
    """Write a file and give it an age of its own: by that, and its length, Python tells whose the compiled file is."""
    at_ns = file.stat().st_mtime_ns + later_s * 10**9
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(at_ns, at_ns))


def _fork(root: Path, work: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        os.chdir(root)
        os.environ["PYTHONPATH"] = str(root / "src")
        sys.path[:] = [str(root / "src"), *(place for place in sys.path if place not in UNCHANGED)]
        code = work()
    except BaseException:  # whatever a change has broken, this process must not go on as its parent
        code = 3
    os._exit(code)


def _run(root: Path, names: list[str], took: dict[str, float]) -> int:
    """Run these tests until one fails; more of a processor than three times what they take is too much.

    File by file, the shortest first: most changes are noticed before a second file is read.
    """
    allowed_s = math.ceil(3 * sum(took[name] for name in names)) + SPARE_S
    resource.setrlimit(resource.RLIMIT_CPU, (allowed_s, allowed_s + 2))
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES_MAX, BYTES_MAX))
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    by_file: dict[str, list[str]] = {}
    for name in names:
        by_file.setdefault(name.partition("::")[0], []).append(name)
    for file, own in sorted(by_file.items(), key=lambda pair: (sum(took[name] for name in pair[1]), pair[0])):
        code = int(pytest.main([*OPTIONS, "-x", f"--rootdir={root}", file], plugins=[_Only(own, took)]))
        if code not in PASSED:
            return code
    return 0


class _Only:
    """Keep the tests that were asked for, in their order, and those that nobody knew: a change may rename its tests."""

    def __init__(self, names: list[str], known: dict[str, float]) -> None:
        self.place = {name: at for at, name in enumerate(names)}
        self.known = known

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid in self.place or item.nodeid not in self.known]
        items[:] = sorted(kept, key=lambda item: self.place.get(item.nodeid, -1))


def _watch(root: Path, sources: str, tests: str, found: Path) -> int:
    watched = Coverage(data_file=None, include=[f"{root / sources}/*"], omit=["*/tests/*"], config_file=False)
    watched.start()
    watched.switch_context(LOADING)
    for file in sorted((root / sources).glob("*.py")):
        if file.stem != "__main__":
            importlib.import_module(
                ".".join(file.relative_to(root / "src").with_suffix("").parts).removesuffix(".__init__")
            )
    watcher = _Watcher(watched)
    code = int(pytest.main([*OPTIONS, f"--rootdir={root}", tests], plugins=[watcher]))
    watched.stop()
    if code:
        return code
    data = watched.get_data()
    lines = {}
    for file in data.measured_files():
        by_line = {line: watcher.tests_of(contexts) for line, contexts in data.contexts_by_lineno(file).items()}
        lines[str(Path(file).relative_to(root))] = {line: names for line, names in by_line.items() if names}
    found.write_text(json.dumps({"took": watcher.took, "lines": lines}))
    return 0


class _Watcher:
    """Tell coverage whose lines are run: a test's, or a file's of tests while that is read."""

    def __init__(self, watched: Coverage) -> None:
        self.watched = watched
        self.took: dict[str, float] = {}

    def tests_of(self, contexts: Sequence[str]) -> list[str]:
        """Name the tests that these contexts stand for: what the reading of a file runs, all its tests rest on."""
        names = {one for one in contexts if one == LOADING or one in self.took}
        files = tuple(f"{one}::" for one in contexts if one.endswith(".py"))
        return sorted(names | {name for name in self.took if files and name.startswith(files)})

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Any:
        if isinstance(collector, pytest.Module):
            _forget()
            self.watched.switch_context(collector.nodeid)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        _forget()
        self.watched.switch_context(item.nodeid)
        began = time.process_time()
        answer = yield
        self.took[item.nodeid] = time.process_time() - began
        return answer

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Any:
        if fixturedef.scope == "function":
            return (yield)
        self.watched.switch_context(request.node.nodeid or LOADING)  # made by one test, stood on by others
        try:
            return (yield)
        finally:
            self.watched.switch_context(request._pyfuncitem.nodeid)


def _forget() -> None:
    """Empty what the sources remember, so that a test is seen to run what it would have run as the first."""
    for name, module in list(sys.modules.items()):
        if name.startswith("sangyu.") and ".tests." not in name:
            for one in vars(module).values():
                if hasattr(one, "cache_clear"):
                    one.cache_clear()
