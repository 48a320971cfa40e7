"""Everything that an examination says of an invented pack, word for word: nothing more, nothing less, and where."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from sangyu.policy.check import check

HEAD = """[pack]
title = "某区"
area = "某区"
[documents.notice]
title = "通知"
number = "1号"
level = "district"
file = "notice.txt"
"""
FALLS = "都不管，会落到别的行（多半是末尾的兜底行）；请把这两行接上，或为它另写一行"


def rule(key: str, form: str, more: str = "") -> str:
    return f'[rules.{key}]\nform = "{form}"\ndocument = "notice"\nlocator = "第一条"\n{more}'


def written(tmp_path: Path, toml: str, **tables: str) -> Path:
    folder = tmp_path / "elsewhere"
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "pack.toml").write_text(toml, encoding="utf-8")
    return folder


def told(folder: Path, *given: Any, **more: Any) -> list[str]:
    """Give what an examination finds, but for the examples that these packs have too few of."""
    findings = check(folder, *given, **more)
    assert {type(one.rule) for one in findings} <= {str}
    found = [str(one).removeprefix("elsewhere/") for one in findings]
    return [one for one in found if "cases.jsonl:0:" not in one]


def of_one(tmp_path: Path, form: str, table: str, more: str = "", beside: str = "") -> list[str]:
    """Examine a pack of one rule; give what is found in its table."""
    return [
        one.removeprefix("tables/only.csv:")
        for one in told(written(tmp_path, HEAD + beside + rule("only", form, more), only=table))
    ]


def test_values_that_no_row_takes_and_rows_that_take_none(tmp_path: Path) -> None:
    def said(table: str, beside: str = "", more: str = "") -> list[str]:
        return of_one(tmp_path, "tier", table, more, beside)

    assert said("age,hours\n<60,1\n>60,2\n") == [
        f"3: [only] 年龄（周岁）60没有写到：第2行和第3行{FALLS}",
        "3: [only] 表有空档，没有一行适用于：age=60；表末应有一行条件全空的兜底",
    ]
    assert said("age,registered,hours\n>=60,,1\n<60,yes,2\n") == [
        "3: [only] 表有空档，没有一行适用于：age=59，registered=否；表末应有一行条件全空的兜底",
    ]
    assert said("meal,hours\nlunch,1\n") == [
        "2: [only] 表有空档，没有一行适用于：meal=晚餐；表末应有一行条件全空的兜底",
    ]
    assert said("since,hours\n>=2014-10-01,1\n") == [
        "2: [only] 表有空档，没有一行适用于：since=2014年9月30日；表末应有一行条件全空的兜底",
    ]
    assert said("identities,hours\ndibao&needy,1\nnot dibao,2\n") == [
        "3: [only] 表有空档，没有一行适用于：identities=低保；表末应有一行条件全空的兜底",
    ]
    assert said("identities,hours\ndibao|needy,1\nnot dibao|needy,2\n") == []
    assert said("age,hours\n>=60,1\n<60,2\n60..70,3\n,4\n") == [
        "4: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
        "5: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]
    assert said("age,registered,hours\n>=60,,1\n,yes,2\n65..70,no,3\n,,4\n,yes,5\n") == [
        "4: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
        "6: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]
    low = '[settings.low]\nvalues = [60, 70]\n[switches.way]\nvalues = ["a", "b"]\n'
    assert said("age,way,hours\n>=low,,1\n<65,,2\n,a,3\n", low) == [
        "4: [only] 表有空档，没有一行适用于：age=65，way=b；表末应有一行条件全空的兜底",
    ]
    assert said("age,way,hours\n>=low,a,1\n<70,b,2\n,,3\n", low) == []
    assert said("age,hours\n>=60,1\n>=60,2\n,3\n", more='rows = "add"\n') == []
    assert said("age,hours\n>=60,1\n", more='rows = "best"\n') == [
        "2: [only] 表有空档，没有一行适用于：age=59；表末应有一行条件全空的兜底",
    ]
    choice = '[parameters.choice]\ntype = "code"\ncodes = ["a", "b", "c"]\n'
    assert said("choice,hours\na|b,1\n", choice) == [
        "2: [only] 表有空档，没有一行适用于：choice=c；表末应有一行条件全空的兜底",
    ]
    assert said("choice,hours\na|b,1\n", choice, 'domains = { choice = ["a", "b"] }\n') == []
    assert said("since,hours\n<month_start,1\n>=month_start,2\n>on,3\n") == [
        "4: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]
    assert said("age,hours\n>=age_on(since),1\n<age_on(since),2\n") == []
    group = '[settings.group]\nvalues = [["dibao", "needy"]]\n'
    assert said("identities,hours\ngroup,1\ndibao,2\nneedy,3\nnot group,4\n", group) == [
        "3: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
        "4: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]
    assert said("meal,mode,hours\nlunch,delivery,1\nnot lunch,,2\nlunch,not delivery,3\nlunch,home,4\n") == [
        "5: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]


def test_a_derived_class_is_sampled_by_its_own_codes(tmp_path: Path) -> None:
    toml = HEAD + '[derived.class]\nrule = "who"\n[derived.may]\nrule = "who"\nanswer = "eligible"\n'
    toml += rule("who", "eligible") + rule("only", "tier")
    who = "age,eligible,ground\n>=80,yes,A\n>=60,yes,B\n,no,none\n"
    folder = written(tmp_path, toml, who=who, only="class,may,hours\nA|B,yes,1\n")
    assert told(folder) == [
        "tables/only.csv:2: [only] 表有空档，没有一行适用于：class=none，may=是；表末应有一行条件全空的兜底",
    ]


def test_ranges_that_cut_into_each_other_and_values_between_them(tmp_path: Path) -> None:
    def said(table: str, more: str = "") -> list[str]:
        return of_one(tmp_path, "tier", table, more)

    assert said("age,registered,hours\n60..70,yes,1\n70..80,yes,2\n65..75,no,3\n70..90,no,3\n,,4\n") == [
        "3: [only] 与第2行在 age=70 处重叠而结果不同",
    ]
    assert said("age,hours\n60..70,1\n>=65,2\n<62,3\n,4\n") == [
        "3: [only] 与第2行在 age=65 处重叠而结果不同",
        "4: [only] 与第2行在 age=60 处重叠而结果不同",
        "5: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]
    assert said("age,hours\n>60,1\n<=61,2\n,3\n") == [
        "3: [only] 与第2行在 age=61 处重叠而结果不同",
        "4: [only] 这一行永远不会适用：它的情形都已被上面的行用完",
    ]
    assert said("age,hours\n60..70,1\n60..80,2\n,3\n") == []
    assert said("age,distance_m,hours\n60..70,>5,1\n65..80,<9,2\n,,3\n") == []
    assert said("age,hours\n60..70,1\n65..80,2\n,3\n", 'rows = "add"\n') == []
    assert said("age,hours\n60..64,1\n66..70,2\n73..80,3\n>82,4\n,5\n") == [
        f"3: [only] 年龄（周岁）65没有写到：第2行和第3行{FALLS}",
        f"4: [only] 年龄（周岁）71至72没有写到：第3行和第4行{FALLS}",
        f"5: [only] 年龄（周岁）81至82没有写到：第4行和第5行{FALLS}",
    ]
    assert said("age,hours\n60..64,1\n67..70,2\n65|66,3\n,4\n") == []
    assert said("age,hours\n60..64,1\n66..70,2\nnot 65,3\n,4\n") == [
        f"3: [only] 年龄（周岁）65没有写到：第2行和第3行{FALLS}",
    ]
    assert said("age,hours\n<60,1\n>60,2\n,3\n") == [
        f"3: [only] 年龄（周岁）60没有写到：第2行和第3行{FALLS}",
    ]
    assert said("age,hours\n<60,1\n>62,2\n61..62,3\n,4\n") == [
        f"4: [only] 年龄（周岁）60没有写到：第2行和第4行{FALLS}",
    ]
    assert said("age,registered,hours\n<60,yes,1\n>62,yes,2\n60..61,no,3\n61,,4\n,,5\n") == []
    assert said("price_fen,hours\n<10.00,1\n>=20.00,2\n,3\n") == [
        f"3: [only] 价格10元至19.99元没有写到：第2行和第3行{FALLS}",
    ]
    assert said("since,hours\n2014-01-01..2014-06-30,1\n2014-07-02..2014-12-31,2\n>2015-01-05,3\n,4\n") == [
        f"3: [only] 起始日期2014年7月1日没有写到：第2行和第3行{FALLS}",
        f"4: [only] 起始日期2015年1月1日至2015年1月5日没有写到：第3行和第4行{FALLS}",
    ]


def test_shares_that_come_to_no_price(tmp_path: Path) -> None:
    def said(rows: str, shared: str = "", beside: str = "", columns: str = "") -> list[str]:
        more = f'payers = ["elder", "street", "centre"]\n{shared}'
        return of_one(tmp_path, "split", f"{columns}elder,street,centre\n{rows}\n", more, beside)

    assert said("rest,rest,0") == [
        "2: [only] 只能有一方付余额（rest），现有 elder、street",
    ]
    assert said("600 pm,500 pm,0") == [
        "2: [only] 千分比合计 1100，超过 1000",
    ]
    assert said("600 pm,300 pm,0") == [
        "2: [only] 千分比合计 900，不足 1000，又没有人付余额（rest）",
    ]
    assert said("600 pm,300 pm,100 pm") == []
    assert said("600 pm,500 pm,rest") == [
        "2: [only] 千分比合计 1100，超过 1000",
    ]
    assert said("300 pm,rest,0") == []
    assert said("price_fen,1,rest") == [
        "2: [only] 各方分担（elder 0、street 1、centre -1）不能合成价格 0 分",
    ]
    assert said("2.00,3.00,rest") == [
        "2: [only] 各方分担（elder 200、street 300、centre -500）不能合成价格 0 分",
    ]
    assert said('"min(2.00, price_fen)",rest,0') == []
    assert said("100,0,0") == [
        "2: [only] 各方分担（elder 100、street 0、centre 0）不能合成价格 0 分",
    ]
    assert said('"min(2.00, price_fen)","max(0, price_fen - 3.00)",0') == [
        "2: [only] 各方分担（elder 200、street 0、centre 0）不能合成价格 201 分",
    ]
    assert said("rest,market_price_fen,0") == []
    assert said("half_up(price_fen / 3),half_up(price_fen / 3),half_up(price_fen / 3)") == [
        "2: [only] 各方分担（elder 0、street 0、centre 0）不能合成价格 1 分",
    ]
    rate = "[parameters.rate_pm]\n[parameters.rate_fen]\n[settings.most_fen]\nvalues = [500]\n"
    assert said("rate_pm pm,300 pm,0", "", rate) == [
        "pack.toml:10: “rate_fen”没有一条规则用到",
        "pack.toml:11: “most_fen”没有一条规则用到",
        "2: [only] 千分比由设定决定时，要有一方付余额（rest）",
    ]
    assert said("rate_pm pm,rest,0", "", rate) == [
        "pack.toml:10: “rate_fen”没有一条规则用到",
        "pack.toml:11: “most_fen”没有一条规则用到",
    ]
    assert said("rate_fen,rest,0", "", rate) == [
        "pack.toml:9: “rate_pm”没有一条规则用到",
        "pack.toml:11: “most_fen”没有一条规则用到",
        "2: [only] 各方分担（elder 700、street -700、centre 0）不能合成价格 0 分",
    ]
    assert said('"min(rate_fen, price_fen)",rest,"min(most_fen, 0)"', "", rate) == [
        "pack.toml:9: “rate_pm”没有一条规则用到",
    ]
    assert said("most_fen,rest,0", "", rate) == [
        "pack.toml:9: “rate_pm”没有一条规则用到",
        "pack.toml:10: “rate_fen”没有一条规则用到",
        "2: [only] 各方分担（elder 500、street -500、centre 0）不能合成价格 0 分",
    ]
    twice = '[figures.twice]\nformula = "market_price_fen * 2"\n'
    assert said("market_price_fen,market_price_fen,0", 'shared = "twice"\n', twice) == []
    assert said("market_price_fen,rest,1", 'shared = "twice"\n', twice) == [
        "2: [only] 各方分担（elder 0、street -1、centre 1）不能合成价格 0 分",
    ]
    assert said(">=500,500,rest,0\n,rest,0,0", "", "", "price_fen,") == []
    assert said(">=500,501,rest,0\n,rest,0,0", "", "", "price_fen,") == [
        "2: [only] 各方分担（elder 501、street -1、centre 0）不能合成价格 500 分",
    ]
    counted = 'payers = ["elder", "street"]\nshared = "cost_fen"\n'
    assert of_one(tmp_path, "statistic", "value,elder,street\n1,rest,rest\n", counted) == []


def example(name: str, asked: str, expect: dict[str, Any], **facts: Any) -> str:
    case = {"id": name, "pack": "elsewhere", "rule": asked, "facts": {"on": "2020-05-10", **facts}, "expect": expect}
    return json.dumps(case, ensure_ascii=False)


def test_documents_places_examples_and_what_nobody_reads(tmp_path: Path) -> None:
    toml = (
        HEAD.replace('level = "district"\n', "")
        + """[documents.bare]
