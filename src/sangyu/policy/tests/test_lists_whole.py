"""The lists beside the rules: each read whole, and every fault that can be told of them with its line."""

from __future__ import annotations

from pathlib import Path

from sangyu.policy import lists, stages
from sangyu.policy.benefit_list import COLUMNS, FIRST_FORM, SECOND_FORM, Benefit, faults_beside, read_benefits
from sangyu.policy.lists import SheetItem, read_sheet
from sangyu.policy.stages import Ground, Kind, Step

KINDS = """
kind,title,rule,ground,classes,effect,document,locator
#种类,名称,,,,,,
service,居家服务,who,old,free| low_paid,service_class,notice,第一条
service,居家服务,who,,paid,service_class,notice,第二条
award, 奖励 ,much,,,award,law,第三条
"""
STAGES = """kind,stage,step,classes,who,days,rule,document,locator
service,受理,accept,,community,,,notice,第四条
service,审核,classify,,community,10,,notice,第五条
service,审核,review,free|low_paid,quality,250,,notice,第六条
service,公示,notice,,bureau,,posting,notice,第七条
service,审批,approve,,bureau,1,again,notice,第八条
award,受理,accept,,community,,,law,第九条
award,受理,match,,registers,,,law,第十条
"""
PACK = """[documents.notice]
[documents.law]
[rules.who]
form = "eligible"
[rules.much]
form = "tier"
[rules.again]
form = "eligible"
[rules.posting]
form = "schedule"
"""


def test_what_may_be_applied_for_is_read_whole() -> None:
    service = Kind(
        code="service",
        title="居家服务",
        rule="who",
        effect="service_class",
        grounds=(Ground("old", ("free", "low_paid")), Ground("", ("paid",))),
        steps=(
            Step("受理", "accept", (), "community", None, "", "notice", "第四条"),
            Step("审核", "classify", (), "community", 10, "", "notice", "第五条"),
            Step("审核", "review", ("free", "low_paid"), "quality", 250, "", "notice", "第六条"),
            Step("公示", "notice", (), "bureau", None, "posting", "notice", "第七条"),
            Step("审批", "approve", (), "bureau", 1, "again", "notice", "第八条"),
        ),
        document="notice",
        locator="第一条",
    )
    award = Kind(
        code="award",
        title="奖励",
        rule="much",
        effect="award",
        grounds=(Ground("", ()),),
        steps=(
            Step("受理", "accept", (), "community", None, "", "law", "第九条"),
            Step("受理", "match", (), "registers", None, "", "law", "第十条"),
        ),
        document="law",
        locator="第三条",
    )
    assert stages.read(KINDS, STAGES) == ({"service": service, "award": award}, ())
    assert service.stages == ("受理", "审核", "公示", "审批")
    assert (service.step("approve"), service.step("match")) == (service.steps[4], None)
    assert [service.classes_on(ground) for ground in ("old", "young", None)] == [
        ("free", "low_paid"),
        ("paid",),
        ("paid",),
    ]
    assert Kind("x", "", "", "", (Ground("old", ("free",)),), (), "", "").classes_on("young") == ()


def faults_of(folder: Path, kinds: str = KINDS, steps: str = STAGES, pack: str = PACK) -> list[str]:
    """Write the two lists beside a pack; give their faults."""
    (folder / stages.KINDS_FILE).write_text(kinds, encoding="utf-8-sig")
    (folder / stages.STAGES_FILE).write_text(steps, encoding="utf-8-sig")
    (folder / "pack.toml").write_text(pack, encoding="utf-8-sig")
    return [f"{file}:{line}: {said}" for file, line, said in stages.faults(folder)]


def test_the_places_of_both_lists_are_named_where_they_stand(tmp_path: Path) -> None:
    assert list(stages.named_places(tmp_path)) == []
    assert faults_of(tmp_path) == []
    assert list(stages.named_places(tmp_path)) == [
        ("applications.csv", 4, "notice", "第一条"),
        ("applications.csv", 5, "notice", "第二条"),
        ("applications.csv", 6, "law", "第三条"),
        *(("stages.csv", line, "notice", f"第{said}条") for line, said in enumerate("四五六七八", 2)),
        ("stages.csv", 7, "law", "第九条"),
        ("stages.csv", 8, "law", "第十条"),
    ]
    (tmp_path / stages.KINDS_FILE).unlink()
    assert list(stages.faults(tmp_path)) == [
        ("stages.csv", 0, "applications.csv 和 stages.csv 要一起写，缺少 applications.csv")
    ]
    assert [place[0] for place in stages.named_places(tmp_path)] == ["stages.csv"] * 7


