"""The documents as a site: `python -m sphinx -W -b html docs build/site`. Chinese first, English beside it.

Pages list their neighbours by folder (`@zh operations`, `@en operations`), and the READMEs of rooms and desks are taken
in where they stand (`@readmes rooms`): a new file is in the site without being named here.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PROJECT = DOCS.parent
PACKAGE = PROJECT / "src" / "sangyu"
FIRST = ("README", "README.en")

project = "桑榆"
author = "Sangyu"
release = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
language = "zh_CN"
extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"桑榆 {release}"
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"


def listed(folder: str, *, english: bool) -> list[str]:
    """List the pages of a folder in one language, its README first."""
    names = [path.name.removesuffix(".md") for path in (DOCS / folder).glob("*.md") if path.name != "index.md"]
    names = [name for name in names if name.endswith(".en") is english]
    return [f"/{folder}/{name}" for name in sorted(names, key=lambda name: (name not in FIRST, name))]


def readmes(kind: str) -> list[Path]:
    """List the READMEs of rooms, as the street goes, or of desks, by name."""
    if kind == "desks":
        return sorted(PACKAGE.glob("portals/*/README.md"))
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    street = [name.strip(" ()") for layer in contracts["contracts"][0]["layers"] for name in layer.split("|")]
    found = [PACKAGE / name / "README.md" for name in street]
    return [path for path in [*found, *sorted(PACKAGE.glob("city/*/README.md"))] if path.is_file()]


def fill_in(app: Any, docname: str, source: list[str]) -> None:
    """Replace the lines that begin with `@` by what they stand for."""
    lines = []
    for line in source[0].split("\n"):
        word, _, what = line.partition(" ")
        if word in {"@zh", "@en"}:
            lines += listed(what, english=word == "@en")
        elif word == "@readmes":
            for path in readmes(what):
                inside = Path("..") / path.relative_to(PROJECT)
                lines += [f"```{{include}} {inside}", ":heading-offset: 1", "```", ""]
        else:
            lines.append(line)
    source[0] = "\n".join(lines)


def setup(app: Any) -> None:
    """Tell Sphinx what is filled in before a page is read."""
    app.connect("source-read", fill_in)
