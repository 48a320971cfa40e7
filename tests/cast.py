"""The shared cast: one small programme with named people, and helpers that bring an order to any stage of the walk.

Every helper calls the verbs that the desks call; nothing is written past them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sangyu.access import actions as access
from sangyu.access.models import AreaKind, OrganisationKind, Role, User
from sangyu.adoption import actions as adoption
from sangyu.budget import actions as budget
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import Dispatch
from sangyu.hotline import actions as hotline
from sangyu.hotline.models import Call
from sangyu.kit.month import Month
from sangyu.kit.point import Crs, Point
from sangyu.kit.resident_id import check_digit
from sangyu.orders import actions as orders
from sangyu.orders.models import Order
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.models import Enterprise, ServiceItem, Worker
from sangyu.registry import actions as registry
from sangyu.registry.models import Elder
from sangyu.visits import actions as visits
from sangyu.visits.models import Visit
from tests.month_end import MonthEnd
from tests.standing import standing

BEIJING = ZoneInfo("Asia/Shanghai")
PASSWORD = "sangyu-demo"
FUND = "DISTRICT-SUBSIDY"
COMMUNITY = "620102001001"
PARAMETERS = {
    "share_pm": 200,
    "weights": {"enterprise": 20, "norms": 30, "quality": 30, "staff": 20},
    "coefficient_table": [
        {"from_tenths": 900, "coefficient_pm": 1000},
        {"from_tenths": 800, "coefficient_pm": 950},
        {"from_tenths": 0, "coefficient_pm": 800},
    ],
}
AREAS = [
    {"code": "62", "name": "甘肃省", "kind": AreaKind.PROVINCE, "parent": None},
    {"code": "6201", "name": "兰州市", "kind": AreaKind.CITY, "parent": "62"},
    {"code": "620102", "name": "城关区", "kind": AreaKind.DISTRICT, "parent": "6201"},
    {"code": "620102001", "name": "酒泉路街道", "kind": AreaKind.SUBDISTRICT, "parent": "620102"},
    {"code": "620102001001", "name": "南门社区", "kind": AreaKind.COMMUNITY, "parent": "620102001"},
    {"code": "620102002", "name": "张掖路街道", "kind": AreaKind.SUBDISTRICT, "parent": "620102"},
    {"code": "620102002001", "name": "北园社区", "kind": AreaKind.COMMUNITY, "parent": "620102002"},
]
HOME = Point(lng=103.8343, lat=36.0611, crs=Crs.WGS84)


def resident_number(birth_on: date, serial: int) -> str:
    """Make a resident id that passes every check and belongs to nobody."""
    first_17 = f"620102{birth_on:%Y%m%d}{serial:03d}"
    return first_17 + check_digit(first_17)


class Cast(MonthEnd):
    """Grandmother Li (82, alone, class B), Grandfather Wang (70, class C), worker Zhao of Kang'an, agent Ma and others.

    The clock stands at `at`, Monday 9 November 2026, 09:00 in Beijing, and moves only where a helper says so.
    """

    hotline_number = "965885"
    community_code = COMMUNITY
    contracted_codes: tuple[str, ...] = ("620102001", "620102002")

    def __init__(self, *, budget_fen: int = 1_000_000_00, parameters: dict | None = None) -> None:
        self.at = datetime(2026, 11, 9, 9, 0, tzinfo=BEIJING)
        self.month = Month(2026, 11)
        access.load_areas(rows=AREAS)
        self.programme = access.found_programme(
            slug="chengguan", name="城关区虚拟养老院", area_code="620102", hotline_number=self.hotline_number
        )
        self.bureau = access.found_organisation(
            programme=self.programme, kind=OrganisationKind.BUREAU, name="城关区民政局", area_code="620102"
        )
        self.operator = access.found_organisation(
            programme=self.programme, kind=OrganisationKind.OPERATOR, name="虚拟养老院", area_code="620102"
        )
        self.community = access.found_organisation(
            programme=self.programme, kind=OrganisationKind.COMMUNITY, name="南门社区", area_code=COMMUNITY
        )
        self.clock = self.user(self.operator, "clock.chengguan", "系统定时", Role.CLOCK, sign_in=False)
        self.office()
        self.other_agent = self.user(self.operator, "agent2", "白露", Role.AGENT, Role.SUPERVISOR)
        self.other_dispatcher = self.user(self.operator, "dispatcher2", "丁然", Role.DISPATCHER)
        adoption.adopt(
            programme_id=self.programme.pk,
            pack_id="lanzhou-chengguan",
            parameters={**PARAMETERS, **(parameters or {})},
            document="城民发〔2026〕1号",
            valid_from=date(2026, 1, 1),
            by_id=self.head.pk,
            at=self.at,
        )
        budget.appropriate(
            programme=self.programme,
            fund=FUND,
            year=2026,
            amount_fen=budget_fen,
            document="城财预〔2026〕1号",
            by=self.head,
            at=self.at,
            key="2026",
        )
        self.cleaning = self.item("SH001", "室内保洁", minutes=120, market_price_fen=8000, skill="保洁")
        self.bathing = self.item(
            "YL001", "助浴", minutes=90, market_price_fen=15000, skill="助浴", certificate="养老护理员证"
        )
        self.contracted_items = [self.cleaning, self.bathing]
        self.kangan = self.enterprise("康安居家服务有限公司", "康安", 1)
        self.letter = self.enterprise("乐泰家政服务有限公司", "乐泰", 2, lng=103.8600)
        self.kangan_user = self.user(self.kangan.organisation, "kangan", "康平", Role.ENTERPRISE)
        self.letter_user = self.user(self.letter.organisation, "letai", "乐言", Role.ENTERPRISE)
        self.zhao_user = self.user(self.kangan.organisation, "zhao", "赵勤", Role.WORKER)
        self.zhao = self.worker(self.kangan, "赵勤", "13900000011", self.zhao_user)
        self.other_user = self.user(self.letter.organisation, "song", "宋梅", Role.WORKER)
        self.other_worker = self.worker(self.letter, "宋梅", "13900000012", self.other_user)
        self.li = self.elder(
            "李秀兰", date(1944, 3, 5), 22, ["13900000001", "09318000001"], habits="左耳听力弱，爱喝茶"
        )
        registry.recognise(
            elder=self.li,
            code="entitled_group",
            evidence="优待证 甘优0012号",
            valid_from=date(2020, 1, 1),
            by=self.clerk,
            at=self.at,
        )
        registry.recognise(
            elder=self.li,
            code="living_alone",
            evidence="入户核实单 16号",
            valid_from=date(2022, 5, 1),
            by=self.clerk,
            at=self.at,
        )
        self.grandpa = self.elder("王德厚", date(1956, 8, 20), 31, ["13900000002"])

    def office(self) -> None:
        """Add one person for each seat of the bureau, the operator and the community."""
        self.head = self.user(self.bureau, "bureau", "何静", Role.BUREAU, Role.HEAD)
        self.deputy = self.user(self.bureau, "deputy", "傅平", Role.DEPUTY)
        self.auditor = self.user(self.bureau, "auditor", "郑言", Role.AUDITOR)
        self.ma = self.user(self.operator, "agent", "马晓兰", Role.AGENT)
        self.wang = self.user(self.operator, "dispatcher", "王敏", Role.DISPATCHER)
        self.sun = self.user(self.operator, "quality", "孙洁", Role.QUALITY)
        self.qian = self.user(self.operator, "finance", "钱谨", Role.FINANCE)
        self.feng = self.user(self.operator, "approver", "冯度", Role.APPROVER)
        self.clerk = self.user(self.community, "community", "罗敏", Role.COMMUNITY)

    def user(self, organisation, username: str, name: str, *roles: str, sign_in: bool = True) -> User:
        """Add a user whose password is `PASSWORD`."""
        return access.invite_user(
            organisation=organisation,
            username=username,
            display_name=name,
            roles=roles,
            password=PASSWORD if sign_in else None,
            on=self.at.date(),
        )

    def item(
        self,
        code: str,
        name: str,
        *,
        minutes: int,
        market_price_fen: int,
        skill: str = "",
        certificate: str = "",
        offer: str = "household",
    ) -> ServiceItem:
        """List an item at a market price from the first of January."""
        item = providers.list_item(
            by=self.wang,
            fields={
                "code": code,
                "name": name,
                "item_class": "DAILY_LIFE",
                "standard": f"{name}一次约{minutes}分钟，服务人员自带工具，做完请您检查。",
                "unit": "次",
                "minutes": minutes,
                "skill": skill,
                "certificate": certificate,
                "offer": offer,
                "initials": code.lower(),
                "tasks": ["地面", "桌面", "垃圾带走"],
            },
        )
        providers.set_price(
            item=item, market_price_fen=market_price_fen, valid_from=date(2026, 1, 1), by=self.wang, at=self.at
        )
        return item

    def enterprise(
        self, name: str, short: str, serial: int, *, lng: float = 103.8330, licence_until: date = date(2028, 1, 1)
    ) -> Enterprise:
        """Admit an enterprise contracted for both items in both subdistricts."""
        from sangyu.kit.credit_code import check_character

        first_17 = f"91620102MA{serial:07d}"
        return providers.admit(
            by=self.head,
            at=self.at,
            on=self.at.date(),
            name=name,
            short_name=short,
            credit_code=first_17 + check_character(first_17),
            place=Point(lng=lng, lat=36.0600, crs=Crs.WGS84),
            capacity_per_day=20,
            phone="09318100001",
            bank_name="兰州示例银行城关支行",
            bank_account=f"6200000000000000{serial:03d}",
            licences=[Paper("营业执照", f"YY-{serial}", date(2020, 1, 1), licence_until)],
            contract_number=f"城养合〔2026〕{serial}号",
            contract_from=date(2026, 1, 1),
            contract_until=date(2027, 1, 1),
            area_codes=self.contracted_codes,
            item_ids=[item.pk for item in self.contracted_items],
        )

    def worker(
        self,
        enterprise: Enterprise,
        name: str,
        phone: str,
        user: User | None = None,
        *,
        certificate_until: date = date(2028, 1, 1),
    ) -> Worker:
        """Take on a worker who can do both items and is a trained safety officer and first-aider."""
        return providers.take_on(
            enterprise=enterprise,
            by=self.head,
            at=self.at,
            name=name,
            sex="FEMALE",
            phone=phone,
            skills=["保洁", "助浴"],
            place=HOME,
            certificates=[
                Paper("养老护理员证", f"HL-{phone[-4:]}", date(2022, 1, 1), certificate_until),
                Paper("安全员证", f"AQ-{phone[-4:]}", date(2022, 1, 1), date(2028, 1, 1)),
                Paper("急救员证", f"JJ-{phone[-4:]}", date(2022, 1, 1), date(2028, 1, 1)),
            ],
            duties=["safety_officer", "first_aider"],
            user=user,
        )

    def elder(self, name: str, birth_on: date, serial: int, phones: list[str], **more) -> Elder:
        """Register an elder of the south gate community."""
        return registry.register(
            by=self.clerk,
            at=self.at,
            name=name,
            document_number=resident_number(birth_on, serial),
            community_code=self.community_code,
            address="南门巷8号2单元301",
            phones=phones,
            hukou_in_area=True,
            place=HOME,
            **more,
        )

    def call(self, number: str = "13900000001", *, reference: str = "line-1", answered: bool = True) -> Call:
        """Let the telephone ring, and agent Ma answer it six seconds later."""
        call = hotline.ring(
            programme=self.programme,
            line_reference=reference,
            caller_number=number,
            called_number=self.hotline_number,
            at=self.at,
        )
        if answered:
            call = hotline.answer(call_id=call.pk, by=self.ma, at=self.at + timedelta(seconds=6))
        return call

    def order(
        self,
        *,
        elder: Elder | None = None,
        item: ServiceItem | None = None,
        days: int = 1,
        hour: int = 10,
        key: str | None = None,
    ) -> Order:
        """Take an order for an elder, `days` from now at `hour` o'clock, without a call."""
        elder, item = elder or self.li, item or self.cleaning
        wanted_from = (self.at + timedelta(days=days)).replace(hour=hour, minute=0)
        return orders.place(
            elder_id=elder.pk,
            item=item,
            wanted_from=wanted_from,
            by=self.ma,
            at=self.at,
            key=key or f"{elder.pk}:{item.code}:{wanted_from}",
        )

    def called_order(self, *, days: int = 1, hour: int = 10, reference: str = "line-1") -> Order:
        """Take Grandmother Li's order in a call of hers."""
        call = self.call(reference=reference)
        wanted_from = (self.at + timedelta(days=days)).replace(hour=hour, minute=0)
        return hotline.place_order(
            call_id=call.pk,
            elder_id=self.li.pk,
            item=self.cleaning,
            wanted_from=wanted_from,
            by=self.ma,
            at=self.at + timedelta(seconds=50),
            key=reference,
        )

    def sent(self, order: Order | None = None, *, enterprise: Enterprise | None = None) -> Dispatch:
        """Send an order to Kang'an (or another enterprise)."""
        order = order or self.order()
        return dispatch.send(
            order_id=order.pk,
            by=self.wang,
            at=self.at + timedelta(minutes=2),
            enterprise_id=(enterprise or self.kangan).pk,
        )

    def accepted(self, order: Order | None = None) -> Dispatch:
        """Send an order and let Kang'an accept it."""
        sent = self.sent(order)
        dispatch.accept(dispatch_id=sent.pk, by=self.kangan_user, at=self.at + timedelta(minutes=5))
        return sent

    def assigned(self, order: Order | None = None) -> Dispatch:
        """Send an order and let Kang'an name worker Zhao."""
        sent = self.accepted(order)
        dispatch.assign(
            dispatch_id=sent.pk, worker_id=self.zhao.pk, by=self.kangan_user, at=self.at + timedelta(minutes=9)
        )
        return sent

    def arrived(self, order: Order | None = None, *, place: Point | None = HOME, door_code: str | None = None) -> Visit:
        """Let Zhao arrive on time; by default at the right place with the right door code."""
        order = order or self.order()
        self.assigned(order)
        return visits.check_in(
            order_id=order.pk,
            by=self.zhao_user,
            at=order.wanted_from,
            place=place,
            door_code=order.elder.door_code if door_code is None else door_code,
        )

    def visited(self, order: Order | None = None, *, place: Point | None = HOME, door_code: str | None = None) -> Visit:
        """Let Zhao come, work and leave; the order is served and charged."""
        visit = self.arrived(order, place=place, door_code=door_code)
        visits.check_out(
            visit_id=visit.pk,
            by=self.zhao_user,
            at=visit.arrived_at + timedelta(minutes=visit.order.item.minutes),
            place=place,
            tasks_done=["地面", "桌面"],
        )
        return visit


@standing
def cast() -> Cast:
    """The cast on a fresh programme."""
    return Cast()
