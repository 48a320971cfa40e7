"""The town of the drills: one programme with everybody who has a part in the walk, and elders with a monthly credit.

It is founded by the verbs that the desks call, once a drill; its database is then copied as often as a drill likes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import AreaKind, OrganisationKind, Programme, Role, User
from sangyu.adoption import actions as adoption
from sangyu.budget import actions as budget
from sangyu.kit.credit_code import check_character
from sangyu.kit.month import Month
from sangyu.kit.point import Crs, Point
from sangyu.kit.resident_id import check_digit
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.models import Enterprise, ServiceItem, Worker
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder

BEIJING = ZoneInfo("Asia/Shanghai")
PASSWORD = "sangyu-demo"
HOTLINE = "965885"
FUND = "DISTRICT-SUBSIDY"
ITEM = "SH001"
TASKS = ["地面", "桌面", "垃圾带走"]
COMMUNITY = "620102001001"
HOME = Point(lng=103.8343, lat=36.0611, crs=Crs.WGS84)
BUDGET_FEN = 10_000_000_00
PARAMETERS = {
    "share_pm": 1000,
    "weights": {"enterprise": 20, "norms": 30, "quality": 30, "staff": 20},
    "coefficient_table": [
        {"from_tenths": 900, "coefficient_pm": 1000},
        {"from_tenths": 800, "coefficient_pm": 950},
        {"from_tenths": 0, "coefficient_pm": 800},
    ],
}
AREAS: list[dict[str, object]] = [
    {"code": "62", "name": "甘肃省", "kind": AreaKind.PROVINCE, "parent": None},
    {"code": "6201", "name": "兰州市", "kind": AreaKind.CITY, "parent": "62"},
    {"code": "620102", "name": "城关区", "kind": AreaKind.DISTRICT, "parent": "6201"},
    {"code": "620102001", "name": "酒泉路街道", "kind": AreaKind.SUBDISTRICT, "parent": "620102"},
    {"code": COMMUNITY, "name": "南门社区", "kind": AreaKind.COMMUNITY, "parent": "620102001"},
]
# Name, what they are, where they sit, and whether they sign in on a page.
PEOPLE = (
    ("bureau", "何静", (Role.BUREAU, Role.HEAD), OrganisationKind.BUREAU, False),
    ("deputy", "傅平", (Role.DEPUTY,), OrganisationKind.BUREAU, False),
    ("auditor", "郑言", (Role.AUDITOR,), OrganisationKind.BUREAU, False),
    ("clerk", "罗敏", (Role.COMMUNITY,), OrganisationKind.COMMUNITY, False),
    ("clock.town", "系统定时", (Role.CLOCK,), OrganisationKind.OPERATOR, False),
    ("agent", "马晓兰", (Role.AGENT,), OrganisationKind.OPERATOR, True),
    ("dispatcher", "王敏", (Role.DISPATCHER,), OrganisationKind.OPERATOR, True),
    ("dispatcher2", "丁然", (Role.DISPATCHER,), OrganisationKind.OPERATOR, False),
    ("quality", "孙洁", (Role.QUALITY,), OrganisationKind.OPERATOR, False),
    ("finance", "钱谨", (Role.FINANCE,), OrganisationKind.OPERATOR, False),
    ("finance2", "秦实", (Role.FINANCE,), OrganisationKind.OPERATOR, False),
    ("approver", "冯度", (Role.APPROVER,), OrganisationKind.OPERATOR, False),
)
FIRMS = ("康安", "乐泰")
WORKERS_A_FIRM = 2
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "秀兰芳玉珍淑桂华明德"


class Town:
    """Everybody by name, looked up in whichever copy of the town's database is in use now."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.month = Month.of(at.astimezone(BEIJING).date())

    @property
    def programme(self) -> Programme:
        return Programme.objects.select_related("area").get(slug="town")

    def user(self, username: str) -> User:
        """Return somebody by log-in name, as a request would carry them."""
        return User.objects.select_related("organisation", "programme").get(username=username)

    @property
    def clock(self) -> User:
        return access_read.clock(self.programme)

    @property
    def item(self) -> ServiceItem:
        return ServiceItem.objects.get(code=ITEM)

    def elders(self) -> list[Elder]:
        return list(Elder.objects.order_by("registration_number", "pk"))

    def enterprise(self, n: int = 0) -> Enterprise:
        return Enterprise.objects.get(short_name=FIRMS[n])

    def workers(self, n: int = 0) -> list[Worker]:
        return list(Worker.objects.filter(enterprise=self.enterprise(n)).order_by("phone"))

    def later(self, days: int = 1, hour: int = 10) -> datetime:
        """Return a full hour some days after the town's present."""
        day = self.at.astimezone(BEIJING) + timedelta(days=days)
        return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def found(*, at: datetime, elders: int) -> Town:
    """Found the town as it stands at a moment; the appropriation, prices and contracts are of that moment's year."""
    town = Town(at)
    access.load_areas(rows=AREAS)
    programme = access.found_programme(slug="town", name="城关区虚拟养老院", area_code="620102", hotline_number=HOTLINE)
    places = {
        kind: access.found_organisation(programme=programme, kind=kind, name=name, area_code=area)
        for kind, name, area in (
            (OrganisationKind.BUREAU, "城关区民政局", "620102"),
            (OrganisationKind.OPERATOR, "虚拟养老院", "620102"),
            (OrganisationKind.COMMUNITY, "南门社区", COMMUNITY),
        )
    }
    on = at.astimezone(BEIJING).date()
    for username, name, roles, place, signs_in in PEOPLE:
        access.invite_user(
            organisation=places[place],
            username=username,
            display_name=name,
            roles=roles,
            password=PASSWORD if signs_in else None,
            on=on,
        )
    new_year = date(on.year, 1, 1)
    head = town.user("bureau")
    adoption.adopt(
        programme_id=programme.pk,
        pack_id="lanzhou-chengguan",
        parameters=PARAMETERS,
        document=f"城民发〔{on.year}〕1号",
        valid_from=new_year,
        by_id=head.pk,
        at=at,
    )
    for year in (on.year, on.year + 1):
        budget.appropriate(
            programme=programme,
            fund=FUND,
            year=year,
            amount_fen=BUDGET_FEN,
            document=f"城财预〔{year}〕1号",
            by=head,
            at=at,
            key=str(year),
        )
    _item(town, new_year)
    for n, name in enumerate(FIRMS):
        _firm(town, n, name, new_year)
    for n in range(elders):
        _elder(town, n)
    return town


