"""Compiles translations without the gettext tools, which an office machine need not have.

Chinese is the language of the sources, so a catalogue that was never compiled only means Chinese on the screen.
`python -m sangyu.portals.components.messages` compiles every `locale/<language>/LC_MESSAGES/*.po` below the package
and below the folders named on the command line.
"""

from __future__ import annotations

import ast
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_MAGIC = 0x950412DE
_KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")


class BadCatalogue(ValueError):
    """A line of a .po file cannot be read."""


def read_catalogue(text: str) -> dict[str, str]:
    """Read a .po file into the pairs a .mo file holds.

    Shape: key as in a .mo file (context, EOT, singular, NUL, plural) -> text (plural forms joined by NUL).
    Fuzzy and empty translations are left out; the header has the empty key.
    Raises: BadCatalogue, naming the line.
    """
    pairs: dict[str, str] = {}
    for entry in _entries(text):
        texts = [value for key, value in sorted(entry.items()) if key.startswith("msgstr")]
        if not all(texts):
            continue
        key = entry["msgid"]
        if "msgid_plural" in entry:
            key += "\0" + entry["msgid_plural"]
        if "msgctxt" in entry:
            key = entry["msgctxt"] + "\4" + key
        pairs[key] = "\0".join(texts)
    return pairs


def _entries(text: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    current = ""
    fuzzy = False
    for number, raw in enumerate([*text.splitlines(), ""], start=1):
        line = raw.strip()
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        if not line:
            if "msgid" in entry and not fuzzy:
                yield entry
            entry, current, fuzzy = {}, "", False
            continue
        if not line.startswith('"'):
            current, _, line = line.partition(" ")
            if not current.startswith(_KEYWORDS):
                raise BadCatalogue(f"line {number} starts with {current!r}, which is no gettext keyword")
            entry[current] = ""
        if not current:
            raise BadCatalogue(f"line {number} continues a text that never began")
        try:
            entry[current] += ast.literal_eval(line.strip())
        except (SyntaxError, ValueError) as error:
            raise BadCatalogue(f"line {number} is not a quoted text: {line}") from error


def write_catalogue(pairs: dict[str, str]) -> bytes:
    """Return the bytes of a .mo file, its keys sorted as gettext demands."""
    keys = sorted(pairs, key=lambda key: key.encode())
    head = 7 * 4
    table = len(keys) * 8
    offset = head + 2 * table
    places: list[tuple[int, int]] = []
    body = b""
    for text in [*keys, *(pairs[key] for key in keys)]:
        data = text.encode()
        places.append((len(data), offset + len(body)))
        body += data + b"\0"
    numbers = [number for place in places for number in place]
    return (
        struct.pack("<7I", _MAGIC, 0, len(keys), head, head + table, 0, 0)
        + struct.pack(f"<{len(numbers)}I", *numbers)
        + body
    )


def compile_all(folders: Iterable[Path]) -> list[Path]:
    """Write a .mo file beside every .po file below the folders; return what was written."""
    written = []
    for folder in folders:
        for source in sorted(folder.glob("**/locale/*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            target.write_bytes(write_catalogue(read_catalogue(source.read_text(encoding="utf-8"))))
            written.append(target)
    return written


def main(arguments: list[str]) -> int:
    """Compile and say how many catalogues were written."""
    package = Path(__file__).resolve().parents[2]
    written = compile_all([package, *map(Path, arguments)])
    print(f"{len(written)} catalogues compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
