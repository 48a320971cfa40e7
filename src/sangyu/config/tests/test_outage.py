"""A database that does not answer, or has no room, is told on the page as what it is: pressing again is safe."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from tests.cast import PASSWORD, Cast

from sangyu.access.models import Session
from sangyu.config.sessions import SessionStore
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


def _gone_away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Let the database go away at the moment a session is written."""
    if sql.startswith('UPDATE "access_session"'):
        sql, params = "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57P01'; END $$", None
    return execute(sql, params, many, context)


@pytest.mark.django_db
def test_a_database_that_goes_away_while_a_session_is_kept_is_no_ended_session() -> None:
    store = SessionStore()
    store.save(must_create=True)
    store["word"] = "kept"
    with connection.execute_wrapper(_gone_away), pytest.raises(OperationalError):
        store.save()
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


def test_whose_session_could_not_be_kept_reads_the_page_of_an_outage(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(_gone_away):
        answer = client.post(reverse("sign-in"), {"username": "agent", "password": PASSWORD})
    assert answer.status_code == 503
    assert "可能没有保存" in answer.content.decode()