def test_every_fault_of_a_line_by_itself(tmp_path: Path) -> None:
    kinds = """kind,title,rule,ground,classes,effect,document,locator
Service,,,,free|poor|rich,service_class,,
a,甲,who,,,service_class,notice,第一条
b,乙,who,,free,award,notice,第一条
c,丙,who,,,gift,notice
1d,丁,who,,,gift,notice,第一条
e-23456789012345678901234567890,戊,who,,,award,notice,第一条
e-2345678901234567890123456789,戊,who,,,award,notice,第一条
"""
    steps = """kind,stage,step,classes,who,days,rule,document,locator
a,,look,poor,nobody,251,who,,
a,审核,match,,community,0,,notice,第一条
a,审核,accept,,registers,1.5,,notice,第一条
a,审核,notice,,bureau,²,,notice,第一条
a,审核,approve,free,community,-1,,notice,第一条
a,审核,arrange,,community,,who,notice,第一条,
"""
    assert faults_of(tmp_path, kinds, steps) == [
        "applications.csv:5: 这一行有 7 格，表头有 8 格",
        "stages.csv:7: 这一行有 10 格，表头有 9 格",
        "applications.csv:2: 申请种类“Service”应为小写字母开头的编号，例如 service",
        "applications.csv:2: 要写名称",
        "applications.csv:2: 要写规则",
        "applications.csv:2: 要写文件",
        "applications.csv:2: 要写原文",
        "applications.csv:2: 类别“poor、rich”应为 free、low_paid、paid、volunteer",
        "applications.csv:3: 效果是 service_class 的要写可以定的类别，别的不写",
        "applications.csv:4: 效果是 service_class 的要写可以定的类别，别的不写",
        "applications.csv:6: 申请种类“1d”应为小写字母开头的编号，例如 service",
        "applications.csv:6: 核准后的效果“gift”应为 service_class、award",
        "applications.csv:7: 申请种类“e-23456789012345678901234567890”应为小写字母开头的编号，例如 service",
        f"stages.csv:2: 步骤“look”应为 {'、'.join(stages.STEPS)}",
        "stages.csv:2: 要写环节",
        "stages.csv:2: 要写文件",
        "stages.csv:2: 要写原文",
        "stages.csv:2: “look”由谁办“nobody”应为 community、bureau、quality",
        "stages.csv:2: 期限“251”应为 1 至 250 的整数（工作日），文件没有写的空着",
        "stages.csv:2: “look”不问规则，这一格要空着",
        "stages.csv:2: 类别“poor”应为 free、low_paid、paid、volunteer",
        "stages.csv:3: “match”由谁办“community”应为 registers",
        "stages.csv:3: 期限“0”应为 1 至 250 的整数（工作日），文件没有写的空着",
        "stages.csv:4: “accept”由谁办“registers”应为 community、bureau、quality",
        "stages.csv:4: 期限“1.5”应为 1 至 250 的整数（工作日），文件没有写的空着",
        "stages.csv:5: 期限“²”应为 1 至 250 的整数（工作日），文件没有写的空着",
        "stages.csv:5: 公示要写按哪条规则算期限",
        "stages.csv:6: 期限“-1”应为 1 至 250 的整数（工作日），文件没有写的空着",
        "stages.csv:6: “approve”只能由 bureau 办",
        "stages.csv:6: “approve”每一类都要办，类别这一格要空着",
    ]
    assert faults_of(tmp_path, "", "kind\n") == [
        "applications.csv:1: 列应是 kind、title、rule、ground、classes、effect、document、locator",
        "stages.csv:1: 列应是 kind、stage、step、classes、who、days、rule、document、locator",
    ]
    assert faults_of(tmp_path, f'kind,"{"长" * 140_000}', STAGES) == [
        "applications.csv:1: 有一格长得不像话，多半是引号没有配对",
    ]


