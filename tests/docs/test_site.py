"""The documents make one site without a warning: every page is in it, every link inside it leads somewhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """What a page links to, loads and can be linked to at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.places |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        self.loaded += [told[name] for kind, name in LOADED if kind == tag and name in told]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as a build server builds it: a warning is an error."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    places = ["-d", str(out / "doctrees"), str(DOCS), str(out / "html")]
    ended = subprocess.run([*command, *places], cwd=PROJECT, capture_output=True, text=True)
    if ended.returncode != 0:
        pytest.fail(f"the site has warnings:\n{ended.stdout}{ended.stderr}", pytrace=False)
    return out / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def broken(pages: dict[Path, Page]) -> Iterator[str]:
    """Find links inside the site that lead to no file or to no place in it."""
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{path.name} -> {link}"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
                yield f"{path.name} -> {link}: no such place"


def test_every_document_is_a_page(site: Path) -> None:
    missing = [
        path.relative_to(DOCS)
        for path in DOCS.rglob("*.md")
        if not (site / path.relative_to(DOCS)).with_suffix(".html").is_file()
    ]
    assert missing == []


def test_every_room_and_every_desk_is_told_of_in_its_own_words(site: Path) -> None:
    told = "".join((site / name).read_text(encoding="utf-8") for name in ("rooms.html", "desks.html"))
    package = PROJECT / "src" / "sangyu"
    readmes = [*package.glob("*/README.md"), *package.glob("portals/*/README.md")]
    assert len(readmes) > 35
    titles = [path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ") for path in readmes]
    assert [title for title in titles if f">{title}<a " not in told] == []


def test_every_link_inside_leads_somewhere(pages: dict[Path, Page]) -> None:
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert list(broken(pages)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    here = tmp_path / "here.html"
    here.write_text(
        '<a href="gone.html">x</a><a href="#away">y</a><a href="#near">z</a><p id="near">', encoding="utf-8"
    )
    found = list(broken({here: Page(here.read_text(encoding="utf-8"))}))
    assert [fault.partition("-> ")[2] for fault in found] == ["gone.html", "#away: no such place"]


def test_a_reader_without_a_network_sees_the_site_as_it_is(pages: dict[Path, Page]) -> None:
    assert [link for page in pages.values() for link in page.loaded if urlsplit(link).netloc] == []


def test_the_way_around_is_in_chinese_and_leads_to_english(site: Path) -> None:
    index = (site / "index.html").read_text(encoding="utf-8")
    assert '<html class="no-js" lang="zh-CN"' in index
    for caption in ("开始", "运行", "接口", "里面", "证据"):
        assert f'<span class="caption-text">{caption}</span>' in index
    assert 'href="en/index.html"' in index
    english = (site / "en" / "index.html").read_text(encoding="utf-8")
    assert "Ten minutes" in english
    assert "../operations/audit.en.html" in english
