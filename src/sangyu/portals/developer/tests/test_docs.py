"""The pages for integrators say what the house does: their tables are its tables, and their sample runs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from sangyu.outbox.rules.addresses import ADDRESS_LENGTH_MAX
from sangyu.outbox.rules.pushes import BODY_BYTES_MAX, GIVE_UP_AFTER, OVERLAP
from sangyu.outbox.rules.signatures import Secret, header
from sangyu.portals.developer.catalogue import PING, kinds
from sangyu.portals.developer.post import ANSWER_BYTES_MAX, TIMEOUT_S

DOCS: Path = settings.ROOT / "docs" / "api"
ROW = re.compile(r"^\| `([a-z_.]+)` \| ([a-z_ ]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "everybody", "own", "meaning"),
    [("webhooks.md", "全部", "全部、本企业", "meaning"), ("webhooks.en.md", "all", "all, own", "meaning_en")],
)
def test_the_table_of_events_is_the_one_of_the_house(page: str, everybody: str, own: str, meaning: str) -> None:
    told = [row for row in ROW.findall((DOCS / page).read_text(encoding="utf-8")) if row[0] != PING]
    assert told == [
        (row.kind, " ".join(row.data), own if row.enterprise else everybody, getattr(row, meaning))
        for row in kinds().values()
    ]


def test_the_figures_on_the_page_are_ours() -> None:
    assert (BODY_BYTES_MAX, ANSWER_BYTES_MAX, TIMEOUT_S, ADDRESS_LENGTH_MAX) == (20_000, 16_384, 10.0, 300)
    assert GIVE_UP_AFTER.total_seconds() == OVERLAP.total_seconds() == 24 * 3600


def test_the_sample_tells_a_genuine_push_from_a_forged_one() -> None:
    text = (DOCS / "webhooks.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(sample, "webhooks.md", "exec"), names)
    is_genuine = names["is_genuine"]
    assert callable(is_genuine)
    secret, other = Secret("HMAC", b"k" * 32), Secret("HMAC", b"o" * 32)
    seconds = int(time.time())

    def pushed(signing: list[Secret], body: bytes, at: int = seconds) -> dict[str, str]:
        return {
            "webhook-id": "1",
            "webhook-timestamp": str(at),
            "webhook-signature": header(signing, message="1", seconds=at, body=body),
        }

    assert is_genuine(secret.shown, pushed([secret], b"{}"), b"{}")
    assert is_genuine(secret.shown, pushed([other, secret], b"{}"), b"{}")
    assert not is_genuine(secret.shown, pushed([other], b"{}"), b"{}")
    assert not is_genuine(secret.shown, pushed([secret], b"{}"), b'{"a": 1}')
    assert not is_genuine(secret.shown, pushed([secret], b"{}", seconds - 3600), b"{}")
