"""Somebody at the desk of registers, and files to hand in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import Cast
from tests.seat import Sit, seat

from sangyu.matching.tests.conftest import text

__all__ = ["sit"]


@pytest.fixture
def sit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """Sign somebody in and set the clock of the desks."""
    return seat(monkeypatch, cast.at, later_s=60)


def upload(heading: str, *rows: str) -> SimpleUploadedFile:
    """A register as a browser sends it."""
    return SimpleUploadedFile("名册.csv", text(heading, rows), content_type="text/csv")
