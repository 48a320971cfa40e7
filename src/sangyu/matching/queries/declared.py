"""The registers that come with the house, read from their files once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sangyu.matching.rules import Register, RegisterUnknown, read_register

FOLDER = Path(__file__).resolve().parents[1] / "registers"
ORDER = ("death", "hukou", "dibao", "five_guarantee", "disability", "pension", "work_unit", "health")


@cache
def registers() -> tuple[Register, ...]:
    """Return every register that may be handed in, in the order in which a bureau works through them."""
    codes = sorted((path.stem for path in FOLDER.glob("*.toml")), key=ORDER.index)
    return tuple(read_register(code, (FOLDER / f"{code}.toml").read_text(encoding="utf-8")) for code in codes)


def register(code: str) -> Register:
    """Return one register.

    Raises: RegisterUnknown.
    """
    found = next((row for row in registers() if row.code == code), None)
    if found is None:
        raise RegisterUnknown(f"没有“{code}”这种名册。可交：{'、'.join(row.title for row in registers())}。")
    return found
