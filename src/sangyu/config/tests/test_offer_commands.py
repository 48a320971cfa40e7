"""`./sangyu` offers what is built, in Chinese, at once, and says no to the rest."""

import subprocess

import pytest

from sangyu.config import cli
from sangyu.config.processes.places import PROJECT


def test_help_lists_each_built_command_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    for command in cli.COMMANDS:
        assert (f"  {command.name} " in shown) == command.is_built()


def test_a_command_whose_room_is_missing_is_not_offered() -> None:
    absent = cli.Command("x", "", "sangyu.no_such_room.cli:main", frozenset())
    assert not absent.is_built()


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fly"]) == 2
    assert "fly" in capsys.readouterr().err


def test_the_launcher_answers_without_setting_anything_up() -> None:
    ended = subprocess.run([PROJECT / "sangyu"], capture_output=True, text=True)
    assert ended.returncode == 0
    assert "./sangyu" in ended.stdout
