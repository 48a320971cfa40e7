"""Take in a file as it comes, a piece at a time, and keep it until it has been checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from sangyu.access import actions as access
from sangyu.access.models import User
from sangyu.access.queries import ensure_role
from sangyu.intake.actions.common import WRITERS, file_of, folder
from sangyu.intake.models import Batch, Stage
from sangyu.intake.rules import BadFile, template_called
from sangyu.intake.rules.workbook import FILE_BYTES_MAX
from sangyu.kit.ids import derived_id, new_id

MB = 1_000_000
NAME_MAX = 120
KINDS = (".xlsx", ".csv")
_OTHER = {
    ".xls": "这是旧格式的工作簿（.xls）。请在 Excel 里另存为“Excel 工作簿（.xlsx）”再交。",
    ".xlsm": "这个工作簿带有宏（.xlsm）。请在 Excel 里另存为“Excel 工作簿（.xlsx）”，去掉宏再交。",
    ".et": "这是 WPS 表格（.et）。请在 WPS 里另存为“Excel 文件（.xlsx）”再交。",
}


def hand_in(*, template: str, file_name: str, content: Iterable[bytes], by: User, at: datetime, key: str) -> Batch:
    """Keep a sheet of people that somebody hands in; it is checked afterwards. The same file by one key comes once.

    Nothing is read of it yet but its length and its hash.
    Raises: NotAllowed; BadFile, for a kind that is not read and for a file that is empty or too large.
    """
    ensure_role(by, *WRITERS)
    of = template_called(template)
    name = Path(file_name.replace("\\", "/")).name[-NAME_MAX:]
    ending = Path(name).suffix.lower()
    if ending not in KINDS:
        raise BadFile(_OTHER.get(ending, "只能交 .xlsx 或 .csv 文件。请在 Excel 里另存为其中一种再交。"))
    beside = folder() / f".{new_id()}{ending}"
    try:
        sha256, size = _keep(beside, content)
        batch = Batch(
            id=derived_id("batch", by.programme_id, by.pk, key, of.code, sha256),
            programme_id=by.programme_id,
            area_code=by.area_code,
            template=of.code,
            version=of.version,
            file_name=name,
            sha256=sha256,
            size=size,
            stage=Stage.RECEIVED,
            by=by,
            at=at,
        )
        try:
            with transaction.atomic():
                batch.save(force_insert=True)
                access.record(
                    by=by,
                    at=at,
                    verb="intake.hand_in",
                    object_kind="batch",
                    object_id=batch.pk,
                    facts={"template": of.code, "version": of.version, "sha256": sha256, "size": size},
                )
                beside.replace(file_of(batch))
        except IntegrityError:
            return Batch.objects.get(pk=batch.pk)  # it was handed in before, or at this very moment
    finally:
        beside.unlink(missing_ok=True)
    return batch


def _keep(place: Path, content: Iterable[bytes]) -> tuple[str, int]:
    """Write the pieces down as they come; return hash and length.

    Raises: BadFile, as soon as there are too many, and if there are none.
    """
    hashed, size = hashlib.sha256(), 0
    with place.open("wb") as file:
        for piece in content:
            size += len(piece)
            if size > FILE_BYTES_MAX:
                raise BadFile(
                    f"文件超过{FILE_BYTES_MAX // MB} MB，没有收下。请按街道分成几个文件再交；只留名单，不要贴图片。"
                )
            hashed.update(piece)
            file.write(piece)
    if not size:
        raise BadFile("这个文件是空的。请重新选择。")
    return hashed.hexdigest(), size