def _item(town: Town, new_year: date) -> None:
    dispatcher = town.user("dispatcher")
    item = providers.list_item(
        by=dispatcher,
        fields={
            "code": ITEM,
            "name": "室内保洁",
            "item_class": "DAILY_LIFE",
            "standard": "室内保洁一次约60分钟，服务人员自带工具。",
            "unit": "次",
            "minutes": 60,
            "skill": "保洁",
            "certificate": "",
            "offer": "household",
            "initials": "snbj",
            "tasks": TASKS,
        },
    )
    providers.set_price(item=item, market_price_fen=8000, valid_from=new_year, by=dispatcher, at=town.at)


def _firm(town: Town, n: int, name: str, new_year: date) -> None:
    head = town.user("bureau")
    until = date(new_year.year + 3, 1, 1)
    first_17 = f"91620102MA{n + 1:07d}"
    firm = providers.admit(
        by=head,
        at=town.at,
        on=town.at.astimezone(BEIJING).date(),
        name=f"{name}居家服务有限公司",
        short_name=name,
        credit_code=first_17 + check_character(first_17),
        place=HOME,
        capacity_per_day=30_000,
        phone="09318100001",
        bank_name="兰州示例银行城关支行",
        bank_account=f"6200000000000000{n:03d}",
        licences=[Paper("营业执照", f"YY-{n}", new_year, until)],
        contract_number=f"城养合〔{new_year.year}〕{n + 1}号",
        contract_from=new_year,
        contract_until=until,
        area_codes=["620102001"],
        item_ids=[town.item.pk],
    )
    access.invite_user(
        organisation=firm.organisation,
        username=f"firm{n}",
        display_name=f"{name}经理",
        roles=[Role.ENTERPRISE],
        password=PASSWORD,
        on=town.at.astimezone(BEIJING).date(),
    )
    for m in range(WORKERS_A_FIRM):
        worker = f"赵{GIVEN[n * WORKERS_A_FIRM + m]}"
        user = access.invite_user(
            organisation=firm.organisation,
            username=f"worker{n}{m}",
            display_name=worker,
            roles=[Role.WORKER],
            password=PASSWORD if m == 0 else None,
            on=town.at.astimezone(BEIJING).date(),
        )
        providers.take_on(
            enterprise=firm,
            by=head,
            at=town.at,
            name=worker,
            sex="FEMALE",
            phone=f"1390000{n:02d}{m:02d}",
            skills=["保洁"],
            place=HOME,
            certificates=[
                Paper("安全员证", f"AQ-{n}{m}", new_year, until),
                Paper("急救员证", f"JJ-{n}{m}", new_year, until),
            ],
            duties=["safety_officer", "first_aider"],
            user=user,
        )


def _elder(town: Town, n: int) -> None:
    """Register an elder of class B: on the list of the entitled, living alone, with a credit of every month."""
    clerk = town.user("clerk")
    born_on = date(1944, 3, 5) + timedelta(days=n)
    first_17 = f"620102{born_on:%Y%m%d}{n % 1000:03d}"
    name = SURNAMES[n % 10] + GIVEN[n // 10 % 10] + GIVEN[n // 100 % 10]
    elder = registry.register(
        by=clerk,
        at=town.at,
        name=name,
        document_number=first_17 + check_digit(first_17),
        community_code=COMMUNITY,
        address=f"南门巷8号{n + 1}室",
        phones=[f"137{n:08d}"],
        hukou_in_area=True,
        place=HOME,
    )
    for code in ("entitled_group", "living_alone"):
        registry.recognise(
            elder=elder,
            code=code,
            evidence=f"核实单 {n + 1}号",
            valid_from=date(2020, 1, 1),
            by=clerk,
            at=town.at,
        )
