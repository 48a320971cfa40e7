"""Where bytes lie: a folder of the house, each file under the name of its own hash, whole or not there at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def name_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def path_of(name: str) -> Path:
    """Return where the bytes of a name lie: two letters of the hash make a folder, so none grows too long."""
    return Path(settings.VAR) / "files" / name[:2] / name[2:]


def put(content: bytes) -> str:
    """Lay bytes down under their hash and return it; bytes that lie there already are not written again.

    They are written beside their place, forced to the disk and moved there in one step: a power cut leaves either the
    whole file or none. A row that names them is written afterwards.
    """
    name = name_of(content)
    place = path_of(name)
    if place.exists():
        return name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, place)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    _force(place.parent)
    return name


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
