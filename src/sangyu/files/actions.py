"""Verbs of files: keep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sangyu.files import pictures, rules, shelf
from sangyu.files.models import File, Purpose
from sangyu.kit.ids import derived_id


def keep(*, programme_id: UUID, content: bytes, purpose: str, by_id: UUID, at: datetime) -> File:
    """Keep a photo or a PDF under the hash of its bytes; the same bytes are kept once.

    A photo is packed anew: upright, 1280 pixels at most, JPEG, without what the camera wrote beside it. The bytes are
    on the disk before the row is written; a transaction that is rolled back leaves bytes that no row names.
    Raises: TooLarge, NotAKindWeKeep, Broken.
    """
    rules.ensure_small(len(content))
    media = rules.media_of(content)
    rules.ensure_kind(media, picture_only=Purpose(purpose) != Purpose.PAPER)
    if media is rules.Media.PDF:
        rules.ensure_whole_pdf(content)
        facts = {"media_type": str(media), "size": len(content)}
    else:
        picture = pictures.repacked(content)
        content = picture.content
        facts = {
            "media_type": str(rules.Media.JPEG),
            "size": len(content),
            "width": picture.width,
            "height": picture.height,
            "claims": picture.claims.to_json(),
            "small_sha256": shelf.put(picture.small),
        }
    sha256 = shelf.put(content)
    file, _ = File.objects.get_or_create(
        id=derived_id("file", programme_id, str(purpose), sha256),
        defaults={
            "programme_id": programme_id,
            "purpose": str(purpose),
            "sha256": sha256,
            "by_id": by_id,
            "kept_at": at,
            **facts,
        },
    )
    return file
