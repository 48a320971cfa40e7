"""Build a city as its people would: the bureau founds and adopts, clerks register, enterprises take on workers.

Everything goes through the verbs that the desks call. A build that was broken off is continued: what is there is
left as it is, and an elder stands in the register with every recognition or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from sangyu.access import actions as access
from sangyu.access.models import Organisation, OrganisationKind, Programme, Role, User
from sangyu.adoption import actions as adoption
from sangyu.assessment import actions as assessment
from sangyu.budget import actions as budget
from sangyu.city import canteens, catalogue, diary, firms, names, players
from sangyu.city import people as made
from sangyu.city.blueprint import Blueprint
from sangyu.city.dice import below, chance
from sangyu.kit.resident_id import Sex
from sangyu.providers import actions as providers
from sangyu.providers import queries as providers_read
from sangyu.providers.actions import Paper
from sangyu.providers.models import Enterprise, ItemClass, ServiceItem
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import Kin

PASSWORD = "sangyu-demo"
HOTLINE = "965885"
FUND = "DISTRICT-SUBSIDY"
PACK = "lanzhou-chengguan"
# What the pack's text leaves open, as this bureau has set it.
PARAMETERS = {
    "share_pm": 50,
    "weights": {"enterprise": 20, "norms": 30, "quality": 30, "staff": 20},
    "coefficient_table": [
        {"from_tenths": 900, "coefficient_pm": 1000},
        {"from_tenths": 800, "coefficient_pm": 950},
        {"from_tenths": 0, "coefficient_pm": 800},
    ],
}
CLERKS_WITH_LOG_IN = 3
WORKERS_WITH_LOG_IN = 12
TILLS_WITH_LOG_IN = 2
ENTERPRISES_WITH_LOG_IN = 20  # hashing a password takes longer than anything else here

_CLASSES = {
    "LIFE_CARE": ItemClass.DAILY_LIFE,
    "MEDICAL_CARE": ItemClass.MEDICAL_CARE,
    "COMFORT": ItemClass.COMFORT,
    "EMERGENCY": ItemClass.EMERGENCY,
}
_TASKS = {
    "CLEANING": ["地面", "台面", "垃圾带走"],
    "COOKING": ["洗手消毒", "备餐", "收拾灶台"],
    "BATHING": ["测水温", "全程陪护", "擦干地面"],
    "NURSING": ["核对医嘱", "操作记录", "观察半小时"],
}
_DUTIES = {"SAFETY_OFFICER": "safety_officer", "FIRST_AID": "first_aider"}
_STAFF = (
    ("auditor", "郑言", Role.AUDITOR, OrganisationKind.BUREAU),
    ("deputy", "傅平", Role.DEPUTY, OrganisationKind.BUREAU),
    ("supervisor", "沈岚", Role.SUPERVISOR, OrganisationKind.OPERATOR),
    ("agent1", "马晓兰", Role.AGENT, OrganisationKind.OPERATOR),
    ("agent2", "白露", Role.AGENT, OrganisationKind.OPERATOR),
    ("agent3", "林溪", Role.AGENT, OrganisationKind.OPERATOR),
    ("dispatcher1", "王敏", Role.DISPATCHER, OrganisationKind.OPERATOR),
    ("dispatcher2", "丁然", Role.DISPATCHER, OrganisationKind.OPERATOR),
    ("quality", "孙洁", Role.QUALITY, OrganisationKind.OPERATOR),
    ("finance", "钱谨", Role.FINANCE, OrganisationKind.OPERATOR),
    ("approver", "冯度", Role.APPROVER, OrganisationKind.OPERATOR),
)
ASSESSING_BODY = "城关区康宁能力评估中心"
ASSESSORS = (("assessor1", "林知微"), ("assessor2", "何以宁"), ("assessor3", "苏明远"), ("assessor4", "陶然"))
_EVIDENCE = {
    "three_no": "特困人员救助供养证",
    "severe_disability": "残疾人证（一级）",
    "entitled_group": "优待证",
    "dibao": "低保证",
    "needy": "困难老人认定表",
    "living_alone": "入户核实单",
    "empty_nest": "入户核实单",
    "care_dependent": "能力评估报告",
    "dementia": "诊断证明",
}


def build(plan: Blueprint, *, progress: Callable[[str], None]) -> None:
    """Build the city of a blueprint, or what is still missing of it."""
    relax_commits()
    organiser = _open(plan)
    build_ = _Build(plan, organiser)
    build_.staff()
    diary.note(plan, diary.BEGUN)
    build_.rules_and_money()
    items = build_.catalogue()
    progress(f"建起{organiser.name}：{len(items)}个服务项目，年度预算{plan.budget_fen // 100:,}元。")
    for firm in plan.enterprises:
        build_.enterprise(firm, items)
    workers = sum(map(len, plan.workers_of.values()))
    progress(f"{len(plan.enterprises)}家企业加盟，{workers}名服务人员入职。")
    build_.canteens(items[catalogue.LUNCH.code])
    build_.elders(progress)
    progress(f"{len(plan.elders_of)}个社区登记了{len(plan.elders):,}位老人。")


def relax_commits() -> None:
    """Let this connection's commits return before the disk has them.

    The city is invented and built again from where it stands after a crash; order and atomicity stay as they are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _open(plan: Blueprint) -> Programme:
    access.load_areas(rows=plan.areas.rows())
    district = plan.areas.code
    return access.found_programme(
        slug=players.SLUG, name="城关区虚拟养老院", area_code=district, hotline_number=HOTLINE
    )


