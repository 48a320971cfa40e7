"""Who may open and press what: one row for every route and method, read by the matrix.

A row is: method, route, who may sit there, how far the route reaches, and the words of the address and of the form.
`SEATS>WRITERS` parts those who see the page from those whose press counts; a group's name stands for its roles.
A method with a question mark is a press that this house has no use for: the right person, too, is refused by the state
of things, which proves only that nobody else gets further.

How far a route reaches: `own` - what belongs to one programme and, for enterprises, workers, tills and communities, to
one of them; `programme` - everybody of the programme with that role; `self` - only ever what is the viewer's own.

A word that begins with a dot is read from the house, `name=value` is typed into the form, `?a=b` is asked along, and
`@step` is a step of the house that is taken first.
"""

from __future__ import annotations

from dataclasses import dataclass

from sangyu.access.models import Role

GROUPS = {
    "EVERYBODY": " ".join(Role.values),
    "AGENTS": "AGENT SUPERVISOR",
    "HELPERS": "AGENT SUPERVISOR DISPATCHER",
    "DISPATCHERS": "DISPATCHER SUPERVISOR",
    "MEMBERS": "DISPATCHER SUPERVISOR BUREAU",
    "ADMITTERS": "SUPERVISOR BUREAU",
    "TEXTERS": "SUPERVISOR DISPATCHER QUALITY AGENT",
    "CHECKERS": "QUALITY SUPERVISOR BUREAU AUDITOR",
    "MONEY": "FINANCE APPROVER BUREAU DEPUTY HEAD AUDITOR",
    "SIGNERS": "APPROVER DEPUTY HEAD",
    "OVERSEERS": "BUREAU DEPUTY HEAD AUDITOR",
    "FREEZERS": "BUREAU DEPUTY HEAD",
    "FOLLOWERS": "FINANCE APPROVER BUREAU DEPUTY HEAD AUDITOR",
    "CANTEEN": "TILL ENTERPRISE",
    "NOBODY": "",
}

