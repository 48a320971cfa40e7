"""Read our own papers back as a reader's program would: text by the fonts' maps, and the names of the fonts."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) [\d.]+ Tf")
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """Return the text of a paper in the order in which it was set, without any space."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    maps = {}
    for body in objects.values():
        for fonts in re.findall(rb"/Font<<(.*?)>>", body):
            for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", fonts):
                cmap = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
                if cmap:
                    maps[name] = _map(_inflated(objects[int(cmap[1])]))
    pages = (_inflated(body) for _, body in sorted(objects.items()))
    return re.sub(r"\s", "", "".join(_page_text(page, maps) for page in pages if b" Tf" in page))


def fonts_of(pdf: bytes) -> set[str]:
    """Return the names of the typefaces that are embedded in a paper."""
    named = re.findall(rb"/FontName/([^/\s>]+)[^>]*?/FontFile", pdf, re.DOTALL)
    return {name.decode() for name in named}


def _inflated(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found:
        return b""
    return zlib.decompress(found[1]) if b"FlateDecode" in body[: found.start()] else found[1]


def _map(cmap: bytes) -> dict[int, str]:
    pairs = [pair for part in cmap.split(b"beginbfchar")[1:] for pair in _PAIR.findall(part.split(b"endbfchar")[0])]
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _page_text(page: bytes, maps: dict[bytes, dict[int, str]]) -> str:
    out, current, at = [], {}, 0
    while at < len(page):
        codes = b""
        if font := _FONT.match(page, at):
            current, at = maps.get(font[1], {}), font.end()
        elif digits := _HEX.match(page, at):
            codes, at = bytes.fromhex(digits[1].decode()), digits.end()
        elif page[at : at + 1] == b"(":
            codes, at = _string(page, at + 1)
        else:
            at += 1
        out += [current.get(int.from_bytes(codes[n : n + 2], "big"), "�") for n in range(0, len(codes), 2)]
    return "".join(out)


def _string(page: bytes, at: int) -> tuple[bytes, int]:
    """Read a string whose own brackets stand in pairs; return its bytes and where it ends."""
    out, depth = bytearray(), 1
    while depth:
        one = page[at : at + 1]
        if one == b"\\":
            escape = re.compile(rb"[0-7]{1,3}|.", re.DOTALL).match(page, at + 1)
            code = escape[0]
            out += bytes([int(code, 8)]) if code.isdigit() else _ESCAPES.get(code, code)
            at = escape.end()
            continue
        depth += (one == b"(") - (one == b")")
        if depth:
            out += one
        at += 1
    return bytes(out), at
