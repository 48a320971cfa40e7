"""The programme next door: people with every right there and none here."""

from __future__ import annotations

from sangyu.access import actions as access
from sangyu.access.models import OrganisationKind, User
from tests.cast import Cast


def neighbour(cast: Cast, *roles: str) -> User:
    """Invite somebody with these roles into another programme of the same district, once."""
    programme = access.found_programme(
        slug="next-door", name="隔壁虚拟养老院", area_code="620102", hotline_number="965886"
    )
    operator = access.found_organisation(
        programme=programme, kind=OrganisationKind.OPERATOR, name="隔壁养老院", area_code="620102"
    )
    username = "neighbour." + ".".join(roles).lower()
    known = User.objects.filter(username=username).first()
    return known or cast.user(operator, username, "邻座", *roles)
