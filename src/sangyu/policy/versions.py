"""Keep a pack by its content, so that a decision of years ago can be taken again by the very tables it was taken by.

A version is the files that decide (`content.py`), addressed by the pack's digest. This room only lays them
out in a folder where `load` finds them; `adoption` keeps them in the database.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sangyu.policy.content import deciding
from sangyu.policy.errors import UnknownPack
from sangyu.policy.read import Reader

SHORT = 16  # so much of a digest stands in every stored decision

_PROJECT = Path(__file__).resolve().parents[3]


def kept_folder() -> Path:
    """Name the folder in which versions are laid out; everything in it can be made again."""
    return Path(os.environ.get("SANGYU_VAR") or _PROJECT / "var") / "packs"


def version_files(folder: Path) -> dict[str, str]:
    """Read the files of a pack that its digest covers. Shape: name -> text, to the letter."""
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8") for path in deciding(folder)}


def find_version(pack_id: str, digest: str) -> Path | None:
    """Find where a version is laid out: the folder that holds the pack's folder. None if it is not."""
    if not (len(digest) >= SHORT and digest.isalnum() and pack_id.replace("-", "").isalnum()):
        return None
    return next(
        (one for one in sorted(kept_folder().glob(f"{digest}*")) if (one / pack_id / "pack.toml").is_file()), None
    )


def lay_out(pack_id: str, digest: str, files: Mapping[str, str]) -> Path:
    """Write the files of a version where `load` finds them; a repeat changes nothing.

    Raises: UnknownPack, if the files do not have the digest that they are kept under.
    """
    kept = kept_folder()
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept, prefix=".draft-") as scratch:
        folder = Path(scratch) / "one" / pack_id
        for name, text in files.items():
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise UnknownPack(f"规则包 {pack_id} 的旧版本里有不该有的文件 {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        pack = Reader(folder).pack
        if pack is None or pack.digest != digest:
            raise UnknownPack(f"规则包 {pack_id} 的旧版本 {digest[:SHORT]} 与它的摘要不符，不能用来判定")
        try:
            os.rename(folder.parent, kept / digest)
        except OSError:
            if find_version(pack_id, digest) is None:  # else somebody else laid it out at the same moment
                raise
    return kept / digest
