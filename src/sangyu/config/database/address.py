"""Which database this process uses, and by which log-in.

`SANGYU_DATABASE_URL` is the address of the log-in that serves; `SANGYU_OWNER_DATABASE_URL` that of the owner, who
migrates (left out: the same). Without them it is the clone's embedded cluster; empty is left out. `SANGYU_LOG_IN=owner`
makes a process the owner; everything else serves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sangyu.config.setup.trouble import Trouble

ENGINE = "sangyu.config.database"


def database(environ: Mapping[str, str]) -> dict[str, Any]:
    """Answer Django's mapping for the default database.

    Shape: Django's keys, and `OWNER` and `APP` with the two log-ins (`USER`, `PASSWORD`).
    """
    app_url = environ.get("SANGYU_DATABASE_URL") or ""
    owner_url = environ.get("SANGYU_OWNER_DATABASE_URL") or app_url
    if not app_url:
        app_url, owner_url = _embedded()
    app, owner = from_url(app_url), from_url(owner_url)
    chosen = owner if environ.get("SANGYU_LOG_IN") == "owner" else app
    return {
        **chosen,
        "ENGINE": ENGINE,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,  # a database brought back after a crash must not cost a request
        "APP": {key: app[key] for key in ("USER", "PASSWORD")},
        "OWNER": {key: owner[key] for key in ("USER", "PASSWORD")},
        "TEST": {"NAME": environ.get("SANGYU_TEST_DB") or "test_sangyu"},
    }


def from_url(url: str) -> dict[str, Any]:
    """Turn `postgresql://user:password@host:port/name?host=/folder&option=value` into Django's keys.

    Raises: Trouble, if it is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise Trouble(
            "SANGYU_DATABASE_URL 应形如 postgresql://用户:口令@主机:端口/库名。",
            "SANGYU_DATABASE_URL must look like postgresql://user:password@host:port/name.",
        )
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "OPTIONS": options,
    }


def _embedded() -> tuple[str, str]:
    """Answer the app's and the owner's address in the clone's own cluster, whether or not it runs just now."""
    from sangyu.config.processes.embedded import ROLES, Cluster
    from sangyu.config.processes.places import PORT, places_for

    cluster = Cluster(places_for())
    if not cluster.places.passwords.is_file():  # never started: leave a socket that names what is missing
        bare = f"postgresql://{{}}@/sangyu?host={cluster.places.sockets}&port={PORT}"
        return bare.format(ROLES["app"]), bare.format(ROLES["owner"])
    return cluster.url("app"), cluster.url("owner")