class _Build:
    """The hands of a build, with what it found already there."""

    def __init__(self, plan: Blueprint, organiser: Programme) -> None:
        self.plan = plan
        self.organiser = organiser
        self.at = plan.founded_at
        self.on = plan.founded_at.date()
        self.users = players.users_of(organiser)

    def user(self, organisation: Organisation, username: str, name: str, *roles: str, log_in: bool) -> User:
        if username not in self.users:
            self.users[username] = access.invite_user(
                organisation=organisation,
                username=username,
                display_name=name,
                roles=roles,
                password=PASSWORD if log_in else None,
                on=self.on,
            )
        return self.users[username]

    def organisation(self, kind: str, name: str, area_code: str) -> Organisation:
        return access.found_organisation(programme=self.organiser, kind=kind, name=name, area_code=area_code)

    def staff(self) -> None:
        """Found the bureau, the operator and a body of assessors, and invite those who work there."""
        district = self.plan.areas.code
        bodies = {
            OrganisationKind.BUREAU: self.organisation(OrganisationKind.BUREAU, "城关区民政局", district),
            OrganisationKind.OPERATOR: self.organisation(OrganisationKind.OPERATOR, "城关区虚拟养老院", district),
        }
        operator = bodies[OrganisationKind.OPERATOR]
        self.clock = self.user(operator, f"clock.{players.SLUG}", "系统定时", Role.CLOCK, log_in=False)
        self.head = self.user(bodies[OrganisationKind.BUREAU], "bureau", "何静", Role.BUREAU, Role.HEAD, log_in=True)
        for username, name, role, body in _STAFF:
            self.user(bodies[body], username, name, role, log_in=True)
        body = assessment.admit_body(name=ASSESSING_BODY, by=self.head, at=self.at)
        for username, name in ASSESSORS:
            self.user(body, username, name, Role.ASSESSOR, log_in=True)
        for n in range(players.AGENTS_MIN + 1, players.agent_count(self.plan) + 1):
            self.user(operator, f"agent{n}", self.invented_name("agent", n), Role.AGENT, log_in=False)

    def invented_name(self, *key: str | int) -> str:
        given = names.given_name(Sex.FEMALE, 1975 + below(25, self.plan.seed, *key), self.plan.seed, *key)
        return names.surname(self.plan.seed, *key) + given

    def rules_and_money(self) -> None:
        """Adopt the pack and appropriate the year's money; a month in December reaches into the next year."""
        plan = self.plan
        adoption.adopt(
            programme_id=self.organiser.pk,
            pack_id=PACK,
            parameters={**PARAMETERS, "budget_fen": plan.budget_fen},
            document=f"城民发〔{plan.month.year}〕1号",
            valid_from=plan.year_from,
            by_id=self.head.pk,
            at=self.at,
        )
        for year in (plan.month.year, plan.month.year + 1):
            budget.appropriate(
                programme=self.organiser,
                fund=FUND,
                year=year,
                amount_fen=plan.budget_fen,
                document=f"城财预〔{year}〕1号",
                by=self.head,
                at=self.at,
                key=str(year),
            )

    def catalogue(self) -> dict[str, ServiceItem]:
        """List every item with its price."""
        dispatcher = self.users["dispatcher1"]
        listed = {}
        with transaction.atomic():
            for item in (*catalogue.items(), catalogue.LUNCH):
                listed[item.code] = providers.list_item(by=dispatcher, fields=_fields(item))
                providers.set_price(
                    item=listed[item.code],
                    market_price_fen=item.market_price_fen,
                    valid_from=self.plan.year_from,
                    by=dispatcher,
                    at=self.at,
                )
        return listed

    @transaction.atomic
    def enterprise(self, firm: firms.Enterprise, items: dict[str, ServiceItem]) -> None:
        """Admit an enterprise, invite its manager and take on its workers: all of it or nothing."""
        if players.manager_name(firm.n) in self.users:
            return
        enterprise = self._admitted(firm, items)
        manager = self.user(
            enterprise.organisation,
            players.manager_name(firm.n),
            firm.legal_person,
            Role.ENTERPRISE,
            log_in=firm.n < ENTERPRISES_WITH_LOG_IN,
        )
        for worker in self.plan.workers_of[firm.ref]:
            user = self.user(
                enterprise.organisation,
                players.worker_name(worker.n),
                worker.name,
                Role.WORKER,
                log_in=worker.n < WORKERS_WITH_LOG_IN,
            )
            providers.take_on(
                enterprise=enterprise,
                by=manager,
                at=self.at,
                name=worker.name,
                sex=worker.sex.value,
                phone=worker.phone,
                skills=[catalogue.SKILLS[skill] for skill in worker.skills],
                place=worker.home,
                certificates=[
                    Paper(catalogue.CERTIFICATES[paper.kind], paper.number, paper.issued_on, paper.valid_until)
                    for paper in worker.certificates
                ],
                duties=[_DUTIES[worker.office]] if worker.office else [],
                user=user,
            )

    def _admitted(self, firm: firms.Enterprise, items: dict[str, ServiceItem]) -> Enterprise:
        found = providers_read.enterprises(self.clock).filter(credit_code=firm.credit_code).first()
        if found is not None:
            return found
        year = self.plan.month.year
        return providers.admit(
            by=self.head,
            at=self.at,
            on=self.on,
            name=firm.name,
            short_name=firm.short_name,
            credit_code=firm.credit_code,
            place=firm.site,
            capacity_per_day=firm.orders_a_day_max,
            phone=firm.phone,
            bank_name=firm.bank,
            bank_account=firm.bank_account,
            licences=[Paper(paper.kind, paper.number, paper.valid_from, paper.valid_until) for paper in firm.licences],
            contract_number=f"城养合〔{year}〕{firm.n + 1}号",
            contract_from=self.plan.year_from,
            contract_until=date(year + 2, 1, 1),
            area_codes=firm.subdistricts,
            item_ids=[items[code].pk for code in firm.item_codes],
        )

    def canteens(self, lunch: ServiceItem) -> None:
        """Open the canteens and seat a cashier at the till of each."""
        enterprises = {row.credit_code: row for row in providers_read.enterprises(self.clock)}
        for canteen in canteens.canteens(self.plan):
            enterprise = enterprises[canteen.firm.credit_code]
            with transaction.atomic():
                opened = providers.open_canteen(
                    by=self.head,
                    at=self.at,
                    enterprise=enterprise,
                    item=lunch,
                    name=canteen.name,
                    community_code=canteen.community_code,
                    address=canteen.address,
                    place=canteen.place,
                    opens=canteens.OPENS,
                    contracted_from=self.plan.year_from,
                    contracted_until=date(self.plan.month.year + 2, 1, 1),
                    standard_price_fen=catalogue.LUNCH.market_price_fen,
                )
                cashier = self.user(
                    enterprise.organisation,
                    players.till_name(canteen.n),
                    self.invented_name("till", canteen.n),
                    Role.TILL,
                    log_in=canteen.n < TILLS_WITH_LOG_IN,
                )
                providers.seat_cashier(canteen=opened, user=cashier, by=self.head, at=self.at)

    def elders(self, progress: Callable[[str], None]) -> None:
        """Register everybody at their community's window, one community at a time."""
        there = set(registry_read.elders(self.clock).values_list("pk", flat=True))
        done = 0
        for place, (code, elders) in enumerate(self.plan.elders_of.items()):
            with transaction.atomic():
                clerk = self._clerk(code, log_in=place < CLERKS_WITH_LOG_IN)
                for elder in elders:
                    if players.elder_id(self.organiser.pk, elder.resident_id) not in there:
                        self._register(elder, clerk)
            done += len(elders)
            if done // 5000 > (done - len(elders)) // 5000:
                progress(f"已登记{done:,}位老人……")

    def _clerk(self, code: str, *, log_in: bool) -> User:
        name = players.clerk_name(code)
        if name in self.users:
            return self.users[name]
        area = self.plan.areas[code]
        body = self.organisation(
            OrganisationKind.COMMUNITY, f"{self.plan.areas[area.parent].name}{area.name}", area.code
        )
        return self.user(body, name, self.invented_name("clerk", code), Role.COMMUNITY, log_in=log_in)

    def _register(self, person: made.Elder, clerk: User) -> None:
        at = self.plan.registered_at(person)
        elder = registry.register(
            by=clerk,
            at=at,
            name=person.name,
            document_number=person.resident_id,
            community_code=person.community_code,
            address=person.address,
            phones=[person.phone, person.other_phone],
            hukou_in_area=chance(930, self.plan.seed, "hukou", person.ref),
            family=[_kin(contact) for contact in person.contacts],
            place=person.home,
            habits="，".join(person.habits),
        )
        for code in (*person.identities, *person.tags):
            registry.recognise(
                elder=elder,
                code=code,
                evidence=f"{_EVIDENCE[code]} 示{below(10**8, self.plan.seed, code, person.ref):08d}号",
                valid_from=_recognised_on(self.plan, person, at),
                by=clerk,
                at=at,
            )
        if canteens.has_card(self.plan, person):
            registry.issue_card(elder_id=elder.pk, number=canteens.card_number(person), by=clerk, at=at)


def _fields(item: catalogue.Item) -> dict[str, object]:
    return {
        "code": item.code,
        "name": item.name,
        "item_class": _CLASSES[item.service_class],
        "standard": item.standard,
        "unit": item.unit,
        "minutes": item.minutes,
        "skill": catalogue.SKILLS.get(item.skill, ""),
        "certificate": catalogue.CERTIFICATES.get(item.certificate, ""),
        "offer": item.offer,
        "initials": item.initials,
        "tasks": _TASKS.get(item.skill, ["按标准完成", "请老人验看"]),
    }


def _kin(contact: made.Contact) -> Kin:
    return Kin(contact.name, f"{made.RELATIONS[contact.relation]}（{contact.city}）", contact.phone)


def _recognised_on(plan: Blueprint, person: made.Elder, at: datetime) -> date:
    """Choose a day of the last years, on which the elder was recognised by somebody else's paper."""
    return at.date() - timedelta(days=200 + below(1500, plan.seed, "recognised", person.ref))
