"""What the commands print, word for word: other tools read it, and officials act on it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from sangyu.policy.cli import main
from sangyu.policy.content import digest

TOML = """[pack]
title = "某区规则"
area = "某区"
[documents.notice]
title = "通知"
number = "1号"
level = "district"
[parameters.rate_fen]
label = "标准"
band = "band.amount_fen"
[rules.who]
form = "eligible"
title = "谁能享受"
document = "notice"
locator = "第一条"
versions = [{ until = 2014-10-01, table = "who.until-2014-10-01.csv" }, { from = 2014-10-01, table = "who.csv" }]
[rules.much]
form = "tier"
document = "notice"
locator = "第二条"
[rules.band]
form = "limit"
title = "幅度"
document = "notice"
locator = "第三条"
"""
WHO = "age,eligible,ground,because\n>=60,yes,old,年满60周岁\n,no,,{lacking}\n"
TABLES = {
    "who.until-2014-10-01": WHO,
    "who": WHO,
    "much": "age,amount_fen,because\n>=80,rate_fen,补贴{amount_fen}\n>=60,5.00,补贴{amount_fen}\n,0,不补贴\n",
    "band": "amount_fen,result,because\n<=5.00,pass,在幅度内\n<=6.00,warn,{amount_fen}偏高\n,fail,{amount_fen}太高\n",
}
EXAMPLES = [
    ("who", {"age": 60}, {"ground": "old"}),
    ("who", {"age": 59}, {"eligible": False}),
    ("much", {"age": 60}, {"amount_fen": 500}),
    ("much", {"age": 50}, {"row": 4}),
    ("band", {"amount_fen": 500}, {"result": "pass"}),
    ("band", {"amount_fen": 700}, {"result": "fail"}),
]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Write a sound pack; give its folder."""
    folder = tmp_path / "rules" / "somewhere"
    (folder / "tables").mkdir(parents=True)
    (folder / "pack.toml").write_text(TOML, encoding="utf-8")
    for name, text in TABLES.items():
        (folder / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    lines = [
        {"id": str(n), "pack": "somewhere", "rule": rule, "facts": {"on": "2020-05-10", **facts}, "expect": expect}
        for n, (rule, facts, expect) in enumerate(EXAMPLES)
    ]
    (folder / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


class Desk:
    """Call the command on the packs beside a pack; hold what was said last."""

    def __init__(self, pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.pack, self._capsys = pack, capsys

    def __call__(self, *said: object) -> tuple[int, str, str]:
        code = main(["--packs", str(self.pack.parent), *map(str, said)])
        out, err = self._capsys.readouterr()
        return code, out, err


@pytest.fixture
def desk(pack: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(pack, capsys)


def test_list(desk: Desk) -> None:
    assert desk("list") == (
        0,
        """\
somewhere  某区规则  某区
  who                      eligible   … 至 2014-10-01  2014-10-01 至 …  谁能享受
  much                     tier       … 至 …  much
  band                     limit      … 至 …  幅度
""",
        "",
    )
    code, out, err = desk("list", "--json")
    source = {"document": "通知", "number": "1号"}
    always = [{"from": None, "until": None}]
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {
            "id": "somewhere",
            "title": "某区规则",
            "area": "某区",
            "digest": digest(desk.pack),
            "rules": [
                {
                    "id": "who",
                    "form": "eligible",
                    "title": "谁能享受",
                    "area": "某区",
                    "source": {**source, "locator": "第一条"},
                    "versions": [{"from": None, "until": "2014-10-01"}, {"from": "2014-10-01", "until": None}],
                },
                {
                    "id": "much",
                    "form": "tier",
                    "title": "much",
                    "area": "某区",
                    "source": {**source, "locator": "第二条"},
                    "versions": always,
                },
                {
                    "id": "band",
                    "form": "limit",
                    "title": "幅度",
                    "area": "某区",
                    "source": {**source, "locator": "第三条"},
                    "versions": always,
                },
            ],
        }
    ]
    assert out.startswith('[\n  {\n    "id": "somewhere",\n    "title": "某区规则",')


def test_check(desk: Desk, tmp_path: Path) -> None:
    assert desk("check") == (0, "1 个规则包，0 处问题\n", "")
    assert desk("check", "somewhere") == (0, "1 个规则包，0 处问题\n", "")
    assert desk("check", "nowhere") == (1, "", "没有规则包 nowhere\n")
    figures = tmp_path / "figures.json"
    asked = ("check", "somewhere", "--parameters", figures, "--on", "2020-05-10")
    alone = "核对参数要写明是哪个规则包、哪一天：policy check PACK --parameters F --on 2027-01-01\n"
    assert desk("check", "--parameters", figures, "--on", "2020-05-10") == (2, "", alone)
    assert desk("check", "somewhere", "--parameters", figures) == (2, "", alone)
    assert desk(*asked) == (2, "", f"打不开文件 {figures}：No such file or directory\n")
    figures.write_text("{,", encoding="utf-8")
    assert desk(*asked) == (
        2,
        "",
        f"{figures} 不是 JSON：Expecting property name enclosed in double quotes: line 1 column 2 (char 1)\n",
    )
    figures.write_text("[1]", encoding="utf-8")
    assert desk(*asked) == (2, "", f'{figures} 应是一个 JSON 对象，例如 {{"share_pm": 50}}\n')
    kept = "“标准”：{}。依据1号《通知》“第三条”，tables/band.csv 第{}行"
    for figure, code, said in (
        (500, 0, "1 个规则包，0 处问题\n"),
        (600, 0, f"提醒：{kept.format('6元偏高', 3)}\n1 个规则包，0 处问题\n"),
        (700, 1, f"rules/somewhere/tables/band.csv:4: [band] {kept.format('7元太高', 4)}\n1 个规则包，1 处问题\n"),
    ):
        figures.write_text(json.dumps({"rate_fen": figure}), encoding="utf-8-sig")
        assert desk(*asked) == (code, said, "")
    texts = tmp_path / "texts"
    texts.mkdir()
    (desk.pack / "pack.toml").write_text(
        TOML.replace('level = "district"', 'level = "district"\nfile = "n.txt"'), "utf-8"
    )
    assert desk("check", "--documents", texts)[0] == 0
    (texts / "n.txt").write_text("第一条，第三条", encoding="utf-8")
    assert desk("check", "--documents", texts) == (
        1,
        "rules/somewhere/pack.toml:18: [much] 原文片段“第二条”不在文件里\n1 个规则包，1 处问题\n",
        "",
    )


def test_decide(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = ' {"on": "2020-05-10", "age": 82}'
    code, out, err = desk("decide", "somewhere", "much", "--facts", facts)
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "pack": "somewhere",
        "rule": "much",
        "outcome": "needs_parameter",
        "on": "2020-05-10",
        "version": "..",
        "because": "政策文件没有写明“标准”（rate_fen），请主管部门先设定再办理",
        "source": {"document": "通知", "number": "1号", "locator": "第二条"},
        "facts_used": {"age": 82},
        "parameters_used": {},
        "missing": "rate_fen",
        "digest": digest(desk.pack)[:16],
    }
    assert out.startswith('{\n  "pack": "somewhere",')
    assert "政策文件" in out
    file = tmp_path / "facts.json"
    file.write_text(facts, encoding="utf-8-sig")
    monkeypatch.setattr("sys.stdin", io.StringIO(facts))
    assert desk("decide", "somewhere", "much", "--facts", file) == (0, out, "")
    assert desk("decide", "somewhere", "much", "--facts", "-") == (0, out, "")
    assert desk("decide", "somewhere", "much", "--facts", "{,") == (
        2,
        "",
        "--facts 不是 JSON：Expecting property name enclosed in double quotes: line 1 column 2 (char 1)\n",
    )
    file.write_text("[76]", encoding="utf-8")
    assert desk("decide", "somewhere", "much", "--facts", file) == (2, "", "--facts 应为 JSON 对象\n")
    assert desk("decide", "somewhere", "much", "--facts", "none.json") == (
        2,
        "",
        "打不开文件 none.json：No such file or directory\n",
    )


def test_cases(desk: Desk, tmp_path: Path) -> None:
    assert desk("cases", desk.pack / "cases.jsonl") == (0, "6 passed, 0 failed\n", "")
    broken = desk.pack.parent / "broken"
    broken.mkdir()
    (broken / "pack.toml").write_text("", encoding="utf-8")
    good = {
        "id": "a",
        "pack": "somewhere",
        "rule": "who",
        "facts": {"on": "2020-05-10", "age": 60},
        "expect": {"row": 2},
    }
    lines = [
        good,
        {**good, "pack": "broken", "expect": {"row": 3}},
        {**good, "pack": "broken", "id": 2},
        {**good, "expect": {"row": True, "ground": "age", "outcome": "decided", "amount_fen": 1}},
        {**good, "expect": {"size": 1, "title": 2}},
        {**good, "rule": "why"},
        {"facts": {}},
    ]
    file = tmp_path / "more.jsonl"
    file.write_text("\ufeff" + "\n".join(map(json.dumps, lines)), encoding="utf-8")
    code, out, err = desk("cases", file)
    assert (code, err) == (1, "")
    assert (
        out.replace(f"{file}:", "")
        == """\
2: a broken/pack.toml:0: [pack] 缺少 title
broken/pack.toml:0: [pack] 缺少 area
3: 2 broken/pack.toml:0: [pack] 缺少 title
broken/pack.toml:0: [pack] 缺少 area
4: a row 应为 True，得到 2；ground 应为 'age'，得到 'old'；amount_fen 应为 1，得到 None
5: a 期望里没有可比的字段：size、title
6: a 规则包 somewhere 没有规则 why，现有：who、much、band
7:  算例缺少 pack、rule、expect
1 passed, 6 failed
"""
    )


def test_diff(desk: Desk, tmp_path: Path) -> None:
    assert desk("diff", "somewhere@2014-01-01", "somewhere@2020-01-01") == (0, "0 处改动\n", "")
    assert desk("diff", "somewhere", "somewhere") == (0, "0 处改动\n", "")
    other = tmp_path / "draft" / "somewhere"
    (other / "tables").mkdir(parents=True)
    for name, text in TABLES.items():
        (other / "tables" / f"{name}.csv").write_text(text.replace("5.00", "5.50"), encoding="utf-8")
    (other / "pack.toml").write_text(TOML, encoding="utf-8")
    assert desk("diff", "somewhere", other) == (
        0,
        """\
“much”（much）第3行改动：年龄（周岁） >=60 → 金额 5元；“金额”由 5元 改为 5.50元
“幅度”（band）第2行改动：金额 <=5.00 → 结论 pass；“金额”由 <=5.00 改为 <=5.50
2 处改动
""",
        "",
    )
    code, out, err = desk("diff", "somewhere@2020-01-01", f"{other}@2020-01-01", "--json")
    assert (code, err, len(json.loads(out))) == (0, "", 2)
    assert out.startswith("[\n  {\n    ")
    assert "幅度" in out
    mixed = "两边要么都写日期（如 lanzhou-chengguan@2026-12-31），要么都不写\n"
    assert desk("diff", "somewhere@2020-01-01", "somewhere") == (2, "", mixed)
    assert desk("diff", "somewhere", "somewhere@2020-01-01") == (2, "", mixed)
    assert desk("diff", "somewhere@today", "somewhere@2020-01-01") == (2, "", "“today”不是日期，应写成 2014-10-01\n")
    assert desk("diff", "nowhere", "somewhere") == (2, "", "没有规则包 nowhere\n")
    (other / "tables" / "much.csv").unlink()
    assert desk("diff", "somewhere", other) == (2, "", "somewhere/tables/much.csv:0: [much] 没有这张表\n")


def test_to_excel_and_from_excel(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    before = {path.name: path.read_bytes() for path in desk.pack.rglob("*.*")}
    assert desk("to-excel", "nowhere", file) == (2, "", "没有规则包 nowhere\n")
    assert desk("to-excel", "somewhere", file) == (0, f"已导出 {file}\n", "")
    assert desk("from-excel", file, "somewhere") == (0, f"已读回 {desk.pack}，0 处问题\n", "")
    assert {path.name: path.read_bytes() for path in desk.pack.rglob("*.*")} == before
    assert desk("from-excel", file, desk.pack) == (0, f"已读回 {desk.pack}，0 处问题\n", "")
    (desk.pack / "tables" / "much.csv").write_text(TABLES["much"].replace("5.00", "5.50"), encoding="utf-8")
    changed = (
        f"x.xlsx: 规则包 {desk.pack} 在这个工作簿导出以后改过，直接读回会盖掉那些改动；"
        "请重新导出再改，或读到别的文件夹，确定要盖掉就加 --replace\n1 处问题，没有读回，规则包没有改动\n"
    )
    assert desk("from-excel", file, "somewhere") == (1, changed, "")
    assert desk("from-excel", file, "somewhere", "--replace") == (0, f"已读回 {desk.pack}，0 处问题\n", "")
    assert {path.name: path.read_bytes() for path in desk.pack.rglob("*.*")} == before
    (desk.pack / "cases.jsonl").unlink()
    assert desk("to-excel", f"{desk.pack}", file)[0] == 0
    said = f"算例: 没有算例\n已读回 {desk.pack}，1 处问题\n"
    assert desk("from-excel", file, "somewhere") == (1, said, "")


def test_rehearse(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "draft" / "somewhere"
    (other / "tables").mkdir(parents=True)
    for name, text in TABLES.items():
        (other / "tables" / f"{name}.csv").write_text(
            text.replace("5.00,补", "12345.50,补").replace(">=80", ">=90"), encoding="utf-8"
        )
    (other / "pack.toml").write_text(TOML, encoding="utf-8")
    lines = tmp_path / "facts.csv"
    lines.write_text("age,street\n60,甲\n70,乙\n85,乙\n95,乙\n40,甲\n", encoding="utf-8")
    asked = ("rehearse", "somewhere", "--change", other, "--facts", lines, "--on", "2020-05-10")
    assert desk(*asked) == (
        0,
        """\
much（much），单位：元
  分组  行数  现行  改后  增减  受益  多得  受损  少得  事实不足
  合计  5  10.00  24,691.00  24,681.00  2  24,681.00  0  0.00  2
  缺 rate_fen：2 行
5 行事实，1 条规则；只是试算，没有记账
""",
        "",
    )
    figures = ("--parameters", '{"rate_fen": 1234567}', "--parameters-after", '{"rate_fen": 7}')
    assert desk(*asked, *figures, "--by", "street") == (
        0,
        """\
much（much），单位：元
  分组  行数  现行  改后  增减  受益  多得  受损  少得  事实不足
  乙  3  24,696.34  24,691.07  -5.27  1  12,340.50  2  12,345.77  0
  甲  2  5.00  12,345.50  12,340.50  1  12,340.50  0  0.00  0
  合计  5  24,701.34  37,036.57  12,335.23  2  24,681.00  2  12,345.77  0
5 行事实，1 条规则；只是试算，没有记账
""",
        "",
    )
    assert desk(*asked, "--rule", "who", "--rule", "much", *figures) == (
        0,
        """\
谁能享受（who），单位：人
  分组  行数  现行  改后  增减  受益  多得  受损  少得  事实不足
  合计  5  4  4  0  0  0  0  0  0
much（much），单位：元
  分组  行数  现行  改后  增减  受益  多得  受损  少得  事实不足
  合计  5  24,701.34  37,036.57  12,335.23  2  24,681.00  2  12,345.77  0
5 行事实，2 条规则；只是试算，没有记账
""",
        "",
    )
    code, out, err = desk(*asked, *figures, "--json")
    assert (code, err, [one["rule"] for one in json.loads(out)]) == (0, "", ["much"])
    assert out.startswith("[\n  {\n    ")
    assert "合计" not in out
    broken = (2, "", "参数不是 JSON：Expecting property name enclosed in double quotes: line 1 column 2 (char 1)\n")
    assert desk(*asked, "--parameters", "{,") == broken
    assert desk(*asked, "--parameters-after", "{,") == broken


COMMANDS = ("", "list", "check", "decide", "cases", "to-excel", "from-excel", "diff", "rehearse", "batch")


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for command in COMMANDS:
        with pytest.raises(SystemExit) as end:
            main([*filter(None, [command]), "--help"])
        assert end.value.code == 0
    said = Path(__file__).with_name("commands.help.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().out.split() == said.split()


@pytest.mark.parametrize(
    "said",
    [
        [],
        ["decide", "a", "b"],
        ["cases"],
        ["diff", "a"],
        ["rehearse", "a"],
        ["rehearse", "a", "--change", "b"],
        ["from-excel", "a"],
    ],
    ids=" ".join,
)
def test_a_command_without_what_it_needs_ends_with_2(said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(said)
    assert end.value.code == 2
    assert "error: the following arguments are required" in capsys.readouterr().err
