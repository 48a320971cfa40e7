"""Which files of a pack decide, and the digest over them by which an adoption names exactly what it adopted.

A list that lies beside the rules (the appraisal sheet) decides too. A pack without one has the digest that it had
before lists were covered, so every version that is kept already keeps its name: a version is the files that are kept
with it, and an old one holds no list.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath, PurePosixPath

_BESIDE = "../"  # no table is called so: a list never passes for a table of the same name


def decides(name: str) -> bool:
    """Tell whether a file of a pack decides: `pack.toml`, a table of a rule, or a list beside them."""
    path = PurePosixPath(name)
    here = path.parent.as_posix()
    return name == "pack.toml" or (path.suffix == ".csv" and (here == "tables" or (here == "." and not _aside(path))))


def deciding(folder: Path) -> list[Path]:
    """List the files of a pack that decide, in the order in which the digest takes them."""
    return [folder / "pack.toml", *sorted((folder / "tables").glob("*.csv")), *lists(folder)]


def lists(folder: Path) -> list[Path]:
    """List the lists that lie beside a pack's rules."""
    return sorted(path for path in folder.glob("*.csv") if not _aside(path))


def digest(folder: Path) -> str:
    """Hash what decides."""
    whole = hashlib.sha256()
    for path in deciding(folder):
        content, name = path.read_bytes(), path.name
        if path.parent == folder and name != "pack.toml":
            name = _BESIDE + name
        whole.update(f"{name}:{len(content)}\n".encode() + content)
    return whole.hexdigest()


def _aside(path: PurePath) -> bool:
    """Tell whether a file is somebody's own, as editors and desktops leave them."""
    return path.name.startswith((".", "_"))
