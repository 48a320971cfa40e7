"""A scale file is believed only when it fits together; a fault is named with file and line."""

from __future__ import annotations

import pytest

from sangyu.assessment.queries.scales import packed_scale, scale_codes, scale_files
from sangyu.assessment.rules import BadScale, ScaleUnknown, read_scale
from sangyu.assessment.tests.sheets import GB, NHSA, OLD


@pytest.mark.parametrize(
    ("scale", "items", "points_max", "levels"), [(GB, 26, 90, 5), (NHSA, 17, 128, 6), (OLD, 9, 140, 4)]
)
def test_the_scales_of_the_house_are_whole(scale, items, points_max, levels):
    scored = [item for item in scale.items if scale.group_of[item.group].is_scored]
    assert (len(scored), sum(item.points_max for item in scored), len(scale.levels)) == (items, points_max, levels)
    assert scale.notes


def test_the_four_sums_of_the_national_scale():
    assert [group.points_max for group in GB.groups if group.is_scored] == [32, 15, 28, 15]
    assert [GB.item_of[code].points_max for code in ("B.2.4", "B.3.7", "B.3.8", "B.3.9", "B.4.1", "B.4.4")] == [
        3,
        1,
        1,
        2,
        2,
        3,
    ]


def test_each_file_counts_for_the_name_of_a_version():
    files = scale_files("gbt-42195-2022")
    other = read_scale(files | {"items.csv": files["items.csv"].replace("进食,", "吃饭,")})
    assert other.digest != GB.digest
    assert read_scale(dict(reversed(files.items()))).digest == GB.digest


def test_an_unknown_scale_is_refused():
    with pytest.raises(ScaleUnknown, match="gbt-42195-2022"):
        packed_scale("barthel")
    assert len(scale_codes()) == 3


@pytest.mark.parametrize(
    ("name", "was", "now", "said"),
    [
        ("items.csv", "B.2.4,mobility,上下楼梯", "B.2.3,mobility,上下楼梯", "items.csv:13：item “B.2.3”"),
        ("items.csv", "连续上下10至15级台阶,3", "连续上下10至15级台阶,4", "items.csv:13：选项是0至3分"),
        ("items.csv", "B.1.8,self_care", "B.1.8,self", "items.csv:9：没有“self”这一组"),
        ("groups.csv", "higher,32", "higher,31", "groups.csv:2：“自理能力”各条目最高分合计32分"),
        ("outcomes.csv", "points=66..89", "points=67..89", "outcomes.csv:2：points=66没有写出结果"),
        ("outcomes.csv", "points=46..65,2", "points=0..65,2", "outcomes.csv:5：这一行永远轮不到"),
        ("outcomes.csv", "points=46..65,2", "points=46..65,0", "更依赖别人，结果反而更轻"),
        ("outcomes.csv", "points=90,0", "points=90,7", "outcomes.csv:2：没有第7级"),
        ("outcomes.csv", "points=90", "points>90", "outcomes.csv:2：“points>90”不是条件"),
        ("outcomes.csv", "points=90", "adl=0", "outcomes.csv:2：这里不能用“adl”"),
        ("levels.csv", "4,total", "5,total", "levels.csv:6：级别应从0起"),
        ("changes.csv", "coma,A.5.11", "coma,B.1.1", "changes.csv:2：变更依据只能是不计分的条目"),
        ("changes.csv", "A.2.14-5,2,1", "A.2.14-5,16,1", "changes.csv:4：16次永远不会达到"),
        ("changes.csv", "1,,4,处于", "1,1,4,处于", "changes.csv:2：raises 和 to_level"),
        ("ladders.csv", "help,3,", "help,4,", "ladders.csv:3：“help”的4分写了两次"),
        ("scale.toml", 'stacking = "once"', 'stacking = "twice"', "scale.toml:7：stacking 应是"),
        ("scale.toml", "in_force_from", "since", "scale.toml:1：缺少 in_force_from"),
    ],
)
def test_a_fault_is_named_with_file_and_line(name, was, now, said):
    files = scale_files("gbt-42195-2022")
    assert was in files[name]
    with pytest.raises(BadScale) as caught:
        read_scale(files | {name: files[name].replace(was, now, 1)})
    assert said in str(caught.value)


def test_a_missing_combination_of_grades_is_found():
    files = scale_files("nhsa-2021")
    text = files["outcomes.csv"].replace('"adl=0 worst(cognition,senses)=0..1"', '"adl=0 worst(cognition,senses)=0"')
    with pytest.raises(BadScale, match="adl=0、cognition=0、senses=1没有写出结果"):
        read_scale(files | {"outcomes.csv": text})
