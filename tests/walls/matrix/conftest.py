"""One house for all the tests of the matrix, and every cell tried in it once; both are left as they were."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from sangyu.portals.clock import now
from tests.walks.full_house import NOW
from tests.walls.matrix.cells import Tried, cells_of
from tests.walls.matrix.walled import Walled

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="package")
def standing(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walled]:
    """The walled house in a transaction that is taken back when the package's tests are done; its photos lie apart."""
    shelf: Path = tmp_path_factory.mktemp("shelf")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR=shelf, PASSWORD_HASHERS=QUICK),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
        house = Walled()
        patch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((NOW - now()).total_seconds()) + 60))
        yield house
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def tried(standing: Walled) -> list[Tried]:
    """Every cell of the matrix, tried once; `SANGYU_WALLS=whole` tries each role by itself."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)  # thousands of refusals are no news here
    try:
        return list(cells_of(standing, whole=os.environ.get("SANGYU_WALLS") == "whole"))
    finally:
        logging.disable(before)
