"""Verbs of adoption: put a pack in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sangyu import policy
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption, PackVersion
from sangyu.adoption.rules import ensure_parameters
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import derived_id
from sangyu.policy.versions import version_files


class OtherAdopted(Refusal):
    """Another pack, or the same with other figures, is in force from that day on."""

    code = "OTHER_ADOPTED"


@transaction.atomic
def adopt(
    *,
    programme_id: UUID,
    pack_id: str,
    parameters: Mapping,
    document: str,
    valid_from: date,
    by_id: UUID,
    at: datetime,
) -> Adoption:
    """Put a pack with its parameters in force from a day on; what held before ends that day.

    It holds until the next adopted pack begins, if there is one; the tables are kept as they are now. A repeat returns
    the adoption that stands.
    Raises: UnknownPack, BadPack; UnknownParameter, BadParameter; OtherAdopted.
    """
    pack = policy.load(pack_id)
    ensure_parameters(pack, parameters, on=valid_from)
    _keep(pack, at)
    others = list(Adoption.objects.select_for_update().filter(programme_id=programme_id).order_by("valid_from"))
    following = next((other.valid_from for other in others if other.valid_from > valid_from), None)
    adoption, made = Adoption.objects.get_or_create(
        id=derived_id("adoption", programme_id, valid_from),
        defaults={
            "programme_id": programme_id,
            "pack_id": pack_id,
            "digest": pack.digest,
            "parameters": dict(parameters),
            "document": document,
            "valid_from": valid_from,
            "valid_until": following,
            "adopted_by_id": by_id,
            "adopted_at": at,
        },
    )
    standing = (adoption.pack_id, adoption.digest or pack.digest, adoption.parameters)
    if standing != (pack_id, pack.digest, dict(parameters)):
        raise OtherAdopted(
            f"{valid_from}起已启用“{adoption_read.pack_of(adoption).title}”（{adoption.document}），"
            f"不能在同一天再启用“{pack.title}”、换规则表或改动参数。请另选生效日期。"
        )
    before = next((other for other in reversed(others) if other.valid_from < valid_from), None)
    if made and before is not None:
        before.valid_until = valid_from
        before.save(update_fields=["valid_until"])
    return adoption


def _keep(pack: policy.Pack, at: datetime) -> None:
    """Keep the files that decide under their digest, once."""
    if not PackVersion.objects.filter(pk=pack.digest).exists():
        PackVersion.objects.get_or_create(
            digest=pack.digest, defaults={"pack_id": pack.id, "files": version_files(pack.folder), "kept_at": at}
        )
