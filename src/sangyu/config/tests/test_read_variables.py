"""What an installation sets is known, typed and explained; a slip of the pen stops the start and not the service."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from sangyu.access.cipher import new_ring
from sangyu.config.processes.places import PROJECT
from sangyu.config.processes.ready import own_environment
from sangyu.config.setup.trouble import Trouble
from sangyu.config.variables import BENCH, BY_NAME, VARIABLES, Environment, example

SITE = {
    "SANGYU_DEMO": "0",
    "SANGYU_DATABASE_URL": "postgresql://app:a-password-of-ours@10.0.0.5:5432/sangyu",
    "SANGYU_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "SANGYU_CTI_KEY": "fedcba9876543210",
    "SANGYU_FIELD_KEYS": new_ring().written(),
    "SANGYU_HOSTS": "sangyu.example.cn",
}
NAME = re.compile(r"\bSANGYU_[A-Z][A-Z_]*[A-Z]\b")
SPELLED = {"SANGYU_DATABSE_URL", "SANGYU_NOBODY_READS"}  # the slips of this test


def test_a_site_that_sets_what_it_must_gets_typed_values() -> None:
    read = Environment({**SITE, "SANGYU_IDLE_MINUTES": "15", "SANGYU_WEBHOOK_NETWORKS": "10.0.0.0/8, 192.168.1.0/24"})
    assert read("SANGYU_DEMO") is False
    assert read("SANGYU_IDLE_MINUTES") == 15
    assert read("SANGYU_HOSTS") == ["sangyu.example.cn"]
    assert [str(network) for network in read("SANGYU_WEBHOOK_NETWORKS")] == ["10.0.0.0/8", "192.168.1.0/24"]
    assert (read("SANGYU_LOG"), read("SANGYU_LOG_LEVEL"), read("SANGYU_ANCHORS")) == ("json", "INFO", None)


def test_a_demo_needs_nothing_set() -> None:
    read = Environment({})
    assert read("SANGYU_DEMO") is True
    assert (read("SANGYU_IDLE_MINUTES"), read("SANGYU_LOG")) == (0, "plain")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANGYU_DEMO", "yes"),
        ("SANGYU_HOSTS", "*"),
        ("SANGYU_HOSTS", "https://sangyu.example.cn/"),
        ("SANGYU_HOSTS", "sangyu.example.cn,"),
        ("SANGYU_IDLE_MINUTES", "half an hour"),
        ("SANGYU_IDLE_MINUTES", "1441"),
        ("SANGYU_IDLE_MINUTES", "１５"),
        ("SANGYU_TRUSTED_PROXIES", "-1"),
        ("SANGYU_PASSWORD_PROFILE", "strict"),
        ("SANGYU_LOG_LEVEL", "info"),
        ("SANGYU_ANCHORS", "anchors"),
        ("SANGYU_SMS_URL", "gateway.example.cn"),
        ("SANGYU_WEBHOOK_NETWORKS", "10.0.0.300/8"),
        ("SANGYU_DATABASE_URL", "mysql://app@10.0.0.5/sangyu"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Trouble, match=name) as refused:
        Environment({**SITE, name: value})
    shown = not BY_NAME[name].kind.is_secret
    assert (f"“{value}”" in refused.value.chinese) is shown


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES if variable.outside is None])
def test_what_must_be_set_is_missed_outside_a_demo(name: str) -> None:
    with pytest.raises(Trouble, match=f"{name} 没有设置"):
        Environment({key: value for key, value in SITE.items() if key != name})


def test_everything_that_is_wrong_is_told_at_once_and_no_secret_is_repeated() -> None:
    wrong = {**SITE, "SANGYU_DATABASE_URL": "my-own-password", "SANGYU_IDLE_MINUTES": "x", "SANGYU_NOBODY_READS": "1"}
    with pytest.raises(Trouble) as refused:
        Environment(wrong)
    assert refused.value.chinese.startswith("有 3 个环境变量不对")
    assert "my-own-password" not in str(refused.value)


def test_a_slip_of_the_pen_is_told_with_what_was_meant() -> None:
    with pytest.raises(Trouble, match="是不是 SANGYU_DATABASE_URL"):
        Environment({**SITE, "SANGYU_DATABSE_URL": "x"})
    assert Environment({"SANGYU_NOBODY_READS": "1"})("SANGYU_DEMO") is True, "a demo is not so strict"


def test_a_process_does_not_start_on_wrong_settings() -> None:
    wrong = own_environment(**{**SITE, "SANGYU_LOG": "loud"})
    command = [sys.executable, "-c", "import django; django.setup()"]
    ended = subprocess.run(command, env=wrong, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "SANGYU_LOG 应为：json、plain 之一，现在是“loud”" in ended.stderr


def test_every_variable_that_somebody_reads_is_in_the_table_and_no_other() -> None:
    files = [path for name in ("src", "tests", "bench", "conftest.py") for path in _texts(name)]
    used = {name for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}
    used = {name for name in used if not name.startswith(BENCH)} - SPELLED
    assert used - set(BY_NAME) == set(), "describe it in sangyu/config/variables.py, and print ops/.env.example anew"
    assert set(BY_NAME) - used == set(), "nobody reads it"


def _texts(name: str) -> list:
    path = PROJECT / name
    found = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [one for one in found if one.name != "variables.py"]


def test_the_example_is_the_table_as_it_stands() -> None:
    kept = (PROJECT / "ops" / ".env.example").read_text(encoding="utf-8")
    assert kept == example(), "print it: python -m sangyu.config.variables > ops/.env.example"


def test_the_example_once_filled_in_starts_a_site() -> None:
    lines = [line.partition("=") for line in example().splitlines() if line and not line.startswith("#")]
    filled = {name: value or SITE.get(name, "") for name, _, value in lines}
    assert set(SITE) <= set(filled)
    assert Environment({**filled, "SANGYU_ANCHORS": "/srv/anchors"})("SANGYU_TRUSTED_PROXIES") == 1
