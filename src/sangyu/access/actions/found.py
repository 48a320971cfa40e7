"""Open the books of a programme: its areas, itself, its organisations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from sangyu.access.models import Area, AuditHead, Organisation, Programme
from sangyu.kit.ids import derived_id


def load_areas(*, rows: Iterable[Mapping]) -> int:
    """Add areas that are not there yet, parents first; return how many were added.

    Shape: mappings with `code`, `name`, `kind` and `parent` (a code, or none at the top).
    """
    known = set(Area.objects.values_list("code", flat=True))
    new = [
        Area(code=row["code"], name=row["name"], kind=row["kind"], parent_id=row.get("parent") or None)
        for row in sorted(rows, key=lambda row: (len(row["code"]), row["code"]))
        if row["code"] not in known
    ]
    Area.objects.bulk_create(new, ignore_conflicts=True)  # another programme of the province may begin at the same time
    return len(new)


@transaction.atomic
def found_programme(*, slug: str, name: str, area_code: str, hotline_number: str) -> Programme:
    """Open the books of a programme, once: a second call with the same slug returns the first."""
    programme, _ = Programme.objects.get_or_create(
        slug=slug,
        defaults={
            "id": derived_id("programme", slug),
            "name": name,
            "area_id": area_code,
            "hotline_number": hotline_number,
        },
    )
    AuditHead.objects.get_or_create(programme=programme)
    return programme


def found_organisation(*, programme: Programme, kind: str, name: str, area_code: str | None = None) -> Organisation:
    """Add an organisation, once per programme, kind and name."""
    organisation, _ = Organisation.objects.get_or_create(
        programme=programme, kind=kind, name=name, defaults={"area_id": area_code}
    )
    return organisation
