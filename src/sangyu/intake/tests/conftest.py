"""A district to hand sheets in to, and a folder of its own for what waits to be checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cast import Cast

from sangyu.access.models import User
from sangyu.intake import actions as intake
from sangyu.intake.models import Batch

HandIn = Callable[..., Batch]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> Path:
    """Keep the files of a test in the test's own folder."""
    settings.VAR = tmp_path
    return tmp_path


@pytest.fixture
def checked(cast: Cast) -> HandIn:
    """Hand a file in and have it checked."""

    def hand_in(path: Path, *, template: str = "elders", by: User | None = None, key: str = "") -> Batch:
        batch = intake.hand_in(
            template=template,
            file_name=path.name,
            content=[path.read_bytes()],
            by=by or cast.head,
            at=cast.at,
            key=key or path.name,
        )
        return intake.check_batch(batch_id=batch.pk, at=cast.at)

    return hand_in
