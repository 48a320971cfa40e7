"""Tell how a workbook is laid out, line by line: what its file says of sheets, columns, cells, looks and drop-downs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sangyu.policy.excel_door import MAIN, parts

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def laid_out(path: Path) -> list[str]:
    """Describe the whole workbook: its looks by number, then sheet after sheet."""
    with zipfile.ZipFile(path) as archive:
        book = _xml(archive, "xl/workbook.xml")
        states = {sheet.get("name"): sheet.get("state", "") for sheet in book.iter(f"{MAIN}sheet")}
        strings = ["".join(one.itertext()) for one in _xml(archive, "xl/sharedStrings.xml").iter(f"{MAIN}si")]
        said = [f"look {number}: {look}" for number, look in enumerate(_looks(_xml(archive, "xl/styles.xml")))]
        said += [f"{one.get('name')} = {one.text}" for one in book.iter(f"{MAIN}definedName")]
        for name, part in parts(archive):
            said += ["", f"== {name} {states[name]}".rstrip(), *_sheet(_xml(archive, part), strings)]
            said += _comments(archive, part)
    return said


def _xml(archive: zipfile.ZipFile, part: str) -> Element:
    return ElementTree.fromstring(archive.read(part))


def _looks(styles: Element) -> Iterator[str]:
    """Describe each look that a cell may have: number, letters, ground, edges, place."""
    formats = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
    fonts, fills, borders = (
        [_told(one) for one in next(styles.iter(f"{MAIN}{kind}"))] for kind in ("fonts", "fills", "borders")
    )
    for one in next(styles.iter(f"{MAIN}cellXfs")):
        number = one.get("numFmtId")
        yield " | ".join(
            (
                str(formats.get(number, number)),
                fonts[int(one.get("fontId", 0))],
                fills[int(one.get("fillId", 0))],
                borders[int(one.get("borderId", 0))],
                " ".join(_told(place) for place in one),
            )
        )


def _told(element: Element) -> str:
    """Write an element with what is in it as one line."""
    inside = " ".join(_told(one) for one in element)
    attributes = "".join(f" {key}={value}" for key, value in element.attrib.items())
    return f"{element.tag.removeprefix(MAIN)}{attributes}" + (f"({inside})" if inside else "")


def _sheet(sheet: Element, strings: list[str]) -> Iterator[str]:
    for tag in ("pageSetUpPr", "pane", "col", "pageSetup"):
        yield from (_told(one) for one in sheet.iter(f"{MAIN}{tag}"))
    yield from (f"footer {one.text}" for one in sheet.iter(f"{MAIN}oddFooter"))
    yield from (f"row {one.get('r')} hidden" for one in sheet.iter(f"{MAIN}row") if one.get("hidden"))
    for row in sheet.iter(f"{MAIN}row"):
        if cells := list(row.iter(f"{MAIN}c")):
            yield f"{row.get('r')}: {' | '.join(_cell(cell, strings) for cell in cells)}"
    for one in sheet.iter(f"{MAIN}dataValidation"):
        said = [one.findtext(f"{MAIN}formula1"), *(f"{key}={value}" for key, value in sorted(one.attrib.items()))]
        yield f"choice {' '.join(map(str, said))}"


def _cell(cell: Element, strings: list[str]) -> str:
    """Tell a cell: its column, the number of its look, and a number as it stands or a text in quotes."""
    text = cell.findtext(f"{MAIN}v", "")
    value = repr(strings[int(text)]) if cell.get("t") == "s" else text
    return f"{cell.get('r', '').rstrip('0123456789')}.{cell.get('s', '0')} {value}"


def _comments(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    relations = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    if relations not in archive.namelist():
        return
    targets = [one.get("Target", "").removeprefix("../") for one in _xml(archive, relations).iter(_RELATIONS)]
    for target in sorted(targets):
        if target.startswith("comments"):
            for comment in _xml(archive, f"xl/{target}").iter(f"{MAIN}comment"):
                yield f"comment {comment.get('ref')}: {''.join(comment.itertext())!r}"
        else:
            drawn = archive.read(f"xl/{target}").decode()
            yield f"sizes {re.findall(r'width:[^;]*;height:[^;]*', drawn)}"
