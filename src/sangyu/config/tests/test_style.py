"""The checks that read the code instead of running it, each by its own tool, so that one command knows it all."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment

PACKAGE = PROJECT / "src" / "sangyu"
STRICT = ("kit", "policy", "ledger", "config/setup", "config/processes")


def _passes(*words: str | Path) -> None:
    command = [sys.executable, *words]
    ended = subprocess.run(command, cwd=PROJECT, env=own_environment(), capture_output=True, text=True)
    print(ended.stdout, ended.stderr)
    if ended.returncode != 0:
        pytest.fail("the tool's own words are below", pytrace=False)


def _strictly_typed() -> set[Path]:
    """List the code whose types are law: the values, the rules, the ledger, and what starts the house."""
    strict = {path for name in STRICT for path in (PACKAGE / name).rglob("*.py")}
    rules = {path for pattern in ("rules.py", "rules/*.py") for path in PACKAGE.rglob(pattern)}
    return {path for path in strict | rules if not {"tests", "migrations"} & set(path.parts)}


def test_imports_go_down_the_street() -> None:
    _passes("-c", "from importlinter.cli import lint_imports_command as lint; lint()")


def test_ruff_finds_nothing() -> None:
    _passes("-m", "ruff", "check", "--no-fix", ".")


def test_code_is_formatted() -> None:
    _passes("-m", "ruff", "format", "--check", ".")


def test_types_hold_where_they_are_law() -> None:
    _passes("-m", "mypy", *_strictly_typed())


@pytest.mark.django_db
def test_every_model_change_has_its_migration() -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail("models have changed without a migration: run `python -m django makemigrations`", pytrace=False)
