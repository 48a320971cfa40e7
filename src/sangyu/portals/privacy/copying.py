"""Everything the house knows of one elder, gathered from each room, as a file for people and a file for machines."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sangyu.access.models import User
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import Approval
from sangyu.allowances.models import Line as AllowanceLine
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Unclaimed, Waiver
from sangyu.assessment import queries as assessment_read
from sangyu.benefits import queries as benefits_read
from sangyu.benefits.models import Reversal, StatedFact
from sangyu.dispatch import queries as dispatch_read
from sangyu.hotline import queries as hotline_read
from sangyu.kit.money import yuan
from sangyu.matching import queries as matching_read
from sangyu.meals import queries as meals_read
from sangyu.orders import queries as orders_read
from sangyu.outbox import queries as outbox_read
from sangyu.portals.finance.papers import Paper, as_pdf
from sangyu.portals.finance.papers.paper import Column, Table
from sangyu.portals.privacy.words import fact_word, verb_word
from sangyu.privacy import queries as privacy_read
from sangyu.quality import queries as quality_read
from sangyu.registry import queries as registry_read
from sangyu.registry.models import Elder, HouseholdMember
from sangyu.safety import queries as safety_read
from sangyu.visits import queries as visits_read

BEIJING = ZoneInfo("Asia/Shanghai")
ROWS_MAX = 2_000
LEFT_OUT = (
    "照片、录音、签名、评估和申请的逐项内容、各部门交来的名册和还没有导入的表格不在这份副本里，要看请向经办人提出。"
)
FIRST = (1980, 1, 1, 0, 0, 0)  # of a file in the archive, so that the same rows make the same bytes


@dataclass(frozen=True)
class Chapter:
    """One room's part: what it is called, its columns, and its rows as text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def chapters(viewer: User, elder: Elder, *, number: str) -> list[Chapter]:
    """Gather what every room holds of an elder; `number` is the document's, which is shown against a reason only.

    Raises: NotFound, for an elder whom the viewer may not see.
    """
    ids = registry_read.same_as(registry_read.get_elder(viewer, elder.pk).pk)
    taken_back = dict(Reversal.objects.filter(charge__elder__in=ids).values_list("charge", "reason"))
    return [
        _chapter("登记", ("项目", "内容"), _basics(elder, number)),
        _chapter(
            "证件",
            ("证件", "号码（部分）", "有效期到"),
            ((r.label, r.masked, r.expires_on) for r in registry_read.documents(viewer, elder)),
        ),
        _chapter(
            "联系人",
            ("关系", "姓名", "电话"),
            ((r.relation, r.name, r.phone) for r in registry_read.contacts(viewer, elder)),
        ),
        _chapter(
            "亲属和监护",
            ("关系", "姓名", "监护", "从", "到"),
            (
                (r.get_relation_display(), r.name, r.get_guardianship_display(), r.valid_from, r.valid_until)
                for r in registry_read.kin(viewer, elder)
            ),
        ),
        _chapter(
            "同住",
            ("从", "到"),
            (
                (r.valid_from, r.valid_until)
                for r in HouseholdMember.objects.filter(elder__in=ids).order_by("valid_from", "id")
            ),
        ),
        _chapter(
            "身份认定",
            ("身份", "材料", "从", "到"),
            (
                (r.get_code_display(), r.evidence, r.valid_from, r.valid_until)
                for r in registry_read.identities(viewer, elder)
            ),
        ),
        _chapter(
            "申报的情况",
            ("情况", "内容", "材料", "从", "到"),
            (
                (r.name, r.value, r.evidence, r.valid_from, r.valid_until)
                for r in StatedFact.objects.filter(elder__in=ids).order_by("valid_from", "id")
            ),
        ),
        _chapter(
            "短期入住",
            ("名称", "预约时间", "机构", "从", "预约天数", "实际天数", "备注", "费用", "账单"),
            (
                (r.booking.title, r.booking.at, r.booking.house, r.booking.from_on, r.booking.days, *_ended(r))
                for r in benefits_read.stays(viewer, elder)
            ),
        ),
        _chapter(
            "领用的设备",
            ("名称", "编号", "领用单", "领用", "退回", "原因"),
            (
                (r.hand_over.title, r.hand_over.serial_number, r.hand_over.receipt, r.hand_over.handed_on, *_back(r))
                for r in benefits_read.pieces(viewer, elder)
            ),
        ),
        _chapter(
            "以前的住处",
            ("社区", "地址", "到", "原因"),
            ((r.community, r.address, r.valid_until, r.reason) for r in registry_read.residences(viewer, elder)),
        ),
        _chapter("老人卡", ("卡号", "发卡"), ((r.number, r.issued_on) for r in registry_read.cards_of(viewer, elder))),
        _chapter(
            "来电",
            ("时间", "号码", "结果", "记录"),
            (
                (r.rang_at, r.caller_number, r.get_end_display(), r.note)
                for r in hotline_read.calls(viewer).filter(elder__in=ids).order_by("rang_at", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "报警",
            ("时间", "电话", "记录"),
            (
                (r.raised_at, r.phone, r.note)
                for r in safety_read.alarms(viewer).filter(elder__in=ids).order_by("raised_at", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "投诉",
            ("编号", "时间", "内容"),
            ((r.number, r.opened_at, r.text) for r in quality_read.complaints(viewer).filter(elder__in=ids)[:ROWS_MAX]),
        ),
        _chapter(
            "工单",
            ("单号", "项目", "约定时间", "状态", "价格（元）", "自付（元）", "备注"),
            (
                (
                    r.number,
                    r.item.name,
                    r.wanted_from,
                    r.get_stage_display(),
                    yuan(r.price_fen),
                    yuan(r.elder_fen),
                    r.note,
                )
                for r in orders_read.orders(viewer).filter(elder__in=ids).order_by("wanted_from", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "想要的服务人员",
            ("服务人员", "怎么说", "时间"),
            ((r.worker.name, r.get_kind_display(), r.at) for r in dispatch_read.wishes(viewer, elder)),
        ),
        _chapter(
            "上门",
            ("到达", "服务人员", "企业", "项目"),
            (
                (r.arrived_at, r.worker.name, r.enterprise.short_name, r.order.item.name)
                for r in visits_read.visits(viewer).filter(order__elder__in=ids).order_by("arrived_at", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "就餐",
            ("时间", "食堂", "餐次", "价格（元）", "自付（元）", "退餐"),
            (
                (r.sold_at, r.canteen.name, r.get_meal_display(), yuan(r.price_fen), yuan(r.elder_fen), r.refund_reason)
                for r in meals_read.sales(viewer).filter(elder__in=ids).order_by("sold_at", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "收费",
            ("日期", "项目", "价格（元）", "政府付（元）", "自付（元）", "冲回"),
            (
                (
                    r.service_on,
                    r.item.name,
                    yuan(r.price_fen),
                    yuan(r.public_fen),
                    yuan(r.elder_fen),
                    taken_back.get(r.pk),
                )
                for r in benefits_read.charges(viewer).filter(elder__in=ids).order_by("service_on", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "津贴",
            ("月份", "名目", "金额（元）", "理由"),
            (
                (r.period, r.run.scheme.title, yuan(r.amount_fen), r.because)
                for r in AllowanceLine.objects.filter(elder__in=ids, run__in=Approval.objects.values("run"))
                .exclude(amount_fen=0)
                .select_related("run__scheme")
                .order_by("period", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "收款账户",
            ("户名", "账号", "银行", "凭据", "时间"),
            (
                (r.holder, number, r.bank, r.document, r.at)
                for r, number in allowances_read.accounts_with_numbers(viewer, elder)
            ),
        ),
        _chapter(
            "能力评估",
            ("等级", "从", "到"),
            (
                (r.label, r.valid_from, r.ends_on)
                for pk in sorted(ids)
                for r in assessment_read.conclusions_of(viewer, pk)
            ),
        ),
        _chapter(
            "评估时问到的情况",
            ("评估日期", "项目", "内容"),
            (
                (r.assessment.base_on, one.particular.label, one.words)
                for pk in sorted(ids)
                for r in assessment_read.conclusions_of(viewer, pk)
                for one in assessment_read.particulars(r.assessment)
                if one.value
            ),
        ),
        _chapter(
            "旧评估结果",
            ("等级", "评估日期", "评估机构", "材料"),
            (
                (r.label, r.assessed_on, r.body, r.source)
                for pk in sorted(ids)
                for r in assessment_read.papers_of(viewer, pk)
            ),
        ),
        _chapter(
            "名册比对",
            ("时间", "原登记", "名册", "原因"),
            (
                (r.at, r.before, r.after, r.why)
                for r in matching_read.differences(viewer).filter(elder__in=ids).order_by("at", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "报丧",
            ("时间", "谁说的", "关系", "去世日期"),
            (
                (r.at, r.told_by, r.relation, r.died_on)
                for pk in sorted(ids)
                for r in matching_read.death_reports(viewer, pk)
            ),
        ),
        _chapter(
            "申请",
            ("申请事项", "申请人", "时间", "状态"),
            (
                (r.title, r.applicant, r.at, r.get_state_display())
                for r in applications_read.applications(viewer).filter(elder__in=ids).order_by("at", "id")[:ROWS_MAX]
            ),
        ),
        _chapter(
            "应享未享",
            ("事项", "为什么", "缺什么", "从哪天起"),
            (
                (r.kind, r.because, r.missing, r.since_on)
                for r in Unclaimed.objects.filter(elder__in=ids).order_by("kind", "id")
            ),
        ),
        _chapter(
            "不申请",
            ("事项", "原话", "时间"),
            ((r.kind, r.reason, r.at) for r in Waiver.objects.filter(elder__in=ids).order_by("at", "id")),
        ),
        _chapter(
            "短信",
            ("时间", "收信人", "号码", "内容"),
            (
                (r.text.at, r.text.get_to_display(), r.text.phone, r.text.body)
                for r in outbox_read.texts_page(elder.programme_id, elder_ids=ids, limit=ROWS_MAX)
            ),
        ),
        _chapter(
            "同意",
            ("时间", "事项", "怎么说", "谁说的", "凭据"),
            (
                (r.at, _topic(r.topic), "同意" if r.agrees else "不同意", r.get_speaker_display(), r.reference)
                for r in privacy_read.history(viewer, elder)
            ),
        ),
        _chapter(
            "个人信息请求",
            ("时间", "要求", "谁提出的", "原话", "答复"),
            (
                (r.at, r.get_kind_display(), r.asker, r.wish, one.answer and one.answer.reason)
                for one in privacy_read.requests_of(viewer, elder)
                for r in [one.request]
            ),
        ),
        _chapter(
            "谁看过、谁改过",
            ("时间", "谁", "单位", "做了什么", "原因"),
            (
                (r.at, r.who, r.organisation, f"{verb_word(r.verb)}{fact_word(r.fact)}", r.reason)
                for r in privacy_read.sights(viewer, elder, limit=ROWS_MAX)
            ),
        ),
    ]


def archive(elder: Elder, parts: list[Chapter], at: datetime) -> bytes:
    """Pack the chapters as a PDF to be read and a JSON file to be carried elsewhere."""
    told = {
        "registration_number": elder.registration_number,
        "programme": elder.programme.name,
        "made_at": at.astimezone(BEIJING).isoformat(timespec="seconds"),
        "left_out": LEFT_OUT,
        "chapters": [
            {"title": part.title, "rows": [dict(zip(part.columns, row, strict=True)) for row in part.rows]}
            for part in parts
        ],
    }
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (
            ("个人信息.pdf", as_pdf(_paper(elder, parts, at))),
            ("个人信息.json", json.dumps(told, ensure_ascii=False, indent=1).encode()),
        ):
            packed.writestr(zipfile.ZipInfo(name, FIRST), content, zipfile.ZIP_DEFLATED)
    return book.getvalue()


def _paper(elder: Elder, parts: list[Chapter], at: datetime) -> Paper:
    return Paper(
        title="个人信息副本",
        organisation=elder.programme.name,
        number=elder.registration_number,
        pairs=(("登记编号", elder.registration_number), ("姓名", elder.name)),
        paragraphs=("应您的要求，这里是系统里关于您的记录。发现不对的，可以要求更正；不清楚的，请问经办人。",),
        tables=tuple(
            Table(columns=tuple(Column(title) for title in part.columns), rows=part.rows, title=part.title)
            for part in parts
            if part.rows
        ),
        notes=(LEFT_OUT, "没有列出的其他各类，系统里没有记录。", f"如有疑问，请拨打{elder.programme.hotline_number}。"),
        made_at=at,
        wide=True,
    )


def _basics(elder: Elder, number: str) -> Iterable[tuple[Any, ...]]:
    yield "姓名", elder.name
    yield "性别", elder.get_sex_display()
    yield "出生日期", elder.birth_on
    yield "证件号码", number
    yield "社区", elder.community
    yield "住址", elder.address
    yield "户籍", elder.hukou_place or ("本区" if elder.hukou_in_area else "外地")
    yield "生活习惯", elder.habits
    yield "上门提醒", elder.warnings
    yield "健康状况", elder.health
    yield "兴趣爱好", elder.interests
    yield "登记时间", elder.registered_at
    yield "去世日期", elder.died_on


def _ended(stay: benefits_read.Stay) -> tuple[Any, ...]:
    ended = (stay.end.days, stay.end.reason) if stay.end else ("", "")
    return (*ended, yuan(stay.cost.price_fen), stay.cost.bill) if stay.cost else (*ended, "", "")


def _back(piece: benefits_read.Piece) -> tuple[Any, ...]:
    back = piece.give_back
    return (back.given_back_on, back.reason) if back else ("", "")


def _chapter(title: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Chapter:
    return Chapter(title, columns, tuple(tuple(_told(cell) for cell in row) for row in rows))


def _told(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return "" if cell is None else str(cell)


def _topic(code: str) -> str:
    found = privacy_read.register().topic(code)
    return found.title if found else code
