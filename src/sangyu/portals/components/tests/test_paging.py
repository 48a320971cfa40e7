"""An address that somebody has typed in begins the list anew, and breaks nothing."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from sangyu.portals.components import paging


@pytest.mark.parametrize(
    ("typed", "passed"),
    [("50", 50), ("0", 0), ("", 0), ("-1", 0), ("五十", 0), ("٥", 0), ("5²", 0), ("1e3", 0), ("9" * 5000, 0)],
)
def test_it_goes_on_where_the_address_says_or_begins_anew(typed: str, passed: int) -> None:
    assert paging.after(RequestFactory().get("/", {"after": typed})) == passed


def test_an_address_that_says_nothing_begins_the_list() -> None:
    assert paging.after(RequestFactory().get("/")) == 0
