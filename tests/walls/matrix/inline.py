"""What is written into a page that a strict policy would block, read by the matrix."""

from __future__ import annotations

from html.parser import HTMLParser

ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post")
OURS = ("/", "#", "?", "tel:", "geo:", "data:image/")  # dialled and shown on a map by the phone itself


class Inline(HTMLParser):
    """Collect what a strict policy would block, and addresses that lead out of the house."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag if tag in {"script", "style"} and "src" not in given else ""
        if tag in {"style", "iframe", "object", "embed", "base"}:
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.found += [
            f"{tag} {name}={value}" for name, value in attrs if name in ADDRESSES and value and not _ours(value.strip())
        ]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.found.append(f"words in <{self._inside}>")


def _ours(address: str) -> bool:
    return address.startswith(OURS) and not address.startswith("//")


def inline_of(page: str) -> list[str]:
    """Return what is written into a page that belongs into a file of its own."""
    parser = Inline()
    parser.feed(page)
    return parser.found
