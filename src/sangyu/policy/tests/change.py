"""Make packs for tests: a changed copy of the Chengguan pack with one fault in it, or a small invented one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from sangyu.policy import packs_folder

PACK_ID = "lanzhou-chengguan"


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """Copy the pack and replace one piece of text in one of its files."""
    folder = tmp_path / "packs" / PACK_ID
    if not folder.exists():
        shutil.copytree(packs_folder() / PACK_ID, folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def line_of(folder: Path, file: str, text: str) -> int:
    """Find the line on which a text stands."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def written(tmp_path: Path, pack: str, rules: Mapping[str, tuple[str, str]]) -> Path:
    """Write an invented pack. Shape of `rules`: id -> (lines of its section, table as CSV)."""
    folder = tmp_path / "packs" / "elsewhere"
    (folder / "tables").mkdir(parents=True)
    said = [pack]
    for rule, (options, table) in rules.items():
        said.append(f'[rules.{rule}]\ndocument = "notice"\nlocator = "第一条"\n{options}\n')
        (folder / "tables" / f"{rule}.csv").write_text(table, encoding="utf-8")
    (folder / "pack.toml").write_text("\n".join(said), encoding="utf-8")
    return folder
