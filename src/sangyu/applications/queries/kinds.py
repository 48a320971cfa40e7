"""What may be applied for on a day, by which steps, and within how many working days."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from sangyu.access.models import User
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.models import Adoption
from sangyu.applications.models import Application, Term
from sangyu.applications.rules import KindUnknown
from sangyu.policy import stages
from sangyu.policy.stages import Kind

VERSIONS_IN_MEMORY = 32
APPEAL = "APPEAL"


def kinds_on(programme_id: UUID, on: date) -> dict[str, Kind]:
    """Return what may be applied for on a day, by code in the order of the pack; empty where the pack is silent.

    Raises: NothingAdopted.
    """
    return kinds_of(adoption_read.in_force(programme_id, on))


def kinds_of(adopted: Adoption) -> dict[str, Kind]:
    """Return what may be applied for by an adopted pack, by code in the order of the pack."""
    pack = adoption_read.pack_of(adopted)
    return _read(pack.folder, pack.digest)


@lru_cache(maxsize=VERSIONS_IN_MEMORY)
def _read(folder: Path, _digest: str) -> dict[str, Kind]:
    if not all((folder / name).is_file() for name in stages.FILES):
        return {}
    texts = [(folder / name).read_text(encoding="utf-8-sig") for name in stages.FILES]
    return stages.read(*texts)[0]


def kind_of(application: Application) -> Kind:
    """Return the kind of an application as its pack described it when it came in.

    Raises: KindUnknown, if that version is not kept any more.
    """
    found = kinds_of(application.adoption).get(application.kind)
    if found is None:
        raise KindUnknown(f"办理“{application.title}”的步骤没有留存，请系统管理员核对启用过的规则包。")
    return found


def terms(viewer: User) -> QuerySet[Term]:
    """The terms that the viewer's bureau laid down, the newest of each step first."""
    return Term.objects.filter(programme_id=viewer.programme_id).select_related("by").order_by("step", "-valid_from")


def term_days(programme_id: UUID, step: str, on: date) -> int | None:
    """Return within how many working days a step is to be done by what the bureau laid down; None where it did not."""
    rows = Term.objects.filter(programme_id=programme_id, step=step, valid_from__lte=on)
    return rows.order_by("-valid_from").values_list("days", flat=True).first()
