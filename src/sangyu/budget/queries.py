"""Reads of the budget: the four figures of a fund and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from sangyu.access.models import User
from sangyu.access.queries import sees_whole_programme
from sangyu.adoption import queries as adoption_read
from sangyu.budget.models import Appropriation, Donation, Override, Pledge, Sponsor
from sangyu.kit.errors import NotFound
from sangyu.ledger import queries as ledger_read
from sangyu.ledger.rules import AccountKey

SPONSORED = "SPONSOR-"


def sponsor_fund(sponsor_id: UUID) -> str:
    """Name the fund that a sponsor's money is."""
    return f"{SPONSORED}{sponsor_id.hex.upper()}"


def sponsor_of_fund(fund: str) -> Sponsor | None:
    """Return whose money a fund is; None for the public's."""
    return Sponsor.objects.filter(pk=fund.removeprefix(SPONSORED)).first() if fund.startswith(SPONSORED) else None


@dataclass(frozen=True)
class Position:
    """年初预算, 已占用, 已拨付, 可用 of one fund and year, in fen; overrides stand beside the appropriations."""

    appropriated_fen: int
    overridden_fen: int
    held_fen: int
    paid_fen: int
    available_fen: int


def account_key(programme_id: UUID, fund: str, year: int) -> AccountKey:
    """Name the ledger account of a fund and year."""
    return AccountKey(programme_id, fund, "APPROPRIATION", str(year), None)


def position(viewer: User, fund: str, on: date) -> Position:
    """Return the four figures of a fund in the year of `on`; zeros for a viewer who may not see money."""
    if not sees_whole_programme(viewer):
        return Position(0, 0, 0, 0, 0)
    return position_of(viewer.programme_id, fund, on.year)


def position_of(programme_id: UUID, fund: str, year: int) -> Position:
    """Return the four figures of a fund and year, for verbs and checks that have no viewer."""
    rows = {"programme_id": programme_id, "fund": fund, "year": year}
    given = Appropriation.objects.filter(**rows).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    over = Override.objects.filter(**rows).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    if fund.startswith(SPONSORED):
        given = _received(fund, year)
    balance = ledger_read.balance(account_key(programme_id, fund, year))
    return Position(
        appropriated_fen=given,
        overridden_fen=over,
        held_fen=balance.held_fen,
        # What was paid and has come back since is not paid: it is credited beside what was given.
        paid_fen=balance.debit_fen - (balance.credit_fen - given - over),
        available_fen=balance.available_fen,
    )


def appropriations(viewer: User, year: int) -> list[Appropriation]:
    """Return what was given for a year, oldest first; nothing for a viewer who may not see money."""
    rows = Appropriation.objects.filter(programme_id=viewer.programme_id, year=year).select_related("by")
    return list(rows.order_by("at", "id")) if sees_whole_programme(viewer) else []


def overrides(viewer: User, year: int) -> list[Override]:
    """Return the leaves to go beyond a year's money, oldest first; nothing for a viewer who may not see money."""
    rows = Override.objects.filter(programme_id=viewer.programme_id, year=year).select_related("by")
    return list(rows.order_by("at", "id")) if sees_whole_programme(viewer) else []


def fund_titles(viewer: User, on: date) -> dict[str, str]:
    """Return the funds of the pack in force on a day with their Chinese titles, in the order of the pack.

    Raises: NothingAdopted.
    """
    pack = adoption_read.pack_of(adoption_read.in_force(viewer.programme_id, on))
    return {
        **{fund.id.upper(): fund.title for fund in pack.funds.values()},
        **{sponsor_fund(sponsor.pk): f"冠名资金：{sponsor.name}" for sponsor in sponsors(viewer)},
    }


def public_funds(titles: Mapping[str, str]) -> dict[str, str]:
    """Leave out the funds that sponsors fill: nobody decides that there is more in them."""
    return {fund: title for fund, title in titles.items() if not fund.startswith(SPONSORED)}


def sponsors(viewer: User) -> list[Sponsor]:
    """Return the sponsors of the viewer's programme by name; none for a viewer who may not see money."""
    rows = Sponsor.objects.filter(programme_id=viewer.programme_id).order_by("name")
    return list(rows) if sees_whole_programme(viewer) else []


def get_sponsor(viewer: User, sponsor_id: UUID) -> Sponsor:
    """Return one sponsor.

    Raises: NotFound, also for another programme's.
    """
    found = next((sponsor for sponsor in sponsors(viewer) if sponsor.pk == sponsor_id), None)
    if found is None:
        raise NotFound("没有找到这家爱心企业，可能不归您管理。")
    return found


@dataclass(frozen=True)
class Giving:
    """A sponsor's year: promised, come in, spent on meals or held for them, and left. Units: fen."""

    sponsor: Sponsor
    pledged_fen: int
    received_fen: int
    used_fen: int
    left_fen: int

    @property
    def owed_fen(self) -> int:
        """What was promised and has not come in yet."""
        return max(0, self.pledged_fen - self.received_fen)


def givings(viewer: User, year: int) -> list[Giving]:
    """Return the year of every sponsor, by name; a fixed number of queries for each."""
    found = []
    for sponsor in sponsors(viewer):
        held = position_of(viewer.programme_id, sponsor_fund(sponsor.pk), year)
        pledges = Pledge.objects.filter(sponsor=sponsor, year=year)
        found.append(
            Giving(
                sponsor=sponsor,
                pledged_fen=pledges.aggregate(sum=Sum("amount_fen"))["sum"] or 0,
                received_fen=held.appropriated_fen,
                used_fen=held.held_fen + held.paid_fen,
                left_fen=held.available_fen,
            )
        )
    return found


def donations(viewer: User, year: int) -> list[Donation]:
    """Return what came in from sponsors for a year, the newest first; nothing for a viewer who may not see money."""
    rows = Donation.objects.filter(sponsor__in=sponsors(viewer), year=year).select_related("sponsor", "by")
    return list(rows.order_by("-received_on", "-id"))


def get_donation(viewer: User, donation_id: UUID) -> Donation:
    """Return one donation.

    Raises: NotFound, also for another programme's.
    """
    rows = Donation.objects.filter(pk=donation_id, sponsor__in=sponsors(viewer))
    found = rows.select_related("sponsor", "sponsor__programme", "by").first()
    if found is None:
        raise NotFound("没有找到这笔捐赠，可能不归您管理。")
    return found


def _received(fund: str, year: int) -> int:
    sponsor = sponsor_of_fund(fund)
    rows = Donation.objects.filter(sponsor=sponsor, year=year)
    return rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0
