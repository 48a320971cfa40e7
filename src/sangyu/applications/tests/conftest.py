"""Huli with its people, built once for the tests of this room."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.standing import standing

from sangyu.applications.tests.town import Town


@standing
def huli() -> Town:
    with TemporaryDirectory() as folder:
        return Town(Path(folder))