def test_every_fault_between_the_lines(tmp_path: Path) -> None:
    kinds = (
        KINDS + "service,居家照料,who,young,free,service_class,notice,第一条\naward,奖励,who,,,award,notice,第一条\n"
    )
    kinds += "none,无,who,,,award,notice,第一条\nearly,早,who,,,award,notice,第一条\n"
    kinds += "both,两样,who,,free,service_class,notice,第一条\ntwo,二,who,,,award,notice,第一条\n"
    kinds += "one,一样,who,,,award,notice,第一条\n"
    steps = STAGES.replace("award,受理,accept", "prize,受理,accept")
    steps += """early,受理,match,,registers,,,notice,第一条
both,受理,accept,free,community,,,notice,第一条
both,审核,classify,,community,,,notice,第一条
both,受理,match,,registers,,,notice,第一条
both,审核,match,,registers,,,notice,第一条
both,审核,call_back,free,community,,,notice,第一条
both,审核,agree,free,community,,,notice,第一条
one,受理,accept,,community,,,notice,第一条
one,受理,review,,community,,,notice,第一条
two,受理,accept,,community,,,notice,第一条
two,受理,classify,,community,,,notice,第一条
two,审批,approve,,bureau,,,notice,第一条
"""
    assert faults_of(tmp_path, kinds, steps) == [
        "applications.csv:7: “service”的名称、规则、效果在各行要一样",
        "applications.csv:7: 这一行永远轮不到：前面已有一行管这个依据",
        "applications.csv:8: “award”的名称、规则、效果在各行要一样",
        "applications.csv:8: 这一行永远轮不到：前面已有一行管这个依据",
        "stages.csv:7: 申请种类“prize”不在 applications.csv 里",
        "stages.csv:8: “奖励”第一步应为 accept",
        "stages.csv:0: “无”第一步应为 accept",
        "stages.csv:9: “早”第一步应为 accept",
        "stages.csv:10: “两样”步骤 accept 在 classify 之前，还没有类别，类别这一格要空着",
        "stages.csv:12: “两样”步骤 match 应在 classify 之前",
        "stages.csv:12: “两样”环节“受理”的各步要写在一起",
        "stages.csv:13: “两样”步骤 match 写了两遍",
        "stages.csv:13: “两样”环节“审核”的各步要写在一起",
        "stages.csv:15: “两样”步骤 agree 应在 call_back 之前",
        "stages.csv:10: “两样”match（比对）和 classify（定类别）要有一个，也只有一个",
        "stages.csv:15: “两样”有人核定或公示的要有 approve",
        "stages.csv:18: “二”效果是 service_class 的才有 classify",
        "stages.csv:16: “一样”match（比对）和 classify（定类别）要有一个，也只有一个",
        "stages.csv:17: “一样”有人核定或公示的要有 approve",
    ]


def test_every_name_that_the_pack_does_not_have(tmp_path: Path) -> None:
    assert faults_of(tmp_path, pack="") == [
        "applications.csv:4: 没有规则“who”",
        "applications.csv:4: 没有文件“notice”",
        "applications.csv:5: 没有规则“who”",
        "applications.csv:5: 没有文件“notice”",
        "applications.csv:6: 没有规则“much”",
        "applications.csv:6: 没有文件“law”",
        "stages.csv:2: 没有文件“notice”",
        "stages.csv:3: 没有文件“notice”",
        "stages.csv:4: 没有文件“notice”",
        "stages.csv:5: 没有规则“posting”",
        "stages.csv:5: 没有文件“notice”",
        "stages.csv:6: 没有规则“again”",
        "stages.csv:6: 没有文件“notice”",
        "stages.csv:7: 没有文件“law”",
        "stages.csv:8: 没有文件“law”",
    ]
    other = (
        PACK.replace('"schedule"', '"tier"').replace('"eligible"', '"schedule"').replace("documents.law", "documents.b")
    )
    assert faults_of(tmp_path, pack=other) == [
        "applications.csv:4: 规则“who”应是 eligible、tier 一类",
        "applications.csv:5: 规则“who”应是 eligible、tier 一类",
        "applications.csv:6: 没有文件“law”",
        "stages.csv:5: 规则“posting”应是 schedule 一类",
        "stages.csv:6: 规则“again”应是 eligible 一类",
        "stages.csv:7: 没有文件“law”",
        "stages.csv:8: 没有文件“law”",
    ]


