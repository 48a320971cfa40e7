"""Catalogues of other places, one sheet each, as the page of the catalogue takes them; names as in `packs/`.

What a city's text names is in them by its words; the other items, prices and sentences are examples to start from.
"""

from __future__ import annotations

from pathlib import Path


def sheet(place: str) -> str:
    """Return the sheet of a place."""
    return (Path(__file__).parent / f"{place}.csv").read_text(encoding="utf-8")
