"""A log tells what happened to which request, and never who anybody is or what they typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from tests.cast import Cast

from sangyu.config.urls import handler404, handler500
from sangyu.config.urls import urlpatterns as ours
from sangyu.config.watch.logs import JsonLines, configuration

__all__ = ["handler404", "handler500", "urlpatterns"]  # this module is an address book of its own

pytestmark = pytest.mark.django_db

TYPED = "王秀兰 13912345678 620102194403050224"
OF_A_PROXY = "4f2b9c1e0a7d4c58b6e3d2f1a0b9c8d7"
Read = Callable[[], list[dict[str, Any]]]


def fall(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"nobody is called {request.POST['name']}")


def clash(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE known (phone text CONSTRAINT one_phone UNIQUE) ON COMMIT DROP")
        try:
            cursor.execute("INSERT INTO known VALUES (%s), (%s)", [request.POST["name"]] * 2)
        except IntegrityError as error:
            raise LookupError(f"{request.POST['name']} is known") from error
    return HttpResponse()


urlpatterns = [path("fall/", fall, name="fall"), path("clash/", clash, name="clash"), *ours]


@pytest.fixture
def read() -> Iterator[Read]:
    """What all loggers write as JSON lines, as a process outside a demo is set up."""
    book = StringIO()
    handler = logging.StreamHandler(book)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in book.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def client() -> Client:
    """A browser that is shown the page of an error instead of the error."""
    return Client(raise_request_exception=False)


def test_a_request_leaves_one_line_with_the_route_and_not_the_address(cast: Cast, client: Client, read: Read) -> None:
    order = cast.order()
    client.force_login(cast.ma)
    answer = client.get(reverse("hotline:order", args=[order.pk]) + "?q=13912345678")
    (line,) = [line for line in read() if line["logger"] == "sangyu.request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "hotline:order", 200)
    assert line["user"] == str(cast.ma.pk)
    assert line["ms"] > 0
    assert line["request_id"] == answer["X-Request-Id"]
    assert str(order.pk) not in json.dumps(line)


def test_the_id_of_a_proxy_is_kept_and_anything_else_is_not(client: Client) -> None:
    assert client.get("/healthz", HTTP_X_REQUEST_ID=OF_A_PROXY)["X-Request-Id"] == OF_A_PROXY
    for given in ("13912345678", "620102194403050224", "a" * 65, "王秀兰" * 12, "<script>" + "a" * 30):
        assert client.get("/healthz", HTTP_X_REQUEST_ID=given)["X-Request-Id"] != given


@override_settings(ROOT_URLCONF="sangyu.config.tests.test_log")
def test_the_page_of_an_error_and_its_line_bear_the_same_number(client: Client, read: Read) -> None:
    answer = client.post("/fall/", {"name": TYPED}, HTTP_X_REQUEST_ID=OF_A_PROXY)
    assert answer.status_code == 500
    assert OF_A_PROXY in answer.content.decode()
    assert "没有办成" in answer.content.decode()
    told = [line for line in read() if line.get("request_id") == OF_A_PROXY]
    assert {line["level"] for line in told} == {"ERROR"}
    (error,) = [line["error"] for line in told if "error" in line]
    assert error["class"] == "builtins.ValueError"
    assert any("test_log.py" in frame and frame.endswith(" fall") for frame in error["frames"])


@pytest.mark.parametrize("address", ["/fall/", "/clash/"])
@override_settings(ROOT_URLCONF="sangyu.config.tests.test_log")
def test_nothing_that_was_typed_stands_in_the_log_or_on_the_page(client: Client, read: Read, address: str) -> None:
    answer = client.post(address, {"name": TYPED})
    assert answer.status_code == 500
    everything = json.dumps(read(), ensure_ascii=False) + answer.content.decode()
    for word in TYPED.split():
        assert word not in everything


@override_settings(ROOT_URLCONF="sangyu.config.tests.test_log")
def test_a_refusal_of_the_database_names_its_rule_and_not_the_values(client: Client, read: Read) -> None:
    client.post("/clash/", {"name": TYPED})
    (error,) = [line["error"] for line in read() if "error" in line]
    root = error["because"]["because"]
    assert (root["sqlstate"], root["constraint"]) == ("23505", "one_phone")


def test_the_arguments_of_a_stranger_s_message_are_left_out(read: Read) -> None:
    logging.getLogger("some.library").warning("cannot reach %s", TYPED)
    logging.getLogger("sangyu.orders").warning("%d orders wait for 13912345678", 3)
    assert [line["says"] for line in read()] == ["cannot reach %s", "3 orders wait for …"]


def test_an_address_that_leads_nowhere_says_so_in_chinese(client: Client) -> None:
    answer = client.get("/nowhere/13912345678/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "没有这一页" in page
    assert "13912345678" not in page


def test_a_page_of_an_error_needs_no_database(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/nowhere/").status_code == 404


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_the_statements_sent_to_the_database_are_never_logged(level: str) -> None:
    loggers = configuration(form="json", level=level)["loggers"]
    assert loggers["django.db.backends"]["level"] == "WARNING"
