"""Reads of benefits: what an elder may have, what a credit still holds, and what was charged."""

from __future__ import annotations

from django.db.models import QuerySet

from sangyu.access.models import OrganisationKind, Role, User
from sangyu.access.queries import sees_whole_programme
from sangyu.benefits.credits import Credit, credit, credit_key
from sangyu.benefits.entitlements import Answer, Entitlement, benefits_of, entitlements
from sangyu.benefits.models import Charge

__all__ = ["Answer", "Credit", "Entitlement", "benefits_of", "charges", "credit", "credit_key", "entitlements"]


def charges(viewer: User) -> QuerySet[Charge]:
    """The charges that the viewer may see: all for the operator, one's own for an enterprise."""
    rows = Charge.objects.filter(programme_id=viewer.programme_id).select_related("elder", "enterprise", "item")
    if sees_whole_programme(viewer):
        return rows
    if viewer.organisation.kind == OrganisationKind.ENTERPRISE and Role.ENTERPRISE in viewer.roles:
        return rows.filter(enterprise__organisation_id=viewer.organisation_id)
    return rows.none()
