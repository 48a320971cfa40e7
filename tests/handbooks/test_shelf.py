"""The shelf of handbooks: nothing on it that no page leads to, nothing missing that a page names."""

from __future__ import annotations

import re

from sangyu.portals.components.messages import read_catalogue
from tests.handbooks.book import HANDBOOKS, PICTURE, QUOTATION

ROOT = HANDBOOKS.parents[1]


def test_every_kept_picture_is_named_and_every_named_one_is_kept():
    named = {name for path in HANDBOOKS.glob("*.md") for name in PICTURE.findall(path.read_text(encoding="utf-8"))}
    assert {path.name for path in (HANDBOOKS / "images").iterdir()} == named


def test_the_index_leads_to_every_handbook():
    index = HANDBOOKS / "README.md"
    led_to = set(re.findall(r"\]\(([\w.]+\.md)\)", index.read_text(encoding="utf-8")))
    assert led_to == {path.name for path in HANDBOOKS.glob("*.md") if path != index}


def test_the_english_handbook_quotes_the_words_of_the_english_pages():
    catalogues = ROOT.glob("src/sangyu/portals/*/locale/en/LC_MESSAGES/django.po")
    said = {word for one in catalogues for word in read_catalogue(one.read_text(encoding="utf-8")).values()}
    quoted = QUOTATION.findall((HANDBOOKS / "policy.en.md").read_text(encoding="utf-8"))
    assert quoted
    assert set(quoted) <= said
