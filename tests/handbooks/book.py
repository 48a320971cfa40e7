"""A handbook beside the pages it describes: what it quotes must stand on them, its pictures are taken of them.

A handbook is cut into sections by its `## ` headings. A walk opens a section, reads the pages of that step and takes
its pictures; afterwards every 「quotation」 of the section must have been read on one of them, every `key` must have
been offered there, and the pictures named and taken must be the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HANDBOOKS = Path(__file__).resolve().parents[2] / "docs" / "handbooks"
PICTURE_BYTES_MAX = 120_000
COLOURS = 64
MARGIN_PX = 5

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
QUOTATION = re.compile(r"「(.+?)」")
KEY = re.compile(r"`(.+?)`")
PICTURE = re.compile(r"!\[.+?\]\(images/(.+?)\)")

WORDS = """() => [
    document.body.innerText,
    ...Array.from(document.querySelectorAll("input, textarea, select, [aria-label], [title]"))
        .filter((one) => one.checkVisibility())
        .flatMap((one) => [one.placeholder, one.value, one.ariaLabel, one.title]),
].filter(Boolean).join("\\n")"""
KEYS = """() => Array.from(document.querySelectorAll("[data-key]"))
    .filter((one) => one.checkVisibility()).map((one) => one.dataset.key)"""


# What was just done is said in a corner and fades away at no fixed moment: a picture shows the page alone.
BARE = "() => { document.getElementById('sy-messages')?.replaceChildren(); scrollTo(0, 0); }"


@dataclass
class Seen:
    """What the pages of one step said, and which keys they offered."""

    words: str = ""
    keys: set[str] = field(default_factory=set)


class Handbook:
    """One handbook and the walk through it; pictures are laid into a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.text = (HANDBOOKS / f"{name}.md").read_text(encoding="utf-8")
        _before, *parts = HEADING.split(self.text)
        self.sections = dict(zip(parts[::2], parts[1::2], strict=True))
        self.seen = {heading: Seen() for heading in self.sections}
        self.now = Seen()
        self.taken: set[str] = set()

    def section(self, heading: str) -> None:
        """Turn to a section; what is read and taken from here on belongs to it."""
        assert heading in self.seen, f"{self.name}.md has no section “{heading}”"
        self.now = self.seen[heading]

    def read(self, page: Page) -> None:
        """Note what can be read on a page, and the keys it offers, once it has loaded and answers to them."""
        page.wait_for_load_state()
        self.now.words += _run_together(page.evaluate(WORDS)) + "\n"
        self.now.keys |= {key.lower() for key in page.evaluate(KEYS)}

    def picture(self, page: Page, name: str, *, top: Locator | None = None, bottom: Locator | None = None) -> None:
        """Read a page and take its picture, from the upper edge of `top` to the lower edge of `bottom`."""
        self.read(page)
        page.mouse.move(0, 0)
        page.evaluate(BARE)
        page.wait_for_function("document.fonts.status === 'loaded'")
        whole = page.evaluate("document.documentElement.scrollHeight")
        from_y = max(0, _edge(top, "top") - MARGIN_PX) if top else 0
        to_y = min(whole, _edge(bottom, "bottom") + MARGIN_PX) if bottom else whole
        width = page.evaluate("innerWidth")
        clip = {"x": 0, "y": from_y, "width": width, "height": to_y - from_y}
        page.screenshot(path=self.folder / name, clip=clip, full_page=True, animations="disabled")
        self.keep(name)

    def keep(self, name: str) -> None:
        """Make a picture in the folder small, and count it as one of this handbook."""
        path = self.folder / name
        with Image.open(path) as picture:
            few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        assert path.stat().st_size < PICTURE_BYTES_MAX, f"{name} has {path.stat().st_size} bytes"
        self.taken.add(name)

    def faults(self) -> list[str]:
        """Say what the handbook claims and the pages do not bear out."""
        named = set(PICTURE.findall(self.text))
        found = [f"picture {name} is named and not taken" for name in sorted(named - self.taken)]
        found += [f"picture {name} is taken and not named" for name in sorted(self.taken - named)]
        for heading, text in self.sections.items():
            seen = self.seen[heading]
            found += [
                f"{heading}: 「{words}」 stands on no page"
                for words in QUOTATION.findall(text)
                if _run_together(words) not in seen.words
            ]
            found += [f"{heading}: no page offers `{key}`" for key in KEY.findall(text) if key.lower() not in seen.keys]
        return found


def _edge(of: Locator, side: str) -> float:
    return float(of.evaluate(f"one => one.getBoundingClientRect().{side} + scrollY"))


def _run_together(text: str) -> str:
    return re.sub(r"\s+", "", text)
