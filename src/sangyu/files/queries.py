"""Reads of files: the row, its bytes, and whether the shelf still holds what the rows say.

Who may see a file is decided by the room that points at it: a photo belongs to a visit, a paper to a licence.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sangyu.files import shelf
from sangyu.files.models import File
from sangyu.kit.errors import NotFound


class FileGone(NotFound):
    """The row is there and the bytes are not."""

    code = "FILE_GONE"


def get_file(file_id: UUID) -> File:
    """Return the row of a file, for a room that has made sure of its viewer.

    Raises: NotFound.
    """
    found = File.objects.filter(pk=file_id).first()
    if found is None:
        raise NotFound("没有找到这个附件。")
    return found


def path_of(file: File, *, small: bool = False) -> Path:
    """Return where the bytes lie; those of the small picture where there is one and it is asked for.

    Raises: FileGone.
    """
    path = shelf.path_of(file.small_sha256 if small and file.small_sha256 else file.sha256)
    if not path.is_file():
        raise FileGone("这个附件的内容不在服务器上，可能正在恢复备份。请联系系统管理员。")
    return path


def faults(programme_id: UUID) -> list[str]:
    """Recompute the hash of every file; an empty list means that the shelf holds what the rows say."""
    found = []
    rows = File.objects.filter(programme_id=programme_id).order_by("id")
    for file in rows.iterator(chunk_size=500):
        for name in filter(None, (file.sha256, file.small_sha256)):
            path = shelf.path_of(name)
            if not path.is_file():
                found.append(f"附件{file.pk}：内容缺失")
            elif shelf.name_of(path.read_bytes()) != name:
                found.append(f"附件{file.pk}：内容与当时的摘要不符")
    return found