HEAD = ",".join(COLUMNS[:SECOND_FORM]) + "\n"
BENEFITS = f"""\ufeff{HEAD}
#phone,,,,,,,,,,,,
phone,phone,通信补贴,credit,,,month,run,operator,purse,,,
cover,insurance,保险,cover,premium.value,total=1;group=basic;,year,run,insurer,purse,,,
first,voucher,券一,much,,,year,order,,purse,1,,
second,voucher,券二,more,,,year,order,,purse,2,,
stay,stay,短住,respite,respite-stay.until,,year,hand,,,,days,last_respite_on;has_issued_phone
"""


def test_what_a_city_gives_is_read_whole() -> None:
    assert read_benefits(BENEFITS) == (
        (
            Benefit("phone", "phone", "通信补贴", "credit", None, {}, "month", "run", "operator", "purse"),
            Benefit(
                code="cover",
                kind="insurance",
                title="保险",
                rule="cover",
                amount=("premium", "value"),
                facts={"total": 1, "group": "basic"},
                period="year",
                given="run",
                payee="insurer",
                fund="purse",
            ),
            Benefit("first", "voucher", "券一", "much", None, {}, "year", "order", "", "purse", 1),
            Benefit("second", "voucher", "券二", "more", None, {}, "year", "order", "", "purse", 2),
            Benefit(
                code="stay",
                kind="stay",
                title="短住",
                rule="respite",
                amount=("respite-stay", "until"),
                period="year",
                given="hand",
                unit="days",
                states=("last_respite_on", "has_issued_phone"),
            ),
        ),
        (),
    )
    old = ",".join(COLUMNS[:FIRST_FORM]) + "\na,device,甲,who,,,,hand,,\n"
    assert read_benefits(old) == ((Benefit("a", "device", "甲", "who", None, {}, "", "hand"),), ())