ROUTES = """
GET   home                        EVERYBODY               self
POST  sign-out                    EVERYBODY               self
GET   account                     EVERYBODY               self
GET   account-password            EVERYBODY               self
POST  account-password            EVERYBODY               self       old=sangyu-demo new=huanghe-fengqing-zai-lanzhou again=huanghe-fengqing-zai-lanzhou
POST? session-end                 EVERYBODY               self       somebody-elses
GET   factor-add                  EVERYBODY               self
GET   app-add                     EVERYBODY               self
POST? app-add                     EVERYBODY               self       code=000000
GET   passkey-add                 EVERYBODY               self
POST? passkey-add                 EVERYBODY               self       answer={}
POST? factor-remove               EVERYBODY               self       .nothing
GET   look-up-document            COMMUNITY+SUPERVISOR+BUREAU own    .li.pk
POST  look-up-document            COMMUNITY+SUPERVISOR+BUREAU own    .li.pk reason=窗口核对
GET   hotline:desk                AGENTS                  programme  ?find=李
GET   hotline:live                AGENTS                  programme
GET   hotline:live-day            AGENTS                  programme
GET   hotline:line                AGENTS                  programme
GET   hotline:alarms              EVERYBODY               programme
POST  hotline:alarm-take          EVERYBODY>HELPERS       own        .alarm.pk
POST  hotline:alarm-step          EVERYBODY>HELPERS       own        .alarm.pk @alarm_taken rung=FAMILY note=已通知 key=1
POST  hotline:alarm-close         EVERYBODY>HELPERS       own        .alarm.pk @alarm_taken outcome=REAL note=家属已到
POST  hotline:alarm-read          EVERYBODY>WORKER        own        .alarm.pk @alarm_closed
GET   hotline:elder-orders        AGENTS                  own        .li.pk
POST  hotline:wish                AGENTS                  own        .li.pk worker=.zhao.pk kind=NOT_AGAIN
GET   hotline:shift               SUPERVISOR              programme
GET   hotline:shift-live          SUPERVISOR              programme
GET   hotline:calls               AGENTS                  programme
POST  hotline:by-hand             AGENTS                  programme  @line_free caller_number=13900000001 key=.key
POST  hotline:answer              AGENTS                  own        .ringing.pk @line_free
POST  hotline:end                 AGENTS                  own        .talking.pk kind=CONSULTATION note=问卡
POST  hotline:not-reached         AGENTS                  own        .missed.pk @rung_back
POST  hotline:request-registration AGENTS                 own        .talking.pk name=孟玉梅 phone=13900000044 community=620102001001 address=南门巷2号
POST  hotline:lost-card           AGENTS                  own        .card.pk
POST  hotline:place               AGENTS                  own        .talking.pk elder=.grandpa.pk q=SH001 item=.cleaning.pk day=2027-01-13 hour=15 key=.key
GET   hotline:compose             AGENTS                  programme  ?q=SH001
GET   hotline:order               AGENTS                  own        .waiting.pk
POST  hotline:send                AGENTS                  own        .waiting.pk enterprise=.kangan.pk
GET   dispatching:board           DISPATCHERS             programme
POST  dispatching:send-selected   DISPATCHERS             own        orders=.waiting.pk
GET   dispatching:order           DISPATCHERS             own        .waiting.pk
GET   dispatching:candidates      DISPATCHERS             own        .waiting.pk
POST  dispatching:send            DISPATCHERS             own        .waiting.pk enterprise=.kangan.pk
GET   dispatching:cancel          DISPATCHERS             own        .waiting.pk
POST  dispatching:cancel          DISPATCHERS             own        .waiting.pk reason=老人住院
GET   dispatching:proposals       DISPATCHERS             programme
POST  dispatching:answer          DISPATCHERS             own        .offer.pk answer=yes
GET   dispatching:incidents       DISPATCHERS             programme
POST  dispatching:decide          DISPATCHERS             own        .incident.pk what=GO_ON note=休息后继续
GET   dispatching:enterprises     MEMBERS                 programme
GET   dispatching:apply           ADMITTERS               programme
POST  dispatching:apply           ADMITTERS               programme  name=和顺养老服务有限公司 short_name=和顺 credit_code=.new_credit_code phone=09318100009 lng=103.83 lat=36.06 capacity_per_day=10 bank_name=兰州示例银行 bank_account=6200000000000000009 licence_kind=营业执照 licence_number=YY-9 licence_from=2020-01-01 licence_until=2028-01-01 document=申请表9号
GET   dispatching:enterprise      MEMBERS                 own        .kangan.pk
GET   dispatching:licence         ADMITTERS               own        .kangan.pk
POST  dispatching:licence         ADMITTERS               own        .kangan.pk kind=营业执照 number=YY-2 valid_from=2028-01-01 valid_until=2040-01-01
GET   dispatching:contract        ADMITTERS               own        .kangan.pk
POST  dispatching:contract        ADMITTERS               own        .kangan.pk number=城养合〔2027〕9号 valid_from=2028-01-01 valid_until=2029-01-01 areas=620102001 items=.cleaning.pk
GET   dispatching:stand           ADMITTERS               own        .kangan.pk suspend
POST  dispatching:stand           ADMITTERS               own        .kangan.pk suspend reason=停业 document=城民函3号
GET   community:elders            COMMUNITY               own        ?q=李
GET   community:register          COMMUNITY               self
POST  community:register          COMMUNITY               programme  step=confirm name=孟玉梅 document_number=.new_number community_code=620102001001 address=南门巷2号 hukou_in_area=yes phone=13900000044
GET   community:registered        COMMUNITY               own        .li.pk
GET   community:elder             COMMUNITY               own        .li.pk
POST  community:recognise         COMMUNITY               own        .grandpa.pk code=living_alone evidence=核实单17号 valid_from=2027-01-01
POST  community:end-recognition   COMMUNITY               own        .li.pk identity=.identity.pk until=2027-01-11 reason=不再独居
POST  community:record-death      COMMUNITY               own        .grandpa.pk died_on=2027-01-10 sure=on
POST  community:withdraw-death    COMMUNITY               own        .grandpa.pk @died withdrawn_because=同名登记错误
GET   community:cards             COMMUNITY               own        .li.pk
POST  community:card-issue        COMMUNITY               own        .grandpa.pk number=6201000012340009
POST  community:card-lost         COMMUNITY               own        .li.pk
POST  community:card-found        COMMUNITY               own        .li.pk @card_lost
GET   provider:inbox              ENTERPRISE              own
POST  provider:accept-all         ENTERPRISE              own        dispatch=.asked.pk
GET   provider:dispatch           ENTERPRISE              own        .asked.pk
POST  provider:accept             ENTERPRISE              own        .asked.pk
POST  provider:refuse             ENTERPRISE              own        .asked.pk reason=TOO_FAR
POST  provider:assign             ENTERPRISE              own        .taken.pk worker=.zhao.pk
POST  provider:propose            ENTERPRISE              own        .asked.pk wanted_from=2027-01-15T15:00 note=上午已满
GET   provider:workers            ENTERPRISE              own
GET   provider:take-on            ENTERPRISE              self
POST  provider:take-on            ENTERPRISE              self       name=李暖 sex=FEMALE phone=13900000051 skills=保洁
GET   provider:worker             ENTERPRISE              own        .zhao.pk
POST  provider:add-certificate    ENTERPRISE              own        .zhao.pk kind=急救员证 number=JJ-9 valid_from=2027-01-01 valid_until=2030-01-01
POST  provider:let-go             ENTERPRISE              own        .zhao.pk left_on=2027-01-11 reason=回乡
GET   provider:licences           ENTERPRISE              own
GET   provider:pay                ENTERPRISE              own
POST  provider:set-pay            ENTERPRISE              own        .cleaning.pk pay=48.50 valid_from=2027-02-01
GET   provider:incidents          ENTERPRISE              own
GET   provider:appraisals         ENTERPRISE              own
GET   provider:appraisal          ENTERPRISE              own        .sheet.pk
POST? provider:object-to-item     ENTERPRISE              own        .sheet.pk .sheet_item.pk text=不服
GET   provider:statements         ENTERPRISE              own
GET   provider:statement          ENTERPRISE              own        .statement.pk
POST  provider:confirm            ENTERPRISE              own        .statement.pk @december_answered invoice_number=04412027
POST  provider:object-to-statement ENTERPRISE             own        .statement.pk @december_answered text=少算
GET   carer:today                 WORKER                  own
GET   carer:month                 WORKER                  own
GET   carer:visit                 WORKER                  own        .here.order_id
POST  carer:arrive                WORKER                  own        .coming.order_id lng=103.8343 lat=36.0611
POST  carer:leave                 WORKER                  own        .here.order_id lng=103.8343 lat=36.0611 tasks=地面
POST  carer:add_photo             WORKER                  own        .here.order_id photo=.picture
GET   carer:report                WORKER                  own        .here.order_id
POST  carer:report                WORKER                  own        .here.order_id kind=DAMAGE note=碰碎一只碗 key=.key
GET   carer:incident              WORKER                  own        .here.order_id .incident.pk
POST  carer:add_incident_photo    WORKER                  own        .here.order_id .incident.pk photo=.picture
GET   papers:file                 ENTERPRISE+WORKER+AGENT+SUPERVISOR+DISPATCHER+QUALITY+FINANCE+APPROVER+BUREAU+DEPUTY+HEAD+AUDITOR+CLOCK own .shot.file_id
GET   till:desk                   TILL                    own
POST? till:find                   TILL                    programme  q=李秀兰
POST  till:sell                   TILL                    programme  @hungry elder=.li.pk found_by=NAME agreed=on key=.key
POST  till:refund                 TILL                    own        sale=.last_sale.pk reason=刷错人
GET   till:today                  CANTEEN                 own
GET   till:day                    CANTEEN                 own        2027-01-11
POST  till:close                  CANTEEN                 self       2027-01-10
GET   till:this-month             CANTEEN                 own
GET   till:month                  CANTEEN                 own        2027-01
GET   quality:queue               CHECKERS                programme
GET   quality:task                CHECKERS                own        .to_ring.pk
POST  quality:task                CHECKERS>QUALITY        own        .to_ring.pk happened=yes came_on_time=yes paid_as_told=yes satisfaction=5 complains=no
GET   quality:samples             CHECKERS                programme
GET   quality:sample              CHECKERS                own        2026-12-10
POST  quality:draw                CHECKERS>QUALITY        programme
GET   quality:complaints          CHECKERS                programme
POST  quality:gather              CHECKERS>QUALITY        programme  @complained
GET   quality:complaint           CHECKERS                own        .complaint.pk
POST  quality:give                CHECKERS>QUALITY+SUPERVISOR own    .complaint.pk owner=.other_agent.pk
POST  quality:decide              CHECKERS>QUALITY        own        .complaint.pk upheld=no finding=录音可查
POST  quality:close               CHECKERS>QUALITY        own        .complaint.pk @complaint_decided satisfaction=4
GET   quality:appraisals          CHECKERS                programme
GET   quality:appraisal-month     CHECKERS                programme  2026-12
POST? quality:draft               CHECKERS>QUALITY        programme  2027-01
POST? quality:release-month       CHECKERS>QUALITY        programme  2026-12
GET   quality:month-list          CHECKERS                programme  2026-12
GET   quality:sheet               CHECKERS                own        .sheet.pk
POST? quality:release             CHECKERS>QUALITY        own        .sheet.pk
POST? quality:finalise            CHECKERS>QUALITY        own        .sheet.pk
POST? quality:score               CHECKERS>QUALITY        own        .sheet_item.pk
POST? quality:rule                CHECKERS>QUALITY+BUREAU own        .sheet_objection.pk
GET   quality:checks              CHECKERS                programme
POST? quality:open-tasks          CHECKERS>QUALITY        programme
GET   quality:check               CHECKERS                own        .check.pk
POST  quality:check               CHECKERS>QUALITY        own        .check.pk in_order=yes findings=符合要求
POST  quality:close-check         CHECKERS>QUALITY        own        .check.pk @check_failed text=已清理
GET   quality:week-list           CHECKERS                own        .week.pk
GET   quality:ranking             CHECKERS                programme
GET   quality:quarter             CHECKERS                programme  2026Q4
POST? quality:freeze              CHECKERS>QUALITY        programme  2026Q4
GET   quality:quarter-list        CHECKERS                own        2026Q4
GET   quality:election            CHECKERS                programme
GET   quality:year                CHECKERS                programme  2026
POST? quality:propose             CHECKERS>QUALITY        programme  2026
GET   quality:year-list           CHECKERS                own        2026
POST  quality:decide-nominee      CHECKERS>QUALITY+BUREAU own        .nominee.pk .nominee.pk-elected=yes .nominee.pk-reason=全年无投诉
GET   finance:months              MONEY                   programme
GET   finance:month               MONEY                   programme  2026-11
POST  finance:draw-up             MONEY>FINANCE           programme  2026-12 @statement_withdrawn
POST  finance:approve             MONEY>SIGNERS           own        2026-12 @december_agreed
POST  finance:decline             MONEY>SIGNERS           own        2026-12 @december_agreed reason=发票不符
POST? finance:explain             MONEY>FINANCE           own        2026-12 enterprise=.kangan.pk text=单量变化
POST  finance:pay                 MONEY>FINANCE           own        2026-12 @december_signed form=TREASURY_REQUEST encoding=gb18030
GET   finance:file-n              MONEY                   own        2026-11 1
GET   finance:request             MONEY                   own        2026-11 1 xlsx
GET   finance:month-paper         MONEY                   own        2026-11 approval xlsx
POST  finance:pay-again           MONEY>FINANCE           own        2026-11 @account_released form=TREASURY_REQUEST encoding=gb18030
GET   finance:account             FINANCE                 own        2026-11 .refused.pk
POST  finance:account             FINANCE                 own        2026-11 .refused.pk account_name=乐泰 bank_name=兰州示例银行 bank_account=6200000000000009999 document=乐泰函7号
POST  finance:return              MONEY>FINANCE           own        2026-12 @december_paid file=.bank_file
POST  finance:simulate            MONEY>FINANCE           own        2026-12 @december_paid
GET   finance:statement           MONEY                   own        .statement.pk
GET   finance:statement-paper     MONEY+ENTERPRISE        own        .statement.pk xlsx
POST  finance:take-back           MONEY>FINANCE           own        .paid_statement.pk n=2 reason=时长不足
GET   finance:sheet-paper         MONEY+QUALITY+ENTERPRISE own       .sheet.pk xlsx
POST  finance:waive               MONEY>APPROVER          own        .correction.pk month=2026-11 reason=核对无误
POST  finance:release             MONEY>APPROVER          own        .refused.pk month=2026-11
POST  finance:withdraw            MONEY>FINANCE           own        .statement.pk reason=异议成立
POST  finance:answer              MONEY>FINANCE           own        .objection.pk text=按实际时长
GET   finance:budget              MONEY                   programme
POST  finance:budget              MONEY>BUREAU            programme  fund=.fund amount=5000 reason=寒潮 key=.key
POST? finance:verify              MONEY                   programme
GET   bureau:home                 OVERSEERS               programme
GET   bureau:exceptions           OVERSEERS               programme
GET   bureau:rows                 OVERSEERS               programme  today
GET   bureau:analysis             OVERSEERS               programme  ?since=2026-11-01&on=2027-01-11
GET   bureau:report               OVERSEERS               programme  ?on=2027-01-10
POST  bureau:freeze               OVERSEERS>FREEZERS      programme  on=2027-01-10
GET   bureau:workbook             OVERSEERS               programme  ?on=2027-01-10
GET   bureau:people               OVERSEERS               programme
GET   bureau:invite               BUREAU                  programme
POST  bureau:invite               BUREAU                  programme  organisation=.operator.pk display_name=陶然 username=tao.ran roles=AGENT
GET   bureau:person               OVERSEERS               own        .ma.pk
POST  bureau:person-act           OVERSEERS>BUREAU        own        .ma.pk suspend reason=离职
GET   developer:subscriptions     BUREAU                  programme
GET   developer:new               BUREAU                  programme
POST? developer:new               BUREAU                  programme  name=康安派单系统 organisation=.kangan.organisation_id
GET   developer:subscription      BUREAU                  own        .subscription.pk
POST  developer:switch            BUREAU                  own        .subscription.pk on=0
POST  developer:secret            BUREAU                  own        .subscription.pk key=.key
POST  developer:ping              BUREAU                  own        .subscription.pk key=.key
POST? developer:push-dead-again   BUREAU                  own        .subscription.pk
GET   developer:pushes            BUREAU                  programme
GET   developer:push              BUREAU                  own        .push_id
POST? developer:push-again        BUREAU                  own        .push_id
GET   texting:texts               TEXTERS                 programme
GET   texting:phones              TEXTERS                 programme
POST  texting:rung                TEXTERS                 own        .text.id
GET   audit:search                FOLLOWERS               programme  ?q=0.01
GET   audit:bench                 OVERSEERS               programme
POST  audit:draw                  AUDITOR                 programme  month=2026-11 n=2 seed=蓝 strata=NONE
GET   audit:manifest              OVERSEERS               self
POST? audit:manifest              OVERSEERS               self       manifest={}
GET   audit:roots                 OVERSEERS               programme
GET   audit:worksheet             OVERSEERS               own        .sample.pk
GET   audit:export                OVERSEERS               own        .sample.pk
POST  audit:find                  AUDITOR                 own        .drawn.pk code=1
GET   audit:line                  FOLLOWERS               own        .line.pk
GET   audit:order                 FOLLOWERS               own        .served.order_id
"""

