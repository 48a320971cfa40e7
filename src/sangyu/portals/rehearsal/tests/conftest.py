"""Each test rehearses anew: what one found is not the other's."""

from __future__ import annotations

import pytest

from sangyu.portals.rehearsal import runs


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget what was found lately."""
    runs.forget()
