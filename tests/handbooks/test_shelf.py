"""The shelf of handbooks: nothing on it that no page leads to, nothing missing that a page names."""

from __future__ import annotations

import re

from tests.handbooks.book import HANDBOOKS, PICTURE


def test_every_kept_picture_is_named_and_every_named_one_is_kept():
    named = {name for path in HANDBOOKS.glob("*.md") for name in PICTURE.findall(path.read_text(encoding="utf-8"))}
    assert {path.name for path in (HANDBOOKS / "images").iterdir()} == named


def test_the_index_leads_to_every_handbook():
    index = HANDBOOKS / "README.md"
    led_to = set(re.findall(r"\]\((\w+\.md)\)", index.read_text(encoding="utf-8")))
    assert led_to == {path.name for path in HANDBOOKS.glob("*.md") if path != index}
