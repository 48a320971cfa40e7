"""What an installation starts from (`ops/`): it parses, names what exists, and its commands start a house."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from sangyu.access.cipher import new_ring
from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment
from sangyu.config.watch.series import SERIES
from sangyu.portals.live.tests.conftest import _database_url

OPS = PROJECT / "ops"
UNITS = OPS / "systemd"
OUR_UNITS = sorted(UNITS.glob("*.service"))
SERVING = WEB, LIVE, WORKER = [UNITS / f"sangyu-{name}.service" for name in ("web", "live", "worker")]
EXPOSURE_MAX = 3.0  # of ten, as systemd counts; below it a unit is called well protected
ANSWER_S_MAX = 60.0
KEYS = {
    "SANGYU_DEMO": "0",
    "SANGYU_SECRET_KEY": "a-key-of-this-test-and-of-nothing-else",
    "SANGYU_CTI_KEY": "another-key-of-this-test",
    "SANGYU_FIELD_KEYS": new_ring().written(),
    "SANGYU_HOSTS": "127.0.0.1,sangyu.example.cn",
    "SANGYU_TRUSTED_PROXIES": "1",
}
# What the door adds to every request (`ops/nginx.conf`).
THROUGH_THE_DOOR = {
    "Host": "sangyu.example.cn",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Request-Id": "4f2b9c1e0a7d4c58b6e3d2f1a0b9c8d7",
}


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((OPS / "compose.yaml").read_text(encoding="utf-8"))
    return told


def lines(unit: Path, name: str) -> list[str]:
    """Return the values of a setting of a unit, in order."""
    found = (line.partition("=") for line in unit.read_text(encoding="utf-8").splitlines())
    return [value for key, _, value in found if key == name]


def modules(command: list[str]) -> list[str]:
    """Return the modules that a command runs or loads."""
    after_m = [command[at + 1] for at, word in enumerate(command) if word == "-m"]
    loaded = [word.partition(":")[0] for word in command if re.fullmatch(r"sangyu[\w.]*:\w+", word)]
    return [*after_m, *loaded]


# --- containers


def test_every_service_of_ours_runs_as_nobody_special_on_a_file_system_it_cannot_write() -> None:
    services = compose()["services"]
    ours = [name for name, told in services.items() if told["image"].startswith("sangyu:")]
    assert sorted(ours) == ["live", "migrate", "web", "worker"]
    for name in ours:
        told = services[name]
        assert told["user"] not in {"root", "0", "0:0"}, name
        assert told["read_only"] is True, name
        assert told["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in told["security_opt"], name
        assert "ports" not in told, name
    assert list(services["door"]["ports"]) == ["443:443", "80:80"]
    assert "ports" not in services["database"]


def test_only_who_migrates_knows_the_owner() -> None:
    services = compose()["services"]
    assert {name for name, told in services.items() if "owner.env" in told.get("env_file", [])} == {"migrate"}
    for unit in SERVING:
        assert lines(unit, "UnsetEnvironment") == ["SANGYU_OWNER_DATABASE_URL"]
        assert "/etc/sangyu/owner.env" not in lines(unit, "EnvironmentFile")
    assert "/etc/sangyu/owner.env" in lines(UNITS / "sangyu-migrate.service", "EnvironmentFile")


def test_images_name_their_version_and_packages_their_digest() -> None:
    images = [told["image"] for told in compose()["services"].values()]
    text = (OPS / "Containerfile").read_text(encoding="utf-8")
    images += re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert [image for image in images if not re.fullmatch(r"[a-z]+:\d+[\w.-]*", image)] == []
    assert "--require-hashes -r" in text
    assert "npm ci" in text


def test_the_image_ends_as_an_ordinary_user_and_copies_what_there_is() -> None:
    text = (OPS / "Containerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001:10001"
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--from)(.+)", text, re.MULTILINE)]
    assert [name for words in copied for name in words if not (PROJECT / name).exists()] == []


def test_every_command_names_modules_that_exist() -> None:
    commands = [told["command"] for told in compose()["services"].values() if "command" in told]
    commands += [shlex.split(lines(unit, "ExecStart")[0]) for unit in OUR_UNITS]
    named = {module for command in commands for module in modules([str(word) for word in command])}
    assert {"granian", "sangyu.config.asgi", "sangyu.config.wsgi", "sangyu.config.processes.worker"} <= named
    assert [module for module in named if find_spec(module) is None] == []


# --- systemd


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units with the paths of this machine, since systemd looks whether a program is there."""
    for unit in [*OUR_UNITS, UNITS / "sangyu.target"]:
        text = unit.read_text(encoding="utf-8").replace("/opt/sangyu/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text.replace("file:///opt/sangyu", f"file://{PROJECT}"), encoding="utf-8")
    return tmp_path


def systemd_analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed here")
    return subprocess.run([program, *words], capture_output=True, text=True)


def test_systemd_understands_the_units(installed: Path) -> None:
    ended = systemd_analyze("verify", "--recursive-errors=no", *sorted(installed.iterdir()))
    said = [line for line in ended.stderr.splitlines() if "sangyu" in line and "postgresql.service" not in line]
    assert said == []


@pytest.mark.parametrize("unit", OUR_UNITS, ids=lambda unit: unit.stem)
def test_systemd_calls_the_units_well_protected(unit: Path) -> None:
    ended = systemd_analyze("security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", ended.stdout)
    assert found is not None, ended.stdout + ended.stderr
    assert float(found[1]) < EXPOSURE_MAX


def test_everything_hangs_on_one_target() -> None:
    wanted = lines(UNITS / "sangyu.target", "Wants")[0].split()
    assert wanted == [unit.name for unit in SERVING]
    for unit in SERVING:
        assert lines(unit, "PartOf") == ["sangyu.target"]
        assert lines(unit, "Requires") == ["sangyu-migrate.service"]


@contextmanager
def started(unit: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run what a unit runs, outside a demo, on a port of this machine and the database of the tests."""
    command = shlex.split(lines(unit, "ExecStart")[0])
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port = str(finder.getsockname()[1])
    if "--port" in command:
        command[command.index("--port") + 1] = port
    settings = own_environment(**KEYS, SANGYU_DATABASE_URL=_database_url())
    settings.pop("SANGYU_OWNER_DATABASE_URL", None)
    process = subprocess.Popen([sys.executable, *command[1:]], env=settings, cwd=PROJECT)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def signed_in_with_a_wrong_password(pages: str) -> tuple[int, str]:
    """Send the form of the sign-in page through the door, as a browser does; return the status and the request's id."""
    where = pages.removeprefix("http://")
    line = HTTPConnection(where, timeout=30)
    line.request("GET", "/sign-in/", headers=THROUGH_THE_DOOR)
    page = line.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    crumb = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])
    assert token is not None
    assert crumb is not None
    form = urlencode({"csrfmiddlewaretoken": token[1], "username": "nobody", "password": "wrong"})
    headers = {
        **THROUGH_THE_DOOR,
        "Origin": "https://sangyu.example.cn",
        "Referer": "https://sangyu.example.cn/sign-in/",
        "Cookie": f"csrftoken={crumb[1]}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line.request("POST", "/sign-in/", body=form, headers=headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, answer.headers["X-Request-Id"]


def asked(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.django_db(transaction=True)
def test_the_commands_of_the_units_serve_a_site_that_is_no_demo_and_stop_when_told() -> None:
    ends_at = time.monotonic() + ANSWER_S_MAX
    with (
        started(SERVING[0]) as (web, pages),
        started(SERVING[1]) as (live, streams),
        started(SERVING[2]) as (worker, _),
    ):
        for address in (pages, streams):
            while asked(f"{address}/healthz") != 200:
                assert time.monotonic() < ends_at, f"{address} does not answer"
                time.sleep(0.1)
        assert (asked(f"{pages}/readyz"), asked(f"{pages}/metrics")) == (200, 200)
        told = signed_in_with_a_wrong_password(pages)
        assert told == (422, THROUGH_THE_DOOR["X-Request-Id"]), "403 would mean that no form gets through the door"
        assert asked(f"{streams}/live/") == 401
        assert asked(f"{pages}/stage/") == 404, "no demo"
        assert worker.poll() is None
        for process in (web, live, worker):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in (web, live, worker)] == [0, 0, 0]


# --- the door and the alarms


def test_the_door_shows_nobody_the_series_and_gives_every_request_a_number(tmp_path: Path) -> None:
    text = (OPS / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"location = /metrics \{ return 404; \}", text)
    assert "proxy_set_header X-Request-Id $request_id;" in text
    assert "proxy_set_header X-Forwarded-For" in text, "by which /metrics knows that a request came through the door"
    logged = re.search(r"log_format plain '([^']+)'", text)
    assert logged is not None
    assert not {"$request", "$request_uri", "$args", "$http_referer"} & set(logged[1].split())
    program = shutil.which("nginx")
    if program is None:
        return  # its words are read above; whether nginx reads them too is seen where it is installed
    here = text.replace("web:8000", "127.0.0.1:8001").replace("live:8000", "127.0.0.1:8002")
    here = re.sub(r"(?m)^.*(listen 443|http2 on|ssl_).*$", "", here).replace("/run/nginx.pid", f"{tmp_path}/pid")
    here = here.replace("/dev/stdout", f"{tmp_path}/access").replace("/dev/stderr", f"{tmp_path}/error")
    written = tmp_path / "nginx.conf"
    written.write_text(here.replace("listen 80 default_server", "listen 127.0.0.1:8099"), encoding="utf-8")
    ended = subprocess.run([program, "-t", "-q", "-p", tmp_path, "-c", written], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_every_alarm_asks_for_a_series_that_is_told_and_says_what_to_do() -> None:
    told = yaml.safe_load((OPS / "alerts.yaml").read_text(encoding="utf-8"))
    rules = [rule for group in told["groups"] for rule in group["rules"]]
    names = {series.name for series in SERIES} | {"sangyu_series_failed"}
    asked_for = {name for rule in rules for name in re.findall(r"sangyu_\w+", rule["expr"])}
    assert asked_for <= names
    assert {"sangyu_emergency_waiting_seconds", "sangyu_settlement_delta_fen", "sangyu_clock_age_seconds"} <= asked_for
    assert [rule["alert"] for rule in rules if not rule["annotations"]["todo"]] == []


def test_the_roles_of_a_new_database_are_those_of_the_house() -> None:
    script = OPS / "postgres" / "roles.sh"
    assert subprocess.run(["sh", "-n", script]).returncode == 0
    text = script.read_text(encoding="utf-8")
    assert {"sangyu_owner", "sangyu_app"} == set(re.findall(r"CREATE ROLE (\w+)", text))
    assert os.access(script, os.X_OK)
