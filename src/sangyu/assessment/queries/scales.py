"""The scales that come with the house, read from their files once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sangyu.assessment.rules import Scale, ScaleUnknown, read_scale
from sangyu.registry.models import IdentityCode

FOLDER = Path(__file__).resolve().parents[1] / "scales"
# What a city's own text asks for where it names no scale (失能等级), and its levels with what they are called.
POLICY_FACT = "ability_level"
POLICY_LEVELS = {
    code.partition(":")[2]: str(label).rpartition("：")[2]
    for code, label in IdentityCode.choices
    if code.startswith(f"{POLICY_FACT}:")
}


@cache
def scale_files(code: str) -> dict[str, str]:
    """Return the files of a scale by name; a mapping that nobody may change.

    Raises: ScaleUnknown.
    """
    if code not in scale_codes():
        raise ScaleUnknown(f"没有“{code}”这个评估量表。可用：{'、'.join(scale_codes())}。")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((FOLDER / code).iterdir())}


@cache
def scale_codes() -> tuple[str, ...]:
    """Return the names of the scales, in order."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


@cache
def packed_scale(code: str) -> Scale:
    """Return a scale as its files say now.

    Raises: ScaleUnknown.
    """
    return read_scale(scale_files(code))