def test_every_fault_of_a_benefit() -> None:
    text = f"""{HEAD}
A b,gift,,,x,y,day,post,bank,,,kg,
a.b,phone,甲,,a.b.c,a=1;b,,run,,,,,
,phone,,who,,,month,run,elder,,0,,
phone,phone,甲,who,,,month,run,,purse,1,days,
phone,phone,甲,who,,,year,run,elder,purse,,,
phone,phone,甲,who,,a=1=2,once,run,elder,purse,,,
one,voucher,甲,who,,,year,order,,purse,1,,
two,voucher,甲,who,,,year,order,,purse,01,,
three,voucher,甲,who,,,year,order,,other,1,,
four,voucher,甲,who,,,year,order,,other,²,,
five,voucher,甲,who,,,year,order,,other,-1,,
six,stay,甲,who,,,month,hand,,,,days,
seven,stay,甲,who,,,once,order,,,,,has_issued_phone
eight,stay,甲,who
一,stay,甲,who,,,,,,,,,
nine,stay,甲,who,,,once,hand,,,,pieces,
"""
    found, faults = read_benefits(text)
    assert [one.code for one in found] == [
        "phone",
        "one",
        "three",
        "nine",
    ]
    assert [f"{line}: {said}" for line, said in faults] == [
        "3: 编号“A b”应是小写字母、数字和短横",
        "3: 要写名称和规则",
        "3: “gift”应为 service、hours、credit、voucher、allowance、phone、insurance、device、stay",
        "3: “day”应为 month、year、once",
        "3: “post”应为 order、run、hand",
        "3: “bank”应为 elder、operator、insurer",
        "3: “kg”应为 days、pieces",
        "3: 计量单位和登记的情况只写在申请后办理（hand）的一行",
        "3: 按天、按件给的要写周期（year、once）",
        "3: 金额“x”应写成 规则.答案",
        "3: 前提“y”应写成 事实=值，几项用分号隔开",
        "4: 编号“a.b”应是小写字母、数字和短横",
        "4: 要写名称和规则",
        "4: 按期发放的要写周期（month、year）、收款方和资金",
        "4: 金额“a.b.c”应写成 规则.答案",
        "4: 前提“a=1;b”应写成 事实=值，几项用分号隔开",
        "5: 编号“”应是小写字母、数字和短横",
        "5: 要写名称和规则",
        "5: 按期发放的要写周期（month、year）、收款方和资金",
        "5: 先后“0”应为整数，只写在下单时使用的一行",
        "6: 按期发放的要写周期（month、year）、收款方和资金",
        "6: 先后“1”应为整数，只写在下单时使用的一行",
        "6: 计量单位和登记的情况只写在申请后办理（hand）的一行",
        "6: 按天、按件给的要写周期（year、once）",
        "6: 按天给的要在金额里写哪张表说住到哪天",
        "8: 编号“phone”已经写过",
        "8: 按期发放的要写周期（month、year）、收款方和资金",
        "8: 前提“a=1=2”应写成 事实=值，几项用分号隔开",
        "10: 先后“01”在同一项资金里已经写过",
        "12: 先后“²”应为整数，只写在下单时使用的一行",
        "13: 先后“-1”应为整数，只写在下单时使用的一行",
        "14: 按天、按件给的要写周期（year、once）",
        "14: 按天给的要在金额里写哪张表说住到哪天",
        "15: 计量单位和登记的情况只写在申请后办理（hand）的一行",
        "16: 这一行有 4 格，表头有 13 格",
        "17: 编号“一”应是小写字母、数字和短横",
    ]
    assert read_benefits("") == ((), ((1, f"待遇清单的列应是 {'、'.join(COLUMNS)}"),))
    assert read_benefits(f'{HEAD}"{"长" * 140_000}') == ((), ((2, "有一格长得不像话，多半是引号没有配对"),))


def test_every_name_that_a_benefit_takes_from_the_pack(tmp_path: Path) -> None:
    (tmp_path / "benefits.csv").write_text(
        BENEFITS.replace(",operator,", ",bank,").replace("has_issued", "has"), "utf-8"
    )
    pack = """[funds.purse]
[rules.much]
form = "tier"
[rules.more]
form = "schedule"
[rules.cover]
form = "eligible"
[offers.home]
title = "居家服务"
grants = { much = "month", more = "month" }
[offers.alone]
grants = { much = "month" }
[offers.none]
"""
    (tmp_path / "pack.toml").write_text(pack, encoding="utf-8-sig")

    def told() -> list[str]:
        return [f"{line}: {said}" for line, said in faults_beside(tmp_path)]

    assert told() == [
        "4: “bank”应为 elder、operator、insurer",
        "0: “保险”的金额规则 'premium' 不在 pack.toml 里",
        "0: “券二”的规则 'more' 不回答谁能享受；能用的形式是 eligible、tier、account、split",
        "0: “短住”的规则 'respite' 不在 pack.toml 里",
        "0: “短住”的金额规则 'respite-stay' 不在 pack.toml 里",
        "0: “短住”登记的“has_phone”应为 has_issued_phone、last_respite_on、family_last_respite_on",
    ]
    (tmp_path / "pack.toml").write_text(
        pack.replace("[funds.purse]\n", "").replace('title = "居家服务"\n', ""), "utf-8"
    )
    (tmp_path / "benefits.csv").write_text(BENEFITS.replace("purse,2,", "purse,,"), encoding="utf-8")
    assert told() == [
        "0: 券一、券二都能付“home”，要写先后：1 先用，2 后用",
        "0: “通信补贴”的规则 'credit' 不在 pack.toml 里",
        "0: “通信补贴”的资金 'purse' 不在 pack.toml 里",
        "0: “保险”的金额规则 'premium' 不在 pack.toml 里",
        "0: “保险”的资金 'purse' 不在 pack.toml 里",
        "0: “券一”的资金 'purse' 不在 pack.toml 里",
        "0: “券二”的规则 'more' 不回答谁能享受；能用的形式是 eligible、tier、account、split",
        "0: “券二”的资金 'purse' 不在 pack.toml 里",
        "0: “短住”的规则 'respite' 不在 pack.toml 里",
        "0: “短住”的金额规则 'respite-stay' 不在 pack.toml 里",
    ]


