"""A shelf of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def shelf_folder(settings, tmp_path: Path) -> Path:
    """Keep the bytes of a test in the test's own folder."""
    settings.VAR = tmp_path
    return tmp_path / "files"
