"""The lists of applications: a sound pair reads; every fault that would leave an application stuck is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangyu.policy import packs_folder, stages

HULI = packs_folder() / "xiamen-huli"
WUHAN = packs_folder() / "wuhan"
KINDS, STAGES = stages.FILES


def told(folder: Path, file: str, old: str, new: str) -> list[tuple[str, str]]:
    """Read the lists of a pack with one piece of text replaced. Shape: file and fault."""
    texts = {name: (folder / name).read_text(encoding="utf-8-sig") for name in stages.FILES}
    assert texts[file].count(old) >= 1, f"{old!r} is not in {file}"
    texts[file] = texts[file].replace(old, new, 1)
    return [(name, said) for name, _line, said in stages.read(texts[KINDS], texts[STAGES])[1]]


@pytest.mark.parametrize(
    ("folder", "file", "old", "new", "said"),
    [
        pytest.param(HULI, STAGES, "kind,stage,", "kind,phase,", "列应是", id="columns"),
        pytest.param(
            HULI, STAGES, "service,接受申请,accept,,", "service,接受申请,accept,", "这一行有 8 格", id="cells"
        ),
        pytest.param(HULI, STAGES, ",accept,", ",look,", "步骤“look”应为", id="unknown step"),
        pytest.param(HULI, STAGES, "classify,,community", "classify,,registers", "由谁办“registers”", id="who"),
        pytest.param(WUHAN, STAGES, "match,,registers", "match,,community", "由谁办“community”", id="matched by hand"),
        pytest.param(
            HULI, STAGES, "approve,,bureau", "approve,,community", "只能由 bureau 办", id="approved elsewhere"
        ),
        pytest.param(HULI, STAGES, "approve,,bureau", "approve,free,bureau", "每一类都要办", id="approved for some"),
        pytest.param(HULI, STAGES, ",notice-period,", ",,", "公示要写按哪条规则", id="a posting without days"),
        pytest.param(HULI, STAGES, "choose,,community,,", "choose,,community,,respite", "不问规则", id="rule unasked"),
        pytest.param(HULI, STAGES, "review,free|low_paid", "review,free|poor", "类别“poor”应为", id="unknown class"),
        pytest.param(HULI, STAGES, "classify,,", "classify,free,", "还没有类别", id="class before it is found"),
        pytest.param(HULI, STAGES, "choose,,community,,", "choose,,community,0,", "期限“0”应为", id="no days"),
        pytest.param(HULI, STAGES, "service,接受申请,accept", "meal,接受申请,accept", "不在", id="unknown kind"),
        pytest.param(HULI, STAGES, ",arrange,", ",choose,", "写了两遍", id="twice"),
        pytest.param(HULI, STAGES, ",review,free|low_paid", ",choose,", "应在 choose 之前", id="out of order"),
        pytest.param(WUHAN, STAGES, ",match,,registers", ",classify,,community", "才有 classify", id="class of none"),
        pytest.param(HULI, KINDS, "户籍在湖里区的60周岁以上老年人", "", "原文", id="no locator"),
        pytest.param(HULI, KINDS, "respite,,,award", "respite,,free,award", "别的不写", id="class of an award"),
        pytest.param(HULI, KINDS, ",paid_only,", ",hukou_60,", "永远轮不到", id="ground twice"),
        pytest.param(HULI, KINDS, "service,居家社区养老服务对象", "service,服务对象", "各行要一样", id="two titles"),
    ],
)
def test_a_planted_fault_is_told(folder: Path, file: str, old: str, new: str, said: str) -> None:
    assert any(said in one for _name, one in told(folder, file, old, new)), told(folder, file, old, new)


def test_lists_with_a_fault_give_no_kinds() -> None:
    kinds, faults = stages.read("", "")
    assert kinds == {}
    assert {name for name, _line, _said in faults} == set(stages.FILES)


def test_one_list_without_the_other_and_names_that_the_pack_does_not_have(tmp_path: Path) -> None:
    for name in (*stages.FILES, "pack.toml"):
        (tmp_path / name).write_text((HULI / name).read_text(encoding="utf-8-sig"), encoding="utf-8")
    assert list(stages.faults(tmp_path)) == []
    text = (tmp_path / STAGES).read_text(encoding="utf-8")
    (tmp_path / STAGES).write_text(text.replace("notice-period", "respite").replace("huli-2017-2", "none", 1), "utf-8")
    said = [one for _name, _line, one in stages.faults(tmp_path)]
    assert said == ["没有文件“none”", "规则“respite”应是 schedule 一类"]
    (tmp_path / STAGES).unlink()
    assert [one[2] for one in stages.faults(tmp_path)] == [f"{KINDS} 和 {STAGES} 要一起写，缺少 {STAGES}"]


def test_what_is_applied_for_may_be_so_much_a_month_but_no_share_of_a_bill(tmp_path: Path) -> None:
    pack = (WUHAN / "pack.toml").read_text(encoding="utf-8-sig")
    asked = '[rules.elder-card]\nform = "eligible"'
    assert asked in pack
    for name in stages.FILES:
        (tmp_path / name).write_bytes((WUHAN / name).read_bytes())
    for form, said in (("tier", []), ("split", ["规则“elder-card”应是 eligible、tier 一类"])):
        (tmp_path / "pack.toml").write_text(pack.replace(asked, asked.replace("eligible", form)), encoding="utf-8")
        assert [fault for _, _, fault in stages.faults(tmp_path)] == said
