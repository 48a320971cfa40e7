"""The sample calls in the rooms' READMEs run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOMS = Path(__file__).resolve().parents[1] / "src" / "sangyu"
SAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "room",
    [
        "access",
        "adoption",
        "outbox",
        "budget",
        "registry",
        "providers",
        "intake",
        "assessment",
        "matching",
        "privacy",
        "benefits",
        "applications",
        "allowances",
        "orders",
        "hotline",
        "safety",
    ],
)
def test_the_sample_calls_run(cast, room):
    samples = SAMPLE.findall((ROOMS / room / "README.md").read_text(encoding="utf-8"))
    assert samples
    names = {
        "programme": cast.programme,
        "head": cast.head,
        "clerk": cast.clerk,
        "agent": cast.ma,
        "elder": cast.li,
        "item": cast.cleaning,
        "now": cast.at,
    }
    for sample in samples:
        exec(compile(sample, f"{room}/README.md", "exec"), dict(names))
