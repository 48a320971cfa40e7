"""No secret in what is committed, and none in what the list of processes shows."""

from __future__ import annotations

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sangyu.config.processes import demo
from sangyu.config.processes.ready import own_environment
from tests.house import PROJECT

# Locks hold thousands of hashes on purpose; pictures are no text.
NOT_READ = ("requirements.lock", "requirements-test.lock", "package-lock.json", ".png", ".jpg", ".woff2", ".gz", ".mo")
# Written in pieces, or this file would find itself.
FORMS = {
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
    "the secret of a webhook": re.compile("wh" + r"sec_[A-Za-z0-9+/]{24,}"),
    # A word of an example has no digit in it; a password that somebody made has.
    "a password in an address": re.compile(r"postgres(?:ql)?://[\w.-]+:(?=[^@\s]*\d)[^@\s\"'{}/]{8,}@"),
    "the key of a cloud": re.compile(r"\bAKIA" + r"[0-9A-Z]{16}\b"),
}
LONG_WORD = re.compile(r"[\"']([A-Za-z0-9+/_=-]{32,})[\"']")
BITS_MIN = 4.5  # random base64 of this length has more; names and hexadecimal hashes have less


def bits_per_sign(word: str) -> float:
    """Return the entropy of a word's signs."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def looks_random(word: str) -> bool:
    """Tell whether a word looks like a key: mixed case, digits, and no order in it."""
    mixed = any(s.isdigit() for s in word) and any(s.isupper() for s in word) and any(s.islower() for s in word)
    return mixed and bits_per_sign(word) > BITS_MIN


def secrets_in(text: str) -> list[str]:
    """Return what in a text has the form of a secret."""
    found = [name for name, form in FORMS.items() if form.search(text)]
    return found + [f"random: {word[:6]}…" for word in LONG_WORD.findall(text) if looks_random(word)]


def tracked() -> Iterator[Path]:
    """List what is committed."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("这不是 git 工作区，没有提交的文件可查 / not a git working tree")
    for name in listed.stdout.decode().split("\0"):
        path = PROJECT / name
        if name and not name.endswith(NOT_READ) and path.is_file():
            yield path


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA PRIVATE " + "KEY-----",
        'key = "' + "q8Zk2LrV0xTn7YbWc3Hd" + 'J5mGfPsA9eUo"',
        "postgresql://app:" + "hunter2hunter2@db/sangyu",
        "wh" + "sec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ],
)
def test_a_planted_secret_is_found(planted: str) -> None:
    assert secrets_in(planted)


def test_what_is_committed_holds_no_secret() -> None:
    found = {
        str(path.relative_to(PROJECT)): secrets
        for path in tracked()
        if (secrets := secrets_in(path.read_text(encoding="utf-8", errors="ignore")))
    }
    assert found == {}


def test_no_process_of_the_demo_is_told_a_secret_where_all_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arguments of a process are open to every user of a machine; its environment is not."""
    secret = "s3cr3t-of-this-test"
    monkeypatch.setenv("SANGYU_DATABASE_URL", f"postgresql://app:{secret}@/sangyu?host=here")
    monkeypatch.setenv("SANGYU_OWNER_DATABASE_URL", f"postgresql://owner:{secret}@/sangyu?host=here")
    monkeypatch.setenv("SANGYU_SECRET_KEY", secret)
    assert secret in str(own_environment())
    services = demo._services("127.0.0.1", 8000)
    assert len(services) > 1
    for service in services:
        assert secret not in " ".join(map(str, service.command)), service.name
        assert "SANGYU_OWNER_DATABASE_URL" not in service.environment, service.name


def test_no_command_of_ours_is_given_an_address_with_a_password() -> None:
    """`Cluster.url` carries the password of its log-in; only tests and drills hand that of a throw-away cluster on."""
    given = re.compile(r"(?:subprocess\.\w+|Popen)\((?:[^()]|\([^()]*\))*\.url\(", re.DOTALL)
    assert given.search('subprocess.run(["pg_dump", str(place), cluster.url("owner")])')
    source = PROJECT / "src" / "sangyu" / "config"
    found = {
        str(path.relative_to(PROJECT))
        for path in source.rglob("*.py")
        if not {"testing", "drills"} & set(path.parts) and given.search(path.read_text(encoding="utf-8"))
    }
    assert found == set()
