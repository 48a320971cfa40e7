"""A canteen of Kang'an with two tills, beside the shared cast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count

from tests.cast import BEIJING, COMMUNITY, HOME, Cast

from sangyu.access.models import Role, User
from sangyu.adoption import actions as adoption
from sangyu.applications import actions as applications
from sangyu.budget import actions as budget
from sangyu.meals import actions as meals
from sangyu.meals.models import Sale
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.models import Canteen, Enterprise
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder, ElderCard

NOON = datetime(2026, 11, 9, 11, 50, tzinfo=BEIJING)


class Kitchen:
    """Kang'an's canteen at the south gate (contracted) with cashiers He and Lü, and Letai's that is not contracted."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.keys = count()
        self.lunch = providers.list_item(
            by=cast.wang,
            fields={
                "code": "ZC001",
                "name": "社区午餐",
                "item_class": "DAILY_LIFE",
                "standard": "一荤两素一汤，十五元标准。",
                "unit": "份",
                "minutes": 30,
                "offer": "lunch",
                "initials": "sqwc",
                "tasks": [],
            },
        )
        self.south = self.canteen("南门社区餐厅", cast.kangan)
        self.north = self.canteen("北园社区餐厅", cast.kangan)
        self.closed_door = self.canteen("乐泰食堂", cast.letter, contracted_until=date(2026, 11, 1))
        self.he = self.cashier("he", "何芳", cast.kangan, self.south)
        self.lv = self.cashier("lv", "吕娟", cast.kangan, self.north)
        self.outsider = self.cashier("le", "乐萍", cast.letter, self.closed_door)

    def canteen(
        self, name: str, enterprise: Enterprise, *, price_fen: int = 1500, contracted_until: date = date(2027, 1, 1)
    ) -> Canteen:
        """Open a canteen, contracted from January."""
        return providers.open_canteen(
            by=self.cast.head,
            at=self.cast.at,
            enterprise=enterprise,
            item=self.lunch,
            name=name,
            community_code=COMMUNITY,
            address="南门巷2号",
            place=HOME,
            opens="11:00–13:30",
            contracted_from=date(2026, 1, 1),
            contracted_until=contracted_until,
            standard_price_fen=price_fen,
        )

    def in_xinhui(self) -> Kitchen:
        """Let Xinhui's policy hold from today on, with money, and every enterprise with a canteen hold a licence."""
        cast = self.cast
        own = {"by": cast.head, "at": cast.at}
        adoption.adopt(
            programme_id=cast.programme.pk,
            pack_id="jiangmen-xinhui",
            parameters={},
            document="新民〔2018〕12号",
            valid_from=NOON.date(),
            by_id=cast.head.pk,
            at=cast.at,
        )
        for enterprise in (cast.kangan, cast.letter):
            paper = Paper("食品经营许可证", f"JY-{enterprise.short_name}", date(2026, 1, 1), date(2031, 1, 1))
            providers.lodge_licence(enterprise=enterprise, paper=paper, **own)
        budget.appropriate(
            programme=cast.programme,
            fund="CANTEEN-BUDGET",
            year=2026,
            amount_fen=100_000_00,
            document="新财〔2026〕1号",
            key="1",
            **own,
        )
        return self

    def granted_free_meals(self, elder: Elder) -> None:
        """Let an elder of 80 or more without a pension apply for free meals, and the bureau approve."""
        cast = self.cast
        told = {"has_pension": False, "area_kind": "urban", "community_in_scope": False, "disability_grade": 0}
        made = applications.apply(
            elder_id=elder.pk,
            kind="free-meal",
            applicant=elder.name,
            relation="本人",
            declared=told,
            key="1",
            by=cast.clerk,
            at=NOON,
        )
        for verb in (applications.open_in_full, applications.approve):
            verb(application_id=made.pk, by=cast.head, at=NOON)

    def cashier(self, username: str, name: str, enterprise: Enterprise, *canteens: Canteen) -> User:
        """Give an enterprise a cashier who sits at these canteens."""
        user = self.cast.user(enterprise.organisation, username, name, Role.TILL)
        for canteen in canteens:
            providers.seat_cashier(canteen=canteen, user=user, by=self.cast.head, at=self.cast.at)
        return user

    def card(self, elder: Elder, number: str = "6201000012340001") -> ElderCard:
        """Let the community give an elder a citizen card."""
        return registry.issue_card(elder_id=elder.pk, number=number, by=self.cast.clerk, at=self.cast.at)

    def aged(self, years: int, *, serial: int, days_to_birthday: int = 0, name: str = "周玉珍") -> Elder:
        """Register an elder who turns this old so many days after the ninth of November."""
        birthday = NOON.date() + timedelta(days=days_to_birthday)
        return self.cast.elder(name, birthday.replace(year=birthday.year - years), serial, [f"139000010{serial:02d}"])

    def recognise(self, elder: Elder, code: str) -> None:
        """Recognise an elder from January on."""
        registry.recognise(
            elder=elder,
            code=code,
            evidence="认定书 1号",
            valid_from=date(2026, 1, 1),
            by=self.cast.clerk,
            at=self.cast.at,
        )

    def sell(self, elder: Elder, *, at: datetime = NOON, by: User | None = None, canteen=None, **more: object) -> Sale:
        """Sell a portion at the south gate, each call with a key of its own unless one is given."""
        return meals.sell(
            **{
                "canteen_id": (canteen or self.south).pk,
                "elder_id": elder.pk,
                "key": f"key-{next(self.keys)}",
                "by": by or self.he,
                "at": at,
                **more,
            }
        )