SHEET = """dimension,code,name,full,how,guidance
#方面,,,,,
enterprise,E1,证照,100,computed,看证照

norms,N1,规范,40,computed,看记录
norms,N9,卫生,60,hand,
quality,Q1,质量,100,computed,"一
二"
staff,S1,人员,100,hand,看人
"""


def test_an_appraisal_sheet_is_read_whole() -> None:
    assert read_sheet(SHEET) == (
        (
            SheetItem("enterprise", "E1", "证照", 100, "computed", "看证照"),
            SheetItem("norms", "N1", "规范", 40, "computed", "看记录"),
            SheetItem("norms", "N9", "卫生", 60, "hand", ""),
            SheetItem("quality", "Q1", "质量", 100, "computed", "一\n二"),
            SheetItem("staff", "S1", "人员", 100, "hand", "看人"),
        ),
        (),
    )


def test_every_fault_of_an_appraisal_sheet() -> None:
    def told(text: str) -> list[str]:
        return [f"{line}: {said}" for line, said in read_sheet(text)[1]]

    head = SHEET.partition("\n")[0] + "\n"
    rows = """firm,,,101,auto,
norms,N1,规范,²,computed
norms,E3,规范,-1,computed,
norms,E3,,100,hand,
norms,N1,规范,0,hand,,
staff,N1,规范,1.5,computed,
"""
    assert told(head + rows) == [
        "2: 方面“firm”应为 enterprise、norms、quality、staff",
        "2: 要写编号和项目",
        "2: 满分“101”应为 0 至 100 的整数",
        "2: 评分方式“auto”应为 computed（自动计算）或 hand（手工评分）",
        "3: 这一行有 5 格，表头有 6 格",
        "4: 满分“-1”应为 0 至 100 的整数",
        "4: “E3”没有自动算法，请改为手工评分（hand）；能自动计算的是 E1、E2、N1、N2、N3、Q1、Q2、S1",
        "5: 要写编号和项目",
        "5: 编号“E3”已写在第4行",
        "6: 这一行有 7 格，表头有 6 格",
        "7: 满分“1.5”应为 0 至 100 的整数",
    ]
    assert told(SHEET.replace(",40,", ",41,").replace("staff,", "norms,")) == [
        "0: “norms”各项满分合计 201 分，应为 100 分",
        "0: “staff”各项满分合计 0 分，应为 100 分",
    ]
    assert told("") == [
        "1: 考核表的列应是 dimension、code、name、full、how、guidance",
    ]
    assert told(f'{head}"{"长" * 140_000}') == [
        "2: 有一格长得不像话，多半是引号没有配对",
    ]


def test_every_list_of_a_pack_is_told_by_its_name(tmp_path: Path) -> None:
    assert list(lists.faults(tmp_path)) == []
    (tmp_path / "pack.toml").write_text("", encoding="utf-8")
    (tmp_path / "applications.csv").write_text("kind\n", encoding="utf-8")
    (tmp_path / "benefits.csv").write_text("code\n", encoding="utf-8")
    (tmp_path / "appraisal-sheet.csv").write_text("\ufeff" + SHEET.replace(",40,", ",41,"), encoding="utf-8")
    (tmp_path / "prices.csv").write_text("", encoding="utf-8")
    (tmp_path / "_mine.csv").write_text("", encoding="utf-8")
    assert [f"{file}:{line}: {said}" for file, line, said in lists.faults(tmp_path)] == [
        "applications.csv:0: applications.csv 和 stages.csv 要一起写，缺少 stages.csv",
        "appraisal-sheet.csv:0: “norms”各项满分合计 101 分，应为 100 分",
        f"benefits.csv:1: 待遇清单的列应是 {'、'.join(COLUMNS)}",
        "prices.csv:0: 没有谁用到这个文件；规则表放在 tables/ 里，考核表叫 appraisal-sheet.csv",
    ]
