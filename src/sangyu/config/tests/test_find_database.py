"""A process finds its database by its environment, and by the log-in it is meant to have."""

import pytest

from sangyu.config.database.address import database, from_url
from sangyu.config.setup.trouble import Trouble

APP = "postgresql://app:p%40ss@db.example:6432/care?sslmode=require"
OWNER = "postgresql://boss:word@db.example:6432/care"


def test_an_address_is_taken_apart() -> None:
    found = from_url(APP)
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("app", "p@ss", "db.example", "6432")
    assert (found["NAME"], found["OPTIONS"]) == ("care", {"sslmode": "require"})


def test_a_socket_folder_is_a_host() -> None:
    found = from_url("postgresql://app:x@/care?host=%2Frun%2Fcare&port=5433")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/care", "5433", {})


@pytest.mark.parametrize("wrong", ["mysql://a@b/c", "postgresql://a@b/", "care"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(Trouble, match="SANGYU_DATABASE_URL"):
        from_url(wrong)


def test_processes_serve_unless_told_to_be_the_owner() -> None:
    both = {"SANGYU_DATABASE_URL": APP, "SANGYU_OWNER_DATABASE_URL": OWNER}
    assert database(both)["USER"] == "app"
    assert database(both | {"SANGYU_LOG_IN": "owner"})["USER"] == "boss"
    assert database(both | {"SANGYU_LOG_IN": "owner"})["APP"] == {"USER": "app", "PASSWORD": "p@ss"}


def test_one_address_serves_for_both() -> None:
    assert database({"SANGYU_DATABASE_URL": APP, "SANGYU_LOG_IN": "owner"})["USER"] == "app"


def test_an_empty_address_is_none_as_the_example_of_the_settings_says() -> None:
    assert database({"SANGYU_DATABASE_URL": "", "SANGYU_OWNER_DATABASE_URL": ""}) == database({})
    assert database({"SANGYU_DATABASE_URL": APP, "SANGYU_OWNER_DATABASE_URL": ""})["OWNER"]["USER"] == "app"
