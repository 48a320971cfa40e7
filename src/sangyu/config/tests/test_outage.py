"""A database that does not answer, or has no room, is told on the page as what it is: pressing again is safe."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse

from sangyu.config.watch.pages import broken


def _page_of(code: str) -> HttpResponse:
    """Let the database fail with a code of its own, and answer the page that a visitor gets."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$")
    except DatabaseError:
        return broken(HttpRequest())
    raise AssertionError("the database did not fail")


@pytest.mark.django_db
def test_a_full_disk_is_named_and_reading_goes_on() -> None:
    response = _page_of("53100")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    text = response.content.decode()
    assert "磁盘满了" in text
    assert "仍可查看" in text


@pytest.mark.django_db
def test_a_database_that_goes_away_may_have_saved_or_not_and_the_page_says_so() -> None:
    response = _page_of("57P01")
    assert response.status_code == 503
    text = response.content.decode()
    assert "可能没有保存" in text
    assert "不会办两次" in text


@pytest.mark.django_db
def test_a_mistake_of_ours_is_no_outage() -> None:
    assert _page_of("22012").status_code == 500
