"""How tests meet the world: a real PostgreSQL of their own, the serving log-in, a closed network, Debian's browser.

The first test that asks for the database starts it; without such a test none is started. The owner makes and migrates
the test database, then the run goes on as the log-in that serves, so a missing right fails here and not on site.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tests.windows import Windows

from sangyu.config.database.address import database
from sangyu.config.processes.embedded import Cluster
from sangyu.config.processes.throw_away import throw_away_postgres

pytest_plugins = ["pytester", "tests.standing", "tests.cast", "tests.proofs.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("numprocesses", None):  # then this process collects, and no worker of its own does
        gc.disable()  # what is collected are thousands of tests, and they stay


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # libraries that count what is left of them at the end should count right


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster | None]:
    """Start a throw-away cluster, unless the environment names a server."""
    if "SANGYU_DATABASE_URL" in os.environ:
        yield None
        return
    with throw_away_postgres() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, cluster: Cluster | None) -> None:
    """Log in as the owner."""
    if cluster is None:
        _use(os.environ)
    else:
        _use(cluster.environment(), EMPTIED_BY=cluster.url("superuser"))


@pytest.fixture(scope="session")
def django_db_keepdb(cluster: Cluster | None) -> bool:
    """Leave a throw-away cluster untidied."""
    return cluster is not None


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings: None, django_db_setup: None) -> Iterator[None]:
    """Let the owner make the test database, then run every test as the log-in that serves."""
    _log_in_as("APP")
    yield
    _log_in_as("OWNER")


def _use(environ: Any, **more: str) -> None:
    from django.db import DEFAULT_DB_ALIAS, connections

    mapping = database({**environ, "SANGYU_LOG_IN": "owner"}) | more
    mapping |= {"ENGINE": "sangyu.config.database.testing", "CONN_MAX_AGE": 0}
    del mapping["TEST"]  # Django has already completed it
    connections.settings[DEFAULT_DB_ALIAS].update(mapping)
    if hasattr(connections._connections, DEFAULT_DB_ALIAS):  # made before we knew the address
        del connections[DEFAULT_DB_ALIAS]


def _log_in_as(who: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict.update(connection.settings_dict[who])


@pytest.fixture(autouse=True, scope="session")
def closed_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    really_connect = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise PermissionError(f"tests do not leave this machine: {address}")
        really_connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Windows]:
    """Start Debian's chromium once for the run; each test opens windows of its own."""
    from playwright.sync_api import sync_playwright

    # The browser's driver keeps an event loop in this thread; the tests themselves are as synchronous as before.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("没有浏览器 chromium。请安装:apt-get install chromium fonts-noto-cjk / chromium is not installed")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=[*flags, "--no-first-run", "--disable-component-update"]
        )
        yield Windows(chromium)
        chromium.close()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords quickly: the cast has twenty log-ins, and the real hash is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def _django_db_helper(standing_house: dict[str, Any], _django_db_helper: None) -> None:
    """Open the transaction of a test above what stands for it."""
