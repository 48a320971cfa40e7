"""The full house with one person for every role, and everybody who has no business in it."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from sangyu.access import actions as access
from sangyu.access.models import OrganisationKind, Programme, Role, User
from sangyu.adoption.tests.edits import credit_of
from sangyu.allowances import actions as allowances
from sangyu.applications import actions as applications
from sangyu.applications.models import Agreement
from sangyu.assessment import actions as assessment
from sangyu.files.tests.paint import photo
from sangyu.hotline import actions as hotline
from sangyu.insight.models import DrawnCharge
from sangyu.kit.credit_code import check_character
from sangyu.kit.ids import new_id
from sangyu.matching.tests.conftest import LI, text
from sangyu.meals import actions as meals
from sangyu.meals.models import Sale
from sangyu.outbox import actions as outbox
from sangyu.outbox.actions.texts import Draft
from sangyu.portals.developer import actions as developer
from sangyu.portals.developer.catalogue import open_to
from sangyu.quality import actions as quality
from sangyu.quality.models import AppraisalItem, CycleTask, Election, Nominee, Objection
from sangyu.registry import actions as registry
from sangyu.registry.models import Contact, Identity
from sangyu.safety import actions as safety
from sangyu.safety.models import Alarm
from sangyu.settlement import actions as settlement
from sangyu.settlement import queries as settlement_read
from sangyu.settlement.models import Correction, Line, PaymentFile, StatementObjection
from sangyu.visits import actions as visits
from tests.cast import FUND, resident_number
from tests.month_end import bank_answers
from tests.walks.full_house import NOW, FullHouse

NORTH = "620102002001"


class Walled(FullHouse):
    """The full house; `people` hold one role each, `strangers` hold the same roles where nothing of it is theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOW
        self.people = self._people()
        self.strangers = self._strangers()
        self._more_on_the_shelves()

    def _people(self) -> dict[str, User]:
        return {
            Role.AGENT: self.ma,
            Role.SUPERVISOR: self.user(self.operator, "only-supervisor", "沈岚", Role.SUPERVISOR),
            Role.DISPATCHER: self.wang,
            Role.COMMUNITY: self.clerk,
            Role.ENTERPRISE: self.kangan_user,
            Role.WORKER: self.zhao_user,
            Role.TILL: self.cashier,
            Role.ASSESSOR: self.lin,
            Role.QUALITY: self.sun,
            Role.FINANCE: self.qian,
            Role.APPROVER: self.feng,
            Role.BUREAU: self.user(self.bureau, "only-bureau", "方静", Role.BUREAU),
            Role.DEPUTY: self.deputy,
            Role.HEAD: self.user(self.bureau, "only-head", "严正", Role.HEAD),
            Role.AUDITOR: self.auditor,
            Role.CLOCK: self.clock,
        }

    def _strangers(self) -> dict[str, list[User]]:
        """Everybody of a role to whom the house's own people, orders and months do not belong.

        The programme next door has the same district as its area, so an area alone keeps nothing apart.
        """
        next_door = access.found_programme(
            slug="next-door", name="隔壁虚拟养老院", area_code="620102", hotline_number="965886"
        )
        found = {role: [self._next_door(next_door, role)] for role in Role.values}
        found[Role.ENTERPRISE].append(self.letter_user)
        found[Role.WORKER] += [self.other_user, self._colleague()]
        found[Role.TILL].append(self.kitchen.outsider)
        found[Role.ASSESSOR].append(self.user(self.lin.organisation, "nowhere-sent", "闻溪", Role.ASSESSOR))
        north = access.found_organisation(
            programme=self.programme, kind=OrganisationKind.COMMUNITY, name="北园社区", area_code=NORTH
        )
        found[Role.COMMUNITY].append(self.user(north, "north", "季北", Role.COMMUNITY))
        return found

    def _next_door(self, programme: Programme, role: str) -> User:
        kinds = {
            Role.COMMUNITY: OrganisationKind.COMMUNITY,
            Role.ENTERPRISE: OrganisationKind.ENTERPRISE,
            Role.WORKER: OrganisationKind.ENTERPRISE,
            Role.TILL: OrganisationKind.ENTERPRISE,
            Role.ASSESSOR: OrganisationKind.ASSESSOR,
        }
        kind = kinds.get(role, OrganisationKind.OPERATOR)
        where = access.found_organisation(programme=programme, kind=kind, name=f"隔壁{role}", area_code="620102")
        return self.user(where, f"next-door-{role.lower()}", "邻座", role)

    def _colleague(self) -> User:
        """Somebody who works for the same enterprise and was sent to none of these doors."""
        user = self.user(self.kangan.organisation, "colleague", "袁安", Role.WORKER)
        self.worker(self.kangan, "袁安", "13900000013", user)
        return user

    def _more_on_the_shelves(self) -> None:
        """What the pages alone do not need: a photo, a call being talked, a nominee, an objection to a sheet."""
        moment = self.here.arrived_at + timedelta(minutes=5)
        self.shot = visits.add_photo(visit_id=self.here.pk, content=photo(), by=self.zhao_user, at=moment)
        self.handed_in = applications.add_paper(
            application_id=self.application.pk, title="困难认定书", content=photo(), by=self.clerk, at=NOW
        )
        kept = self.handed_in.file
        Agreement.objects.create(
            application=self.application, n=1, file=kept, sha256=kept.sha256, by=self.clerk, at=NOW
        )
        self.proof = assessment.add_evidence(
            appointment_id=self.bedside.pk, item="B.2.4", content=photo(), by=self.lin, at=NOW
        )
        self.alarm = Alarm.objects.get()
        self.nothing = new_id()
        self.subscription = outbox.subscribe(
            programme_id=self.programme.pk,
            organisation_id=self.kangan.organisation_id,
            sees_all=False,
            name="康安派单系统",
            address="https://hook.example/",
            kinds=open_to(sees_all=False),
            scheme="HMAC",
            by_id=self.head.pk,
            at=NOW,
            key="1",
        ).subscription
        self.push_id = developer.ping(subscription_id=self.subscription.pk, by=self.head, at=NOW, key="1")
        self.ringing = self.call("13900000001", reference="rings", answered=False)
        self.missed = self.call("13900000002", reference="missed", answered=False)
        self.talking = self.call("13900000002", reference="talks")
        self.identity = Identity.objects.filter(elder=self.li).earliest("id")
        self.number = Contact.objects.filter(elder=self.li).earliest("order")
        self.text = self._text_that_reached_nobody()
        self.drawn = DrawnCharge.objects.filter(draw=self.sample).earliest("n")
        self.sheet_item = AppraisalItem.objects.filter(appraisal=self.sheet).earliest("id")
        self.sheet_objection = Objection.objects.get()
        self.objection = StatementObjection.objects.get()
        self.week = CycleTask.objects.earliest("id")
        self.sold_today = list(Sale.objects.filter(canteen=self.canteen).order_by("sold_at", "id"))
        self.last_sale = self.sold_today[-1]
        self.paid_line = Line.objects.get(statement__run=self.paid_run, statement__enterprise=self.kangan, n=1)
        self.paid_statement = self.paid_line.statement
        self.correction = self._line_taken_back()
        election = Election.objects.create(programme=self.programme, year=2026, ranked=2, by=self.sun, at=NOW)
        self.nominee = Nominee.objects.create(
            election=election, enterprise=self.kangan, place=1, mean_hundredths=9876, quarter_places={"2026Q1": 1}
        )

    def _text_that_reached_nobody(self) -> Draft:
        """Somebody has to ring Grandfather Wang, who has no mobile number."""
        text = Draft(
            programme_id=self.programme.pk,
            cause_kind="order",
            cause_id=self.waiting.pk,
            n=1,
            to="ELDER",
            elder_id=self.grandpa.pk,
            phone="",
            template="placed",
            body="王德厚老人，您的服务已登记。",
            told={},
            not_before=NOW,
            send_until=NOW + timedelta(hours=8),
        )
        outbox.queue_texts(drafts=[text], at=NOW)
        return text

    def _line_taken_back(self) -> Correction:
        """Finance has noted that a paid line was wrong."""
        return settlement.take_back(line_id=self.paid_line.pk, reason="时长不足", by=self.qian, at=NOW)

    # --- what is typed

    fund = FUND
    new_number = resident_number(date(1940, 2, 1), 44)
    new_credit_code = "91620102MA0000009" + check_character("91620102MA0000009")

    @property
    def waiting_for_kangan(self) -> str:
        """An order and the enterprise that was seen beside it, as a selected row of the board says it."""
        return f"{self.waiting.pk}:{self.kangan.pk}"

    @property
    def key(self) -> str:
        """A key of its own for every press."""
        return str(new_id())

    @property
    def picture(self) -> SimpleUploadedFile:
        """A photo as a phone sends it."""
        return SimpleUploadedFile("a.jpg", photo(80, 60, colour=(9, 9, 9)))

    @property
    def roster(self) -> SimpleUploadedFile:
        """What another authority sends."""
        return SimpleUploadedFile("名册.csv", text("姓名,身份证号", [f"李秀兰,{LI}"]), content_type="text/csv")

    @property
    def bank_file(self) -> SimpleUploadedFile:
        """What the bank answers to the last file of November."""
        return SimpleUploadedFile("回单.csv", bank_answers(PaymentFile.objects.latest("at")))

    @property
    def rules_file(self) -> SimpleUploadedFile:
        """The workbook of the rules with another monthly credit from a day on."""
        content = credit_of(self.programme.pk, yuan=70, first_day=date(2027, 3, 1))
        return SimpleUploadedFile("规则.xlsx", content)

    # --- steps that bring the house to where a press has something to press; each is taken back afterwards

    def alarm_taken(self) -> None:
        """Agent Ma has the emergency in hand."""
        safety.take(alarm_id=self.alarm.pk, by=self.ma, at=NOW)

    def alarm_closed(self) -> None:
        """The emergency is over, and worker Zhao, who raised it, may read how."""
        self.alarm_taken()
        safety.close(alarm_id=self.alarm.pk, outcome="REAL", note="家属已到", by=self.ma, at=NOW)

    def line_free(self) -> None:
        """Agent Ma is done with the call that she was in."""
        hotline.end(call_id=self.talking.pk, kind="CONSULTATION", by=self.ma, at=NOW)

    def rung_back(self) -> None:
        """Agent Ma rings the missed caller back."""
        self.line_free()
        hotline.answer(call_id=self.missed.pk, by=self.ma, at=NOW)

    def card_lost(self) -> None:
        """Grandmother Li has lost her card."""
        registry.report_lost(card_id=self.card.pk, by=self.clerk, at=NOW)

    def housed(self) -> None:
        """Both live in one household."""
        registry.share_household(
            elder_id=self.li.pk, other_id=self.grandpa.pk, since=date(2027, 1, 1), by=self.clerk, at=NOW
        )

    def merged(self) -> None:
        """Two people have taken both records for one person."""
        for by in (self.clerk, self.people[Role.BUREAU]):
            registry.rule_duplicate(
                case_id=self.doubt.pk, verdict="SAME", survivor_id=self.li.pk, reason="误判", by=by, at=NOW
            )

    def died(self) -> None:
        """Somebody has written down that Grandfather Wang has died."""
        registry.record_death(elder_id=self.grandpa.pk, died_on=NOW.date(), by=self.clerk, at=NOW)

    def december_answered(self) -> None:
        """The objection to December's statement is answered."""
        settlement.answer(objection_id=self.objection.pk, text="按实际时长", by=self.qian, at=NOW)

    def december_agreed(self) -> None:
        """Every enterprise has confirmed December, and every leap is explained: it waits for its first signature."""
        self.december_answered()
        for user in (self.kangan_user, self.letter_user):
            for statement in settlement_read.statements(user).filter(run=self.open_run):
                settlement.confirm(statement_id=statement.pk, invoice_number="04412027", by=user, at=NOW)
        for swing in settlement_read.swings(self.qian, self.open_run):
            settlement.explain(
                run_id=self.open_run.pk, enterprise_id=swing.enterprise.pk, text="单量变化", by=self.qian, at=NOW
            )

    def december_signed(self) -> None:
        """All three have signed December."""
        self.december_agreed()
        for signer in (self.feng, self.deputy, self.head):
            settlement.approve(run_id=self.open_run.pk, by=signer, at=NOW)

    def december_paid(self) -> None:
        """The money of December is asked for."""
        self.december_signed()
        settlement.pay(run_id=self.open_run.pk, by=self.qian, at=NOW)

    def telephone_approved(self) -> None:
        """The telephone credit of January is approved, and the company has an account."""
        allowances.approve(run_id=self.telephone.pk, by=self.feng, at=NOW)
        allowances.set_account(
            code="phone-credit",
            holder="示例通信公司",
            account="6200000000000002",
            bank="兰州示例银行",
            document="合同",
            by=self.head,
            at=NOW,
            key="1",
        )

    def telephone_sent(self) -> None:
        """The bank is asked for the telephone credit of January."""
        self.telephone_approved()
        allowances.pay(run_id=self.telephone.pk, by=self.qian, at=NOW)

    def account_released(self) -> None:
        """The approver has looked at the account of the refused payment and lets it go again."""
        settlement.release(payment_id=self.refused.pk, by=self.feng, at=NOW)

    def complaint_decided(self) -> None:
        """The complaint has its result."""
        quality.decide_complaint(
            complaint_id=self.complaint.pk, upheld=False, finding="已核对录音", enterprise_id=None, by=self.sun, at=NOW
        )

    def check_failed(self) -> None:
        """The check has found something that is to be corrected."""
        quality.record_check(
            check_id=self.check.pk,
            in_order=False,
            findings="通道堵塞",
            correct_by_on=date(2027, 1, 18),
            bodies="消防",
            by=self.sun,
            at=NOW,
        )

    def statement_withdrawn(self) -> None:
        """Finance has taken Kang'an's statement back, to draw it up anew."""
        settlement.withdraw(statement_id=self.statement.pk, reason="异议成立", by=self.qian, at=NOW)

    def complained(self) -> None:
        """Somebody has complained on the telephone, and nobody has opened a case."""
        hotline.end(
            call_id=self.talking.pk, kind="COMPLAINT", elder_id=self.grandpa.pk, note="来晚了", by=self.ma, at=NOW
        )

    def hungry(self) -> None:
        """Both have given today's lunch back."""
        for sale in reversed(self.sold_today):
            meals.refund(sale_id=sale.pk, reason="老人不用餐了", by=self.cashier, at=NOW)

    # --- what must not be read by others

    def marks(self, username: str) -> list[str]:
        """Words that only those may read to whom they belong, as seen from one stranger."""
        elders = [self.li, self.grandpa]
        people = [elder.name for elder in elders] + ["13900000001", "13900000002", "09318000001"]
        if username == self.kitchen.outsider.username:
            return []
        own = [self.zhao.name, "13900000011", str(self.asked.pk), str(self.statement.pk), str(self.sheet.pk)]
        if username in {self.letter_user.username, self.other_user.username, "colleague", "north"}:
            return own[1:] if username == "colleague" else (people if username == "north" else own)
        return [*people, *own, self.kangan.name, self.ma.display_name]
