"""Set-up does its work once, again when something changed, and afresh when it broke off half-way.

Each test works on a small clone of its own: our code, a lock without packages, a front end of one line.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sangyu.config.processes.places import PROJECT

COMMANDS = "from sangyu.config.setup import environment, front_end\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    package = tmp_path / "src" / "sangyu"
    shutil.copytree(PROJECT / "src" / "sangyu" / "config", package / "config", ignore=shutil.ignore_patterns("tests"))
    shutil.copy(PROJECT / "src" / "sangyu" / "__init__.py", package)
    (package / "portals").mkdir()
    (tmp_path / "frontend").mkdir()
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    script = "mkdir -p build/static && echo built >> build/static/log"
    (tmp_path / "package.json").write_text(json.dumps({"name": "small", "private": True, "scripts": {"build": script}}))
    (tmp_path / "node_modules").mkdir()
    return tmp_path


def _do(clone: Path, what: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(clone)}
    environment |= {"PYTHONPATH": str(clone / "src"), "PYTHONUTF8": "1"}
    base = getattr(sys, "_base_executable", sys.executable)
    return subprocess.run([base, "-c", COMMANDS + what], env=environment, cwd=clone, capture_output=True, text=True)


def test_the_environment_is_made_once_and_afresh_after_breaking_off(clone: Path) -> None:
    first = _do(clone, "environment.prepare()")
    assert first.returncode == 0, first.stderr
    assert "requirements.lock" in first.stderr
    mine = clone / ".venv" / "left-by-me"
    mine.touch()
    assert _do(clone, "environment.prepare()").stderr == ""

    (clone / "requirements.lock").write_text("# still nothing\n")
    assert "requirements.lock" in _do(clone, "environment.prepare()").stderr
    assert mine.exists()  # a changed lock is installed into what is there

    (clone / ".venv" / "sangyu-unfinished").touch()
    afresh = _do(clone, "environment.prepare()")
    assert afresh.returncode == 0, afresh.stderr
    assert not mine.exists()
    assert _do(clone, "print(environment.is_ready(environment.LOCK))").stdout == "True\n"


def test_the_front_end_is_built_again_exactly_when_a_source_changed(clone: Path) -> None:
    log = clone / "build" / "static" / "log"

    def builds() -> int:
        done = _do(clone, "front_end.prepare()")
        assert done.returncode == 0, done.stderr
        return len(log.read_text().splitlines())

    assert builds() == 1
    assert builds() == 1
    (clone / "src" / "sangyu" / "portals" / "page.html").write_text("<p class='flex'>")
    assert builds() == 2
    (clone / "frontend" / "desk.css").write_text("p {}")
    assert builds() == 3
    assert builds() == 3


def test_a_failing_build_says_so_and_counts_as_not_built(clone: Path) -> None:
    (clone / "package.json").write_text(json.dumps({"name": "small", "scripts": {"build": "echo no paint; exit 3"}}))
    failed = _do(clone, "front_end.prepare()")
    assert failed.returncode != 0
    assert "no paint" in failed.stderr
    assert _do(clone, "print(front_end.is_ready())").stdout == "False\n"