# Addresses that ask for no person, and what they ask for instead.
OPEN_TO_ALL = {
    "sign-in": "the front door",
    "second-factor": "the second step of the front door",
    "set_language": "a choice kept in a cookie",
    "components:all": "samples of made-up people",
    "components:pocket": "samples of made-up people",
    "components:plain": "samples of made-up people",
}
# Addresses that no person opens: a session's cookie is worth nothing there.
KEYED = {
    "exchange:cti-events": "the key of the telephone system",
    "exchange:cti-heartbeat": "the key of the telephone system",
    "exchange:sms-receipts": "the signature of the text gateway",
}
# Every address of the API asks for a token and never looks at a cookie.
MACHINES = "api:"
# The stage of a demo city lets anybody become anybody, on purpose; outside a demo it has no addresses at all.
ONLY_IN_A_DEMO = "stage:"


@dataclass(frozen=True)
class Row:
    """One route and method: who may look, whose press counts, how far it reaches, and what is said to it."""

    method: str
    route: str
    seats: frozenset[str]
    writers: frozenset[str]
    reach: str
    words: tuple[str, ...]
    idle: bool

    @property
    def names_an_object(self) -> bool:
        """Whether the address or the form names something of the house."""
        return self.reach == "own" and any("." in word[:1] or "=." in word for word in self.words)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def rows() -> list[Row]:
    """Read the table."""
    found = []
    for line in ROUTES.strip().splitlines():
        method, route, who, reach, *words = line.split()
        seats, _, writers = who.partition(">")
        found.append(
            Row(
                method=method.rstrip("?"),
                route=route,
                seats=_roles(seats),
                writers=_roles(writers or seats),
                reach=reach,
                words=tuple(words),
                idle=method.endswith("?"),
            )
        )
    return found


def _roles(text: str) -> frozenset[str]:
    names = " ".join(GROUPS.get(name, name) for name in text.split("+")).split()
    unknown = set(names) - set(Role.values)
    if unknown:
        raise ValueError(f"no such role or group: {sorted(unknown)}")
    return frozenset(names)
