"""What decides is part of a pack's version: tables, and the lists beside them; old versions keep their names."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from sangyu.policy import packs_folder
from sangyu.policy.check import check
from sangyu.policy.content import decides, digest
from sangyu.policy.read import Reader
from sangyu.policy.tests.change import PACK_ID, changed
from sangyu.policy.versions import version_files

SHEET = "appraisal-sheet.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packs_folder() / PACK_ID, tmp_path / "packs" / PACK_ID))


def test_a_version_without_lists_keeps_the_digest_that_it_always_had(folder: Path) -> None:
    for beside in folder.glob("*.csv"):
        beside.unlink()
    whole = hashlib.sha256()
    for path in [folder / "pack.toml", *sorted((folder / "tables").glob("*.csv"))]:
        whole.update(f"{path.name}:{path.stat().st_size}\n".encode() + path.read_bytes())
    assert digest(folder) == whole.hexdigest()


def test_another_appraisal_sheet_is_another_version_and_other_notes_are_not(folder: Path) -> None:
    before = digest(folder)
    for name in ("NOTES.md", "cases.jsonl", ".DS_Store", "_mine.csv"):
        (folder / name).write_text("说明", encoding="utf-8")
        assert digest(folder) == before
    (folder / SHEET).write_bytes(
        (folder / SHEET).read_bytes().replace("E1,证照有效,40".encode(), "E1,证照有效,30".encode())
    )
    assert digest(folder) != before
    assert SHEET in version_files(folder)


def test_a_list_does_not_pass_for_a_table_of_its_name(folder: Path) -> None:
    before = digest(folder)
    (folder / SHEET).rename(folder / "tables" / SHEET)
    assert digest(folder) != before


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("pack.toml", True),
        ("tables/x.csv", True),
        (SHEET, True),
        ("cases.jsonl", False),
        ("NOTES.md", False),
        ("_mine.csv", False),
        ("notes/x.csv", False),
        ("tables/old/x.csv", False),
    ],
)
def test_what_decides_is_known_by_name(name: str, does: bool) -> None:
    assert decides(name) is does


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("E1,证照有效,40", "E1,证照有效,35", "0: “enterprise”各项满分合计 95 分，应为 100 分"),
        ("E1,证照有效,40,computed", "E1,证照有效,40,auto", "3: 评分方式“auto”应为"),
        ("E3,经营场所与消防,40,hand", "E3,经营场所与消防,40,computed", "5: “E3”没有自动算法，请改为手工评分"),
        ("enterprise,E2", "enterprise,E1", "4: 编号“E1”已写在第3行"),
        ("enterprise,E2", "firm,E2", "4: 方面“firm”应为"),
        ("dimension,code,name", "code,dimension,name", "1: 考核表的列应是"),
        pytest.param("E1,证照有效,40", f'E1,"{"长" * 140_000},40', "有一格长得不像话，多半是引号没有配对", id="quote"),
    ],
)
def test_a_faulty_appraisal_sheet_is_told_by_line_before_it_is_adopted(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    found = [str(finding) for finding in check(changed(tmp_path, SHEET, old, new))]
    assert re.search(rf"{PACK_ID}/{SHEET}:(\d+: )?{re.escape(said)}", "\n".join(found))


def test_a_list_that_nobody_reads_is_a_fault(folder: Path) -> None:
    (folder / "prices.csv").write_text("a,b\n", encoding="utf-8")
    assert [str(one) for one in check(folder)] == [
        f"{PACK_ID}/prices.csv:0: 没有谁用到这个文件；规则表放在 tables/ 里，考核表叫 {SHEET}"
    ]


@pytest.mark.parametrize("name", ["pack.toml", "tables/registration.csv", SHEET, "cases.jsonl"])
def test_every_file_in_another_encoding_is_told_how_to_save_and_nothing_of_it_is_used(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_text(encoding="utf-8-sig").encode("gb18030"))
    found = check(folder)
    assert [(one.file, one.line) for one in found] == [(f"{PACK_ID}/{name}", 0)]
    assert "不是 UTF-8 编码" in found[0].message
    assert name == "cases.jsonl" or Reader(folder).pack is None
