"""The report of an assessment as a paper: sums, the level before and after what changes it, the reasons, who signed."""

from __future__ import annotations

from collections.abc import Sequence

from sangyu.assessment.models import Part
from sangyu.assessment.queries import Case, Told
from sangyu.assessment.rules import Scale
from sangyu.kit.age import age_on
from sangyu.portals.finance.papers import Paper
from sangyu.portals.finance.papers.paper import Column, Place, Table, moment


def paper_of(case: Case, scale: Scale, beside: Sequence[Told], *, with_items: bool) -> Paper:
    """Write the report of a concluded assessment, ready to be set as PDF; the items only for whoever reads sheets.

    `beside` is what the form asks beside the items, in its order; a line without words is printed as not filled in.
    """
    it, told = case.assessment, case.conclusion
    assert told is not None  # the caller has made sure
    result = told.result
    elder = it.elder
    groups = Table(
        title="各部分得分",
        columns=(
            Column("部分", width=16),
            Column("得分", "number", 6),
            Column("满分", "number", 6),
            Column("分级", width=8),
        ),
        rows=tuple(
            (group["label"], group["points"], group["points_max"], group["grade_label"] or "—")
            for group in result["groups"]
        ),
        foot=("总分", result["points"], sum(group["points_max"] for group in result["groups"]), "")
        if result["points"] is not None
        else (),
    )
    items = Table(
        title="逐项结果",
        columns=(
            Column("条目", width=7),
            Column("名称", width=14),
            Column("结果", width=30),
            Column("分", "number", 4),
        ),
        rows=tuple(
            (item.code, item.label, option.label if option else "", told.answers[item.code])
            for item in scale.items
            for option in [item.option(told.answers[item.code])]
        ),
    )
    basics = Table(
        title="基本信息",
        columns=(Column("部分", width=12), Column("项目", width=12), Column("内容", width=34)),
        rows=tuple((one.particular.section, one.particular.label, one.words or "（未填）") for one in beside),
    )
    notes = [f"有效期：{told.valid_from}起，到{case.valid_until}为止（不含当天）。"]
    if case.replaced_on:
        notes.append(replaced_words(case))
    else:
        notes.append(f"对结论有异议，请在{told.disputable_until}之前向社区或民政局提出。")
    if result["open"]:
        notes.append(f"{result['open']}，请人工核对。")
    notes.append(f"评估办法：{it.practice.document}。量表版本 {it.edition_id[:16]}。")
    return Paper(
        title=f"{scale.title}报告",
        organisation=it.programme.name,
        number=case.certificate.number if case.certificate else "（未发证明）",
        pairs=(
            ("姓名", elder.name),
            ("登记编号", elder.registration_number),
            ("出生日期", f"{elder.birth_on}（评估时{age_on(elder.birth_on, it.base_on)}周岁）"),
            ("评估原因", f"{it.get_kind_display()}：{it.reason}" if it.reason else it.get_kind_display()),
            ("评估基准日", str(it.base_on)),
            ("量表", scale.document),
            ("初步等级", result["level_before"]["label"]),
            ("最后等级", f"{told.label}（{told.level}级）"),
        ),
        paragraphs=tuple(result["reasons"]),
        tables=(groups, *((items,) if with_items else ()), *((basics,) if beside else ())),
        places=(
            *(
                Place(Part(row.part).label, row.assessor.display_name, moment(case.signed_at.get(row.pk)))
                for row in case.appointments
            ),
            Place("出结论", told.by.display_name, moment(told.at)),
        ),
        notes=tuple(notes),
        made_at=told.at,
    )


def replaced_words(case: Case) -> str:
    """Say since when a later conclusion stands in the place of this one, and which level it found.

    Whoever may not see the later assessment learns the day, and nothing else of it.
    """
    later = case.replaced_by
    if later is None:
        return f"已由以后的评估结论代替，{case.replaced_on}起本结论不再有效。"
    kind = later.assessment.get_kind_display()
    return f"已由{kind}的结论“{later.label}（{later.level}级）”代替，{case.replaced_on}起本结论不再有效。"
