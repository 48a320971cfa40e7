"""A district to hand sheets in to, and a folder of its own for what waits to be checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.cast import Cast

from sangyu.access import actions as access
from sangyu.access.models import OrganisationKind, Role, User
from sangyu.adoption import actions as adoption
from sangyu.adoption import queries as adoption_read
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


@pytest.fixture
def another(cast: Cast) -> User:
    """The bureau of a second programme on the same ground, whose register is empty."""
    programme = access.found_programme(slug="other", name="另一套", area_code="620102", hotline_number="12349")
    bureau = access.found_organisation(
        programme=programme, kind=OrganisationKind.BUREAU, name="另一家", area_code="620102"
    )
    adoption.adopt(
        programme_id=programme.pk,
        pack_id="lanzhou-chengguan",
        parameters=adoption_read.in_force(cast.programme.pk, cast.at.date()).parameters,
        document="城民发〔2026〕1号",
        valid_from=date(2026, 1, 1),
        by_id=cast.head.pk,
        at=cast.at,
    )
    return cast.user(bureau, "elsewhere", "何远", Role.BUREAU, Role.HEAD)
