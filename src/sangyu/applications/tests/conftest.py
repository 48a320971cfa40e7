"""Huli with its people, built once for the tests of this room, and a shelf of the test's own for their papers."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.standing import standing

from sangyu.applications.tests.town import Town
from sangyu.files.tests.conftest import shelf_folder

__all__ = ["huli", "shelf_folder"]


@standing
def huli() -> Town:
    """Huli on an ordinary Monday."""
    with TemporaryDirectory() as folder:
        return Town(Path(folder))
