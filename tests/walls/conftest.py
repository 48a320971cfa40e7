"""One house for all the tests of a module that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from sangyu.portals.clock import now
from tests.walks.full_house import NOW
from tests.walls.walled import Walled

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    """The walled house in a transaction that is taken back when the module's tests are done; its photos lie apart."""
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