[documents.law]
title = "条例"
number = "2号"
level = "national"
file = "law.txt"
[switches.way]
values = ["first", "best"]
[switches.idle]
values = ["a", "b"]
[settings.low]
values = [60]
[parameters.rate_fen]
band = "band.amount_fen"
[parameters.spare]
[figures.twice]
formula = "rate_fen * 2"
[figures.lost]
formula = "low + 1"
"""
    )
    toml += rule("only", "tier", 'rows = "way"\n') + rule("band", "limit").replace("第一条", "第九条")
    band = (
        "amount_fen,result,figure,because\n<=5.00,pass,amount_fen,好\n"
        "<=6.00,warn,amount_fen,{figure:fen}偏高\n,fail,amount_fen,{amount_fen}太高\n"
    )
    folder = written(tmp_path, toml, only="age,amount_fen\n>=60,twice\n,0\n", band=band, odd="age,hours\n,1\n")

    def said(*given: Any, **more: Any) -> list[str]:
        findings = check(folder, *given, **more)
        assert {type(one.rule) for one in findings} <= {str}
        return [str(one).removeprefix("elsewhere/") for one in findings]

    assert said() == [
        "cases.jsonl:0: 没有算例",
        "pack.toml:4: 文件“notice”缺少 level（标题、文号、级别都要写）",
        "pack.toml:8: 文件“bare”缺少 title、number、level（标题、文号、级别都要写）",
        "pack.toml:16: “idle”没有一条规则用到",
        "pack.toml:22: “spare”没有一条规则用到",
        "pack.toml:25: “lost”没有一条规则用到",
        "tables/odd.csv:0: 没有一条规则用到这张表",
    ]
    (folder / "cases.jsonl").write_bytes("算例".encode("gb18030"))
    assert said(register=False) == [
        "cases.jsonl:0: 不是 UTF-8 编码，请用记事本另存，编码选 UTF-8",
        "pack.toml:16: “idle”没有一条规则用到",
        "pack.toml:22: “spare”没有一条规则用到",
        "pack.toml:25: “lost”没有一条规则用到",
        "tables/odd.csv:0: 没有一条规则用到这张表",
    ]
    lines = [
        example("a", "only", {"amount_fen": 1000}, age=60, parameters={"rate_fen": 500}),
        example("b", "only", {"amount_fen": 1, "row": 2}, age=60, parameters={"rate_fen": 700}),
        "",
        example("c", "only", {"amount_fen": 1200}, age=60, parameters={"rate_fen": 600}),
        example("d", "band", {"result": "pass"}, amount_fen=100).replace("elsewhere", "somewhere"),
        "no",
        example("e", "band", {}, amount_fen=100),
        example("f", "nothing", {"result": "pass"}, amount_fen=100),
        '{"id": 7, "pack": "elsewhere", "facts": 1}',
        "[]",
    ]
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8-sig")
    assert said(register=False) == [
        "cases.jsonl:2: [band] 算例用的参数“rate_fen”：7元太高。依据1号《通知》“第九条”，tables/band.csv 第4行",
        "cases.jsonl:2: [only] 算例 b 不对：amount_fen 应为 1，得到 1400",
        "cases.jsonl:5: [band] 算例 d 不对：这里只放 elsewhere 的算例，不放 somewhere 的",
        "cases.jsonl:6: 算例  不对：不是一行 JSON：Expecting value: line 1 column 1 (char 0)",
        "cases.jsonl:7: [band] 算例 e 不对：期望里没有可比的字段：空",
        "cases.jsonl:8: [nothing] 算例 f 不对：规则包 elsewhere 没有规则 nothing，现有：only、band",
        "cases.jsonl:9: 算例 7 不对：算例缺少 rule、expect",
        "cases.jsonl:10: 算例  不对：不是一行 JSON：一个算例是一个对象，写成 {…}",
        "pack.toml:16: “idle”没有一条规则用到",
        "pack.toml:22: “spare”没有一条规则用到",
        "pack.toml:25: “lost”没有一条规则用到",
        "tables/odd.csv:0: 没有一条规则用到这张表",
    ]
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "notice.txt").write_text("第一条", encoding="utf-8")
    (folder / "applications.csv").write_text(
        "kind,title,rule,ground,classes,effect,document,locator\n"
        "a,甲,only,,,award,notice,第二条\nb,乙,only,,,award,law,第三条\n",
        encoding="utf-8",
    )
    (folder / "stages.csv").write_text(
        "kind,stage,step,classes,who,days,rule,document,locator\n"
        "a,受理,accept,,community,,,notice,第一条\na,受理,match,,registers,,,law,第三条\n"
        "b,受理,accept,,community,,,gone,第一条\nb,受理,match,,registers,,,notice,第四条\n",
        encoding="utf-8",
    )
    only = ("第一条", "第二条", "第三条", "第四条", "第九条", "没有文件")
    assert [one for one in said(texts) if any(word in one for word in only)] == [
        "applications.csv:2: 原文片段“第二条”不在文件里",
        "cases.jsonl:2: [band] 算例用的参数“rate_fen”：7元太高。依据1号《通知》“第九条”，tables/band.csv 第4行",
        "pack.toml:32: [band] 原文片段“第九条”不在文件里",
        "stages.csv:4: 没有文件“gone”",
        "stages.csv:5: 原文片段“第四条”不在文件里",
    ]
    assert said(tmp_path / "nowhere") == said()
    (folder / "applications.csv").unlink()
    (folder / "stages.csv").unlink()
    (folder / "cases.jsonl").unlink()
    plain = said(register=False)
    day = date(2020, 5, 10)
    assert said(register=False, parameters={"rate_fen": 700}) == plain
    assert said(register=False, on=day) == plain
    assert said(register=False, parameters={"rate_fen": 600}, on=day) == plain
    assert [one for one in said(register=False, parameters={"rate_fen": 700}, on=day) if one not in plain] == [
        "tables/band.csv:4: [band] “rate_fen”：7元太高。依据1号《通知》“第九条”，tables/band.csv 第4行",
    ]
