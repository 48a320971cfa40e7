"""The programme next door: same pack, other people; neither may see or move anything of the other."""

from __future__ import annotations

from datetime import date, datetime

from sangyu.access import actions as access
from sangyu.access.models import AreaKind, OrganisationKind, Role, User
from sangyu.adoption import actions as adoption
from sangyu.budget import actions as budget
from sangyu.providers import actions as providers
from sangyu.registry import actions as registry
from tests.cast import FUND, PARAMETERS, resident_number

COMMUNITY = "620104001001"
AREAS = [
    {"code": "62", "name": "甘肃省", "kind": AreaKind.PROVINCE, "parent": None},
    {"code": "6201", "name": "兰州市", "kind": AreaKind.CITY, "parent": "62"},
    {"code": "620104", "name": "西固区", "kind": AreaKind.DISTRICT, "parent": "6201"},
    {"code": "620104001", "name": "临洮街街道", "kind": AreaKind.SUBDISTRICT, "parent": "620104"},
    {"code": COMMUNITY, "name": "柳泉社区", "kind": AreaKind.COMMUNITY, "parent": "620104001"},
]


class Neighbour:
    """Xigu district: an agent, a head, a clerk, Grandmother Zhou (78) and a catalogue of one item."""

    def __init__(self, at: datetime) -> None:
        access.load_areas(rows=AREAS)
        self.programme = access.found_programme(
            slug="xigu", name="西固区虚拟养老院", area_code="620104", hotline_number="965886"
        )
        self.head = self._user(OrganisationKind.BUREAU, "xigu-bureau", Role.BUREAU, at)
        self.agent = self._user(OrganisationKind.OPERATOR, "xigu-agent", Role.AGENT, at)
        self.dispatcher = self._user(OrganisationKind.OPERATOR, "xigu-dispatcher", Role.DISPATCHER, at)
        self.clerk = self._user(OrganisationKind.COMMUNITY, "xigu-community", Role.COMMUNITY, at, area_code=COMMUNITY)
        adoption.adopt(
            programme_id=self.programme.pk,
            pack_id="lanzhou-chengguan",
            parameters=PARAMETERS,
            document="西民发〔2026〕1号",
            valid_from=date(2026, 1, 1),
            by_id=self.head.pk,
            at=at,
        )
        budget.appropriate(
            programme=self.programme,
            fund=FUND,
            year=2026,
            amount_fen=100_000_00,
            document="西财预〔2026〕1号",
            by=self.head,
            at=at,
            key="2026",
        )
        self.item = providers.list_item(
            by=self.dispatcher,
            fields={
                "code": "SH001",
                "name": "室内保洁",
                "item_class": "DAILY_LIFE",
                "standard": "室内保洁一次约120分钟。",
                "unit": "次",
                "minutes": 120,
                "offer": "household",
                "initials": "snbj",
            },
        )
        providers.set_price(
            item=self.item, market_price_fen=9000, valid_from=date(2026, 1, 1), by=self.dispatcher, at=at
        )
        self.zhou = registry.register(
            by=self.clerk,
            at=at,
            name="周桂英",
            document_number=resident_number(date(1948, 4, 4), 81),
            community_code=COMMUNITY,
            address="福利路1号",
            phones=["13900000091"],
            hukou_in_area=True,
        )

    def _user(self, kind: str, username: str, role: str, at: datetime, *, area_code: str = "620104") -> User:
        organisation = access.found_organisation(
            programme=self.programme, kind=kind, name=username, area_code=area_code
        )
        return access.invite_user(
            organisation=organisation,
            username=username,
            display_name=f"西固{Role(role).label}",
            roles=[role],
            password=None,
            on=at.date(),
        )
