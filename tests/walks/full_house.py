"""A house in which something stands on every page: a paid month, one being agreed, and a Monday in the middle of work.

It is half past ten on 11 January 2027. November is paid, but for one payment that the bank refused; the statements of
December are out; today there are orders at every stage, a call that rings and one that was missed, an emergency that
nobody has taken, an offer of another time and lunches.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from sangyu.access import actions as access
from sangyu.adoption import queries as adoption_read
from sangyu.adoption.tests.edits import credit_of
from sangyu.allowances import actions as allowances
from sangyu.applications import actions as applications
from sangyu.applications.actions.common import add_step
from sangyu.applications.models import Application, Notice, Posting, Unclaimed
from sangyu.assessment import actions as assessment
from sangyu.assessment.models import Part
from sangyu.assessment.tests.sheets import GB, NHSA, best, with_points
from sangyu.assessment.tests.team import Team
from sangyu.benefits import actions as benefits
from sangyu.budget import actions as budget
from sangyu.dispatch import actions as dispatch
from sangyu.dispatch.models import WishKind
from sangyu.hotline import actions as hotline
from sangyu.insight import actions as insight
from sangyu.intake import actions as intake
from sangyu.intake.models import Batch as Sheet
from sangyu.kit.ids import new_id
from sangyu.kit.month import Month
from sangyu.matching import actions as matching
from sangyu.matching import queries as matching_read
from sangyu.matching.models import Batch
from sangyu.matching.tests.conftest import GRANDPA, LI, text
from sangyu.meals.tests.kitchen import Kitchen
from sangyu.orders.models import Order
from sangyu.outbox import actions as outbox
from sangyu.outbox.actions import Pushed
from sangyu.portals.developer import actions as developer
from sangyu.portals.rehearsal import actions as rehearsals
from sangyu.portals.rehearsal.models import Run
from sangyu.portals.texting.compose import READER, compose
from sangyu.portals.texting.gateways import MockGateway
from sangyu.portals.texting.send import send_due
from sangyu.privacy import actions as privacy
from sangyu.providers import actions as providers
from sangyu.providers.actions import Paper
from sangyu.providers.models import Licence
from sangyu.quality import actions as quality
from sangyu.quality import queries as quality_read
from sangyu.quality.models import AppraisalItem, SiteCheck
from sangyu.quality.rules import Quarter
from sangyu.registry import actions as registry
from sangyu.registry.models import DuplicateCase
from sangyu.settlement import actions as settlement
from sangyu.settlement.models import Line, Payment, Statement
from sangyu.visits import actions as visits
from tests.cast import BEIJING, FUND, HOME, PARAMETERS, Cast, resident_number
from tests.month_end import bank_answers

NOW = datetime(2027, 1, 11, 10, 30, tzinfo=BEIJING)
SHEET_HEAD = "姓名,身份证号,社区,住址,本地户籍,本人电话\n"


class FullHouse(Cast):
    """The shared cast after two months of work, at half past ten on a busy Monday."""

    def __init__(self) -> None:
        super().__init__()
        outbox.read_on(reader=READER)
        self.kitchen = Kitchen(self)
        self._november()
        self._december()
        self._this_monday()
        self.line = Line.objects.filter(statement__run=self.paid_run).first()
        self.to_ring = quality_read.tasks_due(self.sun, limit=1)[0]
        self.check = SiteCheck.objects.first()
        self.recommended = providers.recommend(
            name="酒泉路互助服务队",
            phone="09318100020",
            services="保洁、理发，六个人",
            reason="三年来邻里都说好",
            by=self.clerk,
            at=NOW,
        )
        self.licence = Licence.objects.filter(enterprise=self.kangan, kind="营业执照").earliest("valid_from")
        while compose(at=NOW):
            pass
        while send_due(gateway=MockGateway(), at=NOW):
            pass
        self._other_systems()
        self._drafts()
        self._assessments()
        self._family_and_a_doubt()
        self._applications()
        self._registers()
        self._allowances()
        self._sheets()
        self._about_own_data()
        self._unclaimed()

    def _about_own_data(self) -> None:
        """Grandmother Li's guardian wants a copy of everything, and wants it erased."""
        said = {"asked_by": "GUARDIAN", "asker": "林晓", "check_made": "DOCUMENT", "check_note": "监护协议原件"}
        said |= {"elder_id": self.li.pk, "wish": "搬去女儿家，不再需要", "by": self.clerk, "at": NOW}
        self.asked_copy = privacy.take_in(kind="COPY", key="copy", **said)
        self.asked_erasure = privacy.take_in(kind="ERASE", key="erase", **said)

    def _applications(self) -> None:
        """Somebody waits for the bureau's word on a telephone; a list hangs in the community."""
        self.application = self._applied("周桂兰", 61)
        posted = self._applied("吴桂兰", 62)
        # No text of this city requires a posting, so it is hung out by hand.
        self.posting = Posting.objects.create(
            programme=self.programme,
            community_id=posted.community_id,
            posted_on=NOW.date(),
            until_on=NOW.date() + timedelta(days=7),
            certain=True,
            decision={"because": "示例：公示7天"},
            by=self.clerk,
            at=NOW,
        )
        Notice.objects.create(posting=self.posting, application=posted, shown_name="吴*兰")
        add_step(posted, "notice", "BEGUN", by=self.clerk, at=NOW, facts={"posting": str(self.posting.pk)})

    def _unclaimed(self) -> None:
        """Somebody in need could have a telephone and has not applied for it."""
        applications.survey(programme_id=self.programme.pk, by=self.clock, at=NOW)
        self.unclaimed = Unclaimed.objects.get(elder=self.grandpa, kind="phone")

    def _applied(self, name: str, serial: int) -> Application:
        elder = self.elder(name, date(1948, 4, 9), serial, [f"139000000{serial}"])
        registry.recognise(
            elder=elder, code="needy", evidence="认定书 6号", valid_from=date(2026, 1, 1), by=self.clerk, at=NOW
        )
        return applications.apply(
            elder_id=elder.pk, kind="phone", applicant=name, relation="本人", by=self.clerk, at=NOW, key="1"
        )

    def _family_and_a_doubt(self) -> None:
        """Grandmother Li has a guardian, and somebody thinks that two records are one person."""
        self.kin = registry.add_kin(
            elder_id=self.li.pk,
            relation="CHILD",
            name="林晓",
            standing=registry.Standing("AGREED", evidence="意定监护协议 8号"),
            valid_from=date(2026, 1, 1),
            by=self.clerk,
            at=NOW,
        )
        self.doubt = DuplicateCase.objects.create(
            programme=self.programme, one=self.li, other=self.grandpa, grounds=["PHONE"], score_pm=600, found_at=NOW
        )

    def _allowances(self) -> None:
        """The telephone credit of January: reckoned for one needy elder, and waiting for a second person."""
        registry.recognise(
            elder=self.grandpa,
            code="needy",
            evidence="困难证明 3号",
            valid_from=date(2026, 12, 1),
            by=self.clerk,
            at=NOW,
        )
        self.issued = benefits.hand_over(
            elder_id=self.grandpa.pk,
            code="issued-phone",
            serial_number="SJ-0009",
            receipt="领取单 9号",
            handed_on=date(2026, 12, 1),
            by=self.clerk,
            at=NOW,
            key="1",
        )
        self.telephone = allowances.draw_up(code="phone-credit", month=Month(2027, 1), by=self.qian, at=NOW)

    def _registers(self) -> None:
        """What other authorities say of December: one register compared, with a death; one that nobody looked at."""
        december = Month(2026, 12)

        def read(register: str, content: bytes) -> Batch:
            with NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                return matching.hand_in(
                    register=register,
                    month=december,
                    path=Path(file.name),
                    file_name="名册.csv",
                    purpose="每月核对待遇资格",
                    by=self.head,
                    at=NOW,
                )

        self.registered = read("death", text("姓名,身份证号,死亡日期", [f"李秀兰,{LI},2026-12-30"]))
        matching.compare(batch_id=self.registered.pk, by=self.head, at=NOW)
        self.differing = matching_read.differences(self.head).get()
        self.register_read = read("pension", text("姓名,身份证号", [f"王德厚,{GRANDPA}"]))

    def _sheets(self) -> None:
        """A sheet that is checked, with a line that is wrong; one that is written; one that nobody could read."""
        wrong = f"贺兰芝,{GRANDPA[:17]},酒泉路街道/南门社区,南门巷9号,是\n"
        right = f"李秀兰,{LI},{self.li.community_id},南门巷9号,是"
        self.sheet_checked = self._sheet(f"{wrong}{right},0931-8000078\n", "南门社区名单.csv")
        self.sheet_unread = self._sheet("", "空白.csv")
        newcomer = f"贺兰英,{resident_number(date(1946, 5, 6), 60)},{self.li.community_id},南门巷9号,是"
        read = self._sheet(f"{newcomer},0931-8000077\n", "九月新登记.csv")
        intake.begin_writing(batch_id=read.pk, by=self.clerk, at=NOW)
        self.sheet_written = intake.go_on(batch_id=read.pk, at=NOW)

    def _sheet(self, content: str, name: str) -> Sheet:
        batch = intake.hand_in(
            template="elders",
            file_name=name,
            content=[f"{SHEET_HEAD}{content}".encode("gb18030")],
            by=self.clerk,
            at=NOW,
            key=name,
        )
        return intake.go_on(batch_id=batch.pk, at=NOW)

    def _assessments(self) -> None:
        """A concluded level; a sheet filled in and not signed; two sheets that differ, which a third decides."""
        team = Team(self)
        team.at = NOW
        self.lin, self.he = team.lin, team.he
        assessment.set_practice(
            scale=NHSA.code,
            valid_months=12,
            dispute_days=30,
            document="城医保发〔2026〕9号",
            valid_from=date(2026, 1, 1),
            by=self.head,
            at=NOW,
        )
        first = team.appointed()
        for part in (Part.FIRST, Part.SECOND):
            team.signs(team.filled(first, part, with_points(GB, 60)))
        self.assessed = team.concludes(first.pk).assessment
        team.lin, lin = team.tao, team.lin
        differing = team.signed(best(GB), best(GB) | {"B.1.3": 2}, kind="REGULAR", key="2")
        team.lin = lin
        self.third = assessment.call_in(assessment_id=differing.pk, assessor_id=lin.pk, by=self.head, at=NOW)
        self.site, self.scored_site = (
            quality.assign_site(
                site=f"enterprise:{firm.pk}", assessor_id=lin.pk, due_on=NOW.date(), by=self.sun, at=NOW
            )
            for firm in (self.kangan, self.letter)
        )
        self.standard = quality.register_standard(
            code="SC-60", title="社区养老服务工作手册", kind="SERVICE", by=self.sun, at=NOW
        )
        quality.publish_edition(
            standard_id=self.standard.pk,
            valid_from=date(2026, 1, 1),
            document="城民发〔2026〕6号",
            text="[N2] 按约定时间上门\n服务人员佩戴工作证",
            by=self.sun,
            at=NOW,
        )
        self.site_choice = f"enterprise:{self.kangan.pk}"
        quality.score_site(
            assessment_id=self.scored_site.pk,
            facilities=86,
            environment=90,
            quality=88,
            findings="消毒记录齐全",
            by=lin,
            at=NOW,
        )
        self.bedside = team.filled(team.appointed(elder=self.grandpa), Part.FIRST)

    def _november(self) -> None:
        """Two visits, two lunches, a complaint by telephone; all of it settled and paid but what the bank refuses."""
        self.card = self.kitchen.card(self.li)
        self.kitchen.sell(self.li)
        self.kitchen.sell(self.grandpa)
        self._letter_goes(self.called_order())
        self.visited(self.order(elder=self.grandpa, hour=14))
        call = self.call(reference="line-complaint")
        hotline.end(
            call_id=call.pk, kind="COMPLAINT", elder_id=self.li.pk, note="上次来晚了半小时", by=self.ma, at=self.at
        )
        [self.complaint] = quality.gather_complaints(by=self.sun, at=self.at)
        quality.open_cycle(programme_id=self.programme.pk, on=self.at.date(), by=self.clock, at=self.at)
        self.paid_run = self.approved(self.drawn_up())
        file = settlement.pay(run_id=self.paid_run.pk, by=self.qian, at=self.paid_run.drawn_at + timedelta(hours=3))
        self.refused = Payment.objects.get(statement__run=self.paid_run, statement__enterprise=self.letter)
        settlement.take_return(
            run_id=self.paid_run.pk,
            content=bank_answers(file, failed=(self.refused.number,)),
            by=self.qian,
            at=self.paid_run.drawn_at + timedelta(hours=30),
        )
        at = datetime(2026, 12, 8, 9, tzinfo=BEIJING)
        self.sample = insight.draw(month=self.month, n=2, seed="7", strata="NONE", by=self.auditor, at=at)

    def _letter_goes(self, order: Order) -> None:
        """Let worker Song of Letai serve an order."""
        sent = self.sent(order, enterprise=self.letter)
        dispatch.accept(dispatch_id=sent.pk, by=self.letter_user, at=self.at + timedelta(minutes=5))
        dispatch.assign(
            dispatch_id=sent.pk,
            worker_id=self.other_worker.pk,
            by=self.letter_user,
            at=self.at + timedelta(minutes=9),
        )
        arrival = {"place": HOME, "by": self.other_user}
        visit = visits.check_in(order_id=order.pk, at=order.wanted_from, door_code=order.elder.door_code, **arrival)
        visits.check_out(visit_id=visit.pk, at=order.wanted_until, tasks_done=["地面"], **arrival)

    def _december(self) -> None:
        """A visit whose elder has still to be rung; the statements are out, and Kang'an objects to its own."""
        self.at = datetime(2026, 12, 9, 9, tzinfo=BEIJING)
        visit = self.visited(self.order())
        evening = visit.arrived_at.astimezone(BEIJING).replace(hour=20)
        quality.draw_sample(day=evening.date(), by=self.clock, at=evening)
        december, on_4th = Month(2026, 12), datetime(2027, 1, 4, 9, tzinfo=BEIJING)
        releases = self.published(at=on_4th, month=december)
        sheet = next(row.appraisal for row in releases if row.appraisal.enterprise == self.kangan)
        item = AppraisalItem.objects.filter(appraisal=sheet).first()
        objection = quality.object_to(item_id=item.pk, text="当天路上封闭，已提前通知", by=self.kangan_user, at=on_4th)
        quality.rule(
            objection_id=objection.pk,
            upheld=False,
            score_tenths=item.score_tenths or 0,
            reason="没有查到通知记录",
            by=self.sun,
            at=on_4th,
        )
        for release in releases:
            quality.finalise(appraisal_id=release.appraisal_id, by=self.sun, at=release.object_until)
        self.sheet = sheet
        self.scored = AppraisalItem.objects.get(appraisal=sheet, code="N3")
        self.open_run = settlement.draw_up(month=december, by=self.qian, at=datetime(2027, 1, 8, 9, tzinfo=BEIJING))
        self.statement = Statement.objects.get(run=self.open_run, enterprise=self.kangan)
        settlement.object_to(
            statement_id=self.statement.pk,
            lines=[1],
            text="时长应为两小时",
            by=self.kangan_user,
            at=datetime(2027, 1, 8, 15, tzinfo=BEIJING),
        )

    def _this_monday(self) -> None:
        """Orders at every stage, calls that ring, an emergency, papers that run out, lunches."""
        self.at = datetime(2027, 1, 10, 9, tzinfo=BEIJING)
        self._new_year()
        self.served = self.visited(self.order(hour=8))
        self.here = self.arrived(self.order(hour=10))
        self.coming = self.assigned(self.order(hour=14))
        self.taken = self.accepted(self.order(days=2))
        self.waiting = self.order(days=4)
        self.at = NOW - timedelta(minutes=20)
        self.asked = self.sent(self.order(days=4, elder=self.grandpa))
        moved = self.sent(self.order(days=3, elder=self.grandpa))
        self.offer = dispatch.propose(
            dispatch_id=moved.pk,
            wanted_from=moved.order.wanted_from + timedelta(hours=4),
            note="上午人手都在外面",
            by=self.kangan_user,
            at=NOW - timedelta(minutes=10),
        )
        back = self.sent(self.order(days=5, elder=self.grandpa))
        dispatch.refuse(dispatch_id=back.pk, reason="NO_WORKER", by=self.kangan_user, at=NOW - timedelta(minutes=9))
        dispatch.wish(elder_id=self.li.pk, worker_id=self.zhao.pk, kind=WishKind.WANTED, by=self.ma, at=self.at)
        self.incident = visits.report_incident(
            order_id=self.here.order_id,
            kind="UNWELL",
            note="头晕，坐着休息",
            by=self.zhao_user,
            at=NOW - timedelta(minutes=4),
            key="1",
        )
        for minutes, reference, number in ((15, "missed", "13900000002"), (1, "rings", "13900000001")):
            self.at = NOW - timedelta(minutes=minutes)
            self.call(number, reference=reference, answered=False)
        hotline.hang_up(programme=self.programme, line_reference="missed", at=NOW - timedelta(minutes=14))
        self.at = NOW

    def _other_systems(self) -> None:
        """Kang'an's system has taken one event and not the next; the bureau's is switched off."""
        own = {"by": self.head, "at": NOW - timedelta(minutes=5)}
        system = developer.subscribe(
            organisation_id=self.kangan.organisation_id,
            name="康安派单系统",
            address="https://kangan.example/sangyu/events",
            kinds=["order.moved", "dispatch.sent", "statement.drawn_up"],
            key="kangan",
            **own,
        )
        self.subscription = system.subscription
        for key, status in (("1", 204), ("2", None), ("3", 410)):
            developer.ping(subscription_id=self.subscription.pk, key=f"house-{key}", **own)
            pushed = [Pushed(one, status, "10秒内没有应答" if status is None else "", 184, NOW)
                      for one in outbox.claim_pushes(at=NOW, limit=1)]  # fmt: skip
            self.push = pushed[0].outgoing.push
            outbox.note_pushes(pushed=pushed, at=NOW)
        developer.switch(subscription_id=self.subscription.pk, on=True, by=self.head, at=NOW)
        other = developer.subscribe(
            organisation_id=self.bureau.pk,
            name="市级监管平台",
            address="https://city.example/in",
            kinds=["payment.returned"],
            key="city",
            scheme="ED25519",
            **own,
        )
        developer.switch(subscription_id=other.subscription.pk, on=False, reason="平台升级", **own)

    def _new_year(self) -> None:
        budget.appropriate(
            programme=self.programme,
            fund=FUND,
            year=2027,
            amount_fen=1_200_000_00,
            document="城财预〔2027〕1号",
            by=self.head,
            at=self.at,
            key="2027",
        )
        for enterprise, number in ((self.kangan, "城养合〔2027〕1号"), (self.letter, "城养合〔2027〕2号")):
            providers.sign_contract(
                enterprise=enterprise,
                number=number,
                valid_from=date(2027, 1, 1),
                valid_until=date(2028, 1, 1),
                area_codes=["620102001", "620102002"],
                item_ids=[self.cleaning.pk, self.bathing.pk],
                by=self.head,
                at=self.at,
            )
        providers.lodge_licence(
            enterprise=self.kangan,
            paper=Paper("食品经营许可证", "SP-1", date(2022, 1, 1), date(2027, 2, 1)),
            by=self.head,
            at=self.at,
        )
        self.canteen = self.kitchen.canteen("酒泉路餐厅", self.kangan, contracted_until=date(2028, 1, 1))
        self.sponsor = budget.register_sponsor(name="惟佳慈善基金会", credit_code="", by=self.head, at=self.at)
        self.cashier = self.kitchen.cashier("guo", "郭晴", self.kangan, self.canteen)
        for elder, minutes in ((self.li, 40), (self.grandpa, 25)):
            self.sold = self.kitchen.sell(
                elder, at=NOW - timedelta(minutes=minutes), by=self.cashier, canteen=self.canteen
            )
        quality.open_cycle(programme_id=self.programme.pk, on=NOW.date(), by=self.clock, at=self.at)
        quality.rank(quarter=Quarter(2026, 4), by=self.sun, at=self.at)

    def _drafts(self) -> None:
        """The head proposes a higher credit and a larger sample; nobody has reviewed it."""
        self.draft = access.propose_draft(
            workbook=credit_of(self.programme.pk, first_day=date(2027, 3, 1)),
            workbook_name="城关区规则.xlsx",
            parameters={**PARAMETERS, "share_pm": 300},
            document="城民发〔2027〕3号",
            reason="物价上涨，B类老人月补贴提高到60元",
            wanted_from=date(2027, 3, 1),
            by=self.head,
            at=NOW - timedelta(hours=1),
            key="house",
        )
        self.adopted = adoption_read.newest(self.programme.pk)
        asked = {"figure": "class-b-credit/6/0", "to": "80"}
        self.rehearsed, self.rehearsing = (
            Run.objects.create(
                id=new_id(), programme=self.programme, asked=asked, months=months, title="80元", by=self.head, at=NOW
            )
            for months in (12, 24)
        )
        rehearsals.work(self.rehearsed.pk)
